//! Ending as the job ended.

use std::io;

use super::{Signal, set};

/// Dies of a signal, without a core dump: the job has left one, if it was to. Returns when the system will not have it,
/// as for process 1 of a container.
pub fn die_of(signal: Signal) {
    // Should one of these fail, the next one still does what it can.
    let _ = no_core_dump();
    let _ = set::act(signal, &set::default_action());
    // SAFETY: touches no memory.
    unsafe { libc::raise(signal) };
    let _ = set::mask(libc::SIG_UNBLOCK, &set::of(&[signal]));
}

fn no_core_dump() -> io::Result<()> {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the struct is alive during the call.
    if unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
