//! What went wrong with a lock on an open file, in the command lines of other tools.

use withlock_platform::failure;

use crate::file_lock::Failure;

/// What failed, and what the system said. `target` and `program` are what was to be locked and run, as they are shown.
pub(crate) fn failed(failure: &Failure, target: &str, program: &str) -> String {
    let (whose, step) = match failure {
        Failure::Open(_) => (target, "opening"),
        Failure::NoDescriptor(_) | Failure::Lock(_) => (target, "locking"),
        Failure::Compare(_) => (target, "comparing"),
        Failure::Signals(_) => (target, "setting up signals"),
        Failure::Process(_) => (program, "starting a process"),
        Failure::Program(_) => (program, "executing"),
        Failure::Wait(_) => (program, "waiting for its end"),
    };
    format!("{whose}: {step} failed: {}", failure::words(failure.io()))
}
