//! FreeBSD, DragonFly.

use std::ffi::{CStr, c_int};
use std::ops::RangeInclusive;

pub(crate) use libc::{ITIMER_REAL, getentropy, setitimer, sigtimedwait, sigwaitinfo};

pub(crate) use libc::clock_gettime;

pub(crate) use super::posix::{
    FLAG_TOOLS as ATTRIBUTE_TOOLS, close_all_but, has_gained_capabilities, is_from_kernel,
    is_stopped, may_be_elevated, mount_of, prevent_core_dump, reset,
};

/// A setgid bit without group-execute makes no lock mandatory.
pub(crate) const MANDATORY_BY_MODE: bool = false;

/// `EACCES` of fcntl(2) or lockf(3) is a security module's refusal.
pub(crate) const ACCESS_MEANS_BUSY: bool = false;

/// A signal is discarded even while it is held, if its action is to be ignored, as some are by default (sys/kern/kern_sig.c,
/// `ps_sigignore`).
pub(crate) const KEEPS_WHAT_IS_HELD: bool = false;

/// Lets this process be killed when its parent ends. Returns whether that is so; the parent may have ended before.
pub(crate) fn die_with_parent() -> bool {
    let mut signal: c_int = libc::SIGKILL;
    // SAFETY: the number is alive during the call (procctl(2), PROC_PDEATHSIG_CTL: id 0 is the caller).
    let answer = unsafe {
        libc::procctl(libc::P_PID, 0, libc::PROC_PDEATHSIG_CTL, (&raw mut signal).cast())
    };
    answer == 0
}

/// Shows `name` as what this process is, in ps(1) (setproctitle(3)).
pub(crate) fn show_as(name: &CStr, _: &[u8]) {
    // SAFETY: the format takes one string, and is given one. (The minus leaves the program's name out.)
    unsafe { libc::setproctitle(c"-%s".as_ptr(), name.as_ptr()) };
}

/// Signals that not every system has.
pub(crate) const OTHER_SIGNALS: &[(c_int, &str)] =
    &[(libc::SIGEMT, "EMT"), (libc::SIGINFO, "INFO")];

/// `SIGRTMIN` to `SIGRTMAX` (sys/signal.h).
pub(crate) fn real_time() -> Option<RangeInclusive<c_int>> {
    Some(super::FIRST_REAL_TIME..=126)
}
