//! illumos, Solaris.
//!
//! libc lacks bindings for setitimer(2), sigwaitinfo(3C) and sigtimedwait(3C), which the systems' libc has (sys/time.h,
//! signal.h).

use std::ffi::c_int;
use std::ops::RangeInclusive;

pub(crate) use libc::getentropy;

pub(crate) use libc::clock_gettime;

pub(crate) use super::posix::{
    close_all_but, die_with_parent, has_gained_capabilities, is_stopped, may_be_elevated, mount_of,
    prevent_core_dump, reset, show_as,
};

/// System attributes "immutable", "appendonly" and "nounlink" (chmod(1), ls(1), `-/`).
pub(crate) const ATTRIBUTE_TOOLS: &str = "ls -d -/ v, chmod S-vimmutable";

/// A setgid bit without group-execute makes locks on a file mandatory (fcntl(2), chmod(2)).
pub(crate) const MANDATORY_BY_MODE: bool = true;

/// fcntl(2) and lockf(3) may say `EACCES` of a lock that somebody else holds, as POSIX.1 allows.
pub(crate) const ACCESS_MEANS_BUSY: bool = true;

/// A signal may be discarded even while it is held, if its default is to be ignored.
pub(crate) const KEEPS_WHAT_IS_HELD: bool = false;

/// `SI_FROMUSER` is "zero or negative" (sys/siginfo.h).
pub(crate) fn is_from_kernel(info: &libc::siginfo_t) -> Option<bool> {
    Some(info.si_code > 0)
}

/// Decrements in real time, then sends SIGALRM (sys/time.h).
pub(crate) const ITIMER_REAL: c_int = 0;

unsafe extern "C" {
    pub(crate) fn setitimer(
        which: c_int,
        value: *const libc::itimerval,
        old: *mut libc::itimerval,
    ) -> c_int;

    pub(crate) fn sigwaitinfo(set: *const libc::sigset_t, info: *mut libc::siginfo_t) -> c_int;

    pub(crate) fn sigtimedwait(
        set: *const libc::sigset_t,
        info: *mut libc::siginfo_t,
        within: *const libc::timespec,
    ) -> c_int;
}

/// Signals that not every system has, and other names.
pub(crate) const OTHER_SIGNALS: &[(c_int, &str)] = &[
    (libc::SIGCHLD, "CLD"),
    (libc::SIGPOLL, "POLL"),
    (libc::SIGEMT, "EMT"),
    (libc::SIGPWR, "PWR"),
];

/// The system says it at run time (signal.h).
pub(crate) fn real_time() -> Option<RangeInclusive<c_int>> {
    Some(libc::SIGRTMIN()..=libc::SIGRTMAX())
}
