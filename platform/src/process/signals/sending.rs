//! Sending signals, kill(2).

use std::io;

use super::signal::Signal;

/// Sends this process a signal.
pub(crate) fn raise(signal: Signal) {
    // SAFETY: touches no memory.
    let own = unsafe { libc::getpid() };
    // SAFETY: touches no memory.
    unsafe { libc::kill(own, signal) };
}

/// Whether a process of this id exists, be it of another user.
#[must_use]
pub fn exists(pid: u32) -> bool {
    let Ok(pid) = libc::pid_t::try_from(pid) else {
        return false;
    };
    // SAFETY: signal 0 is never delivered, and no memory is touched (POSIX.1, kill).
    let answer = unsafe { libc::kill(pid, 0) };
    pid > 0 && (answer == 0 || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM))
}
