//! FreeBSD, DragonFly: what a companion process needs.

use std::ffi::{CStr, c_int};
use std::os::fd::RawFd;

/// Lets this process be killed when its parent ends. Returns whether that is so; the parent may have ended before.
pub(super) fn die_with_parent() -> bool {
    let mut signal: c_int = libc::SIGKILL;
    // SAFETY: the number is alive during the call (procctl(2), PROC_PDEATHSIG_CTL: id 0 is the caller).
    let answer = unsafe {
        libc::procctl(libc::P_PID, 0, libc::PROC_PDEATHSIG_CTL, (&raw mut signal).cast())
    };
    answer == 0
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

/// Shows `title` as what this process is, in ps(1) (setproctitle(3)).
pub(super) fn rename(name: &CStr, _: &[u8]) {
    // SAFETY: the format takes one string, and is given one. (The minus leaves the program's name out.)
    unsafe { libc::setproctitle(c"-%s".as_ptr(), name.as_ptr()) };
}

/// Whether a process is stopped; it is not asked for here.
pub(super) fn is_stopped(_: libc::pid_t) -> Option<bool> {
    None
}
