//! Ending as the job ended.

use crate::os;
use crate::process::signals::sending::raise;
use crate::process::signals::sets;
use crate::process::signals::signal::Signal;

/// Dies of a signal, without a core dump: the job has left one, if it was to. Returns when the system will not have it,
/// as for process 1 of a container.
pub fn die_of(signal: Signal) {
    // Should one of these fail, the next one still does what it can.
    let _ = os::prevent_core_dump();
    let _ = os::reset(signal);
    raise(signal);
    let _ = sets::mask(libc::SIG_UNBLOCK, &sets::of(&[signal]));
}
