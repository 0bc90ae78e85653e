//! macOS.

use std::ffi::c_int;
use std::ops::RangeInclusive;

pub(crate) use libc::{ITIMER_REAL, getentropy, setitimer};

pub(crate) use libc::clock_gettime;

pub(crate) use super::posix::{
    FLAG_TOOLS as ATTRIBUTE_TOOLS, close_all_but, die_with_parent, has_gained_capabilities,
    is_stopped, may_be_elevated, mount_of, prevent_core_dump, reset, show_as,
};

/// A setgid bit without group-execute makes no lock mandatory.
pub(crate) const MANDATORY_BY_MODE: bool = false;

/// `EACCES` of fcntl(2) or lockf(3) is a security module's refusal.
pub(crate) const ACCESS_MEANS_BUSY: bool = false;

/// Who sent a signal can not be told. XNU keeps one sender a process and not one a signal, so that a key at the terminal can
/// come with the id of whoever sent something before, and a signal that was held with none (bsd/dev/i386/unix_signal.c,
/// `sendsig`, `p->si_pid`).
pub(crate) fn is_from_kernel(_: &libc::siginfo_t) -> Option<bool> {
    None
}

/// Signals that not every system has.
pub(crate) const OTHER_SIGNALS: &[(c_int, &str)] =
    &[(libc::SIGEMT, "EMT"), (libc::SIGINFO, "INFO")];

/// There are no real-time signals.
pub(crate) fn real_time() -> Option<RangeInclusive<c_int>> {
    None
}
