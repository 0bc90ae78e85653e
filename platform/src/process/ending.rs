//! Ending as the job ended.

use super::{Signal, dump, set};

/// Dies of a signal, without a core dump: the job has left one, if it was to. Returns when the system will not have it,
/// as for process 1 of a container.
pub fn die_of(signal: Signal) {
    // Should one of these fail, the next one still does what it can.
    let _ = dump::prevent();
    let _ = set::reset(signal);
    set::raise(signal);
    let _ = set::mask(libc::SIG_UNBLOCK, &set::of(&[signal]));
}
