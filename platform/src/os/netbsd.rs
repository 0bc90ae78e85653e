//! NetBSD.

use std::ffi::c_int;
use std::ops::RangeInclusive;

pub(crate) use libc::{ITIMER_REAL, getentropy, setitimer, sigtimedwait, sigwaitinfo};

pub(crate) use libc::clock_gettime;

pub(crate) use super::posix::{
    FLAG_TOOLS as ATTRIBUTE_TOOLS, close_all_but, die_with_parent, has_gained_capabilities,
    is_from_kernel, is_stopped, may_be_elevated, mount_of, prevent_core_dump, reset, show_as,
};

/// A setgid bit without group-execute makes no lock mandatory.
pub(crate) const MANDATORY_BY_MODE: bool = false;

/// `EACCES` of fcntl(2) or lockf(3) is a security module's refusal.
pub(crate) const ACCESS_MEANS_BUSY: bool = false;

/// A signal may be discarded even while it is held, if its default is to be ignored.
pub(crate) const KEEPS_WHAT_IS_HELD: bool = false;

/// Signals that not every system has.
pub(crate) const OTHER_SIGNALS: &[(c_int, &str)] =
    &[(libc::SIGEMT, "EMT"), (libc::SIGINFO, "INFO"), (PWR, "PWR")];

/// `SIGRTMIN` to `SIGRTMAX` (sys/signal.h).
pub(crate) fn real_time() -> Option<RangeInclusive<c_int>> {
    Some(33..=63)
}

/// Power failure (sys/signal.h); libc does not bind it.
const PWR: c_int = 32;
