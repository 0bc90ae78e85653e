//! FreeBSD, DragonFly: what a companion process needs.

use std::ffi::{CStr, c_int};

/// Lets this process be killed when its parent ends. Returns whether that is so; the parent may have ended before.
pub(super) fn die_with_parent() -> bool {
    let mut signal: c_int = libc::SIGKILL;
    // SAFETY: the number is alive during the call (procctl(2), PROC_PDEATHSIG_CTL: id 0 is the caller).
    let answer = unsafe {
        libc::procctl(libc::P_PID, 0, libc::PROC_PDEATHSIG_CTL, (&raw mut signal).cast())
    };
    answer == 0
}

pub(super) use super::closing::all_but as close_all_but;

/// Shows `title` as what this process is, in ps(1) (setproctitle(3)).
pub(super) fn rename(name: &CStr, _: &[u8]) {
    // SAFETY: the format takes one string, and is given one. (The minus leaves the program's name out.)
    unsafe { libc::setproctitle(c"-%s".as_ptr(), name.as_ptr()) };
}

/// Whether a process is stopped; it is not asked for here.
pub(super) fn is_stopped(_: libc::pid_t) -> Option<bool> {
    None
}
