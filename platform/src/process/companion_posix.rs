//! Any other Unix: what a companion process needs, as far as POSIX.1 has it.

use std::ffi::CStr;
use std::os::fd::RawFd;

/// No such call: who wants to end with its parent must look whether that lives.
pub(super) fn die_with_parent() -> bool {
    false
}

/// Closes every descriptor but this one.
pub(super) fn close_all_but(kept: RawFd) {
    for fd in (0..kept).chain(kept + 1..limit()) {
        // SAFETY: nobody uses it: this process has been made for one thing, which needs `kept` only.
        unsafe { libc::close(fd) };
    }
}

/// As many as are looked at.
fn limit() -> RawFd {
    // SAFETY: touches no memory.
    let limit = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) };
    limit.clamp(256, 65_536) as RawFd
}

/// No such call that all of them have: it is shown under the name of the program.
pub(super) fn rename(_: &CStr, _: &[u8]) {}

/// Whether a process is stopped; there is no one way to ask.
pub(super) fn is_stopped(_: libc::pid_t) -> Option<bool> {
    None
}
