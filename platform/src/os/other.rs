//! Any other Unix: what POSIX.1 promises.

use std::ffi::c_int;
use std::ops::RangeInclusive;

pub(crate) use libc::{ITIMER_REAL, getentropy, setitimer, sigtimedwait, sigwaitinfo};

pub(crate) use libc::clock_gettime;

pub(crate) use super::posix::{
    FLAG_TOOLS as ATTRIBUTE_TOOLS, close_all_but, die_with_parent, has_gained_capabilities,
    is_from_kernel, is_stopped, may_be_elevated, mount_of, prevent_core_dump, reset, show_as,
};

/// Whether a setgid bit without group-execute makes locks on a file mandatory.
pub(crate) const MANDATORY_BY_MODE: bool = false;

/// Whether fcntl(2) and lockf(3) may say `EACCES` of a lock that somebody else holds, as POSIX.1 allows; otherwise it is a
/// security module's refusal, and an error.
pub(crate) const ACCESS_MEANS_BUSY: bool = true;

/// A signal may be discarded even while it is held, if its default is to be ignored.
pub(crate) const KEEPS_WHAT_IS_HELD: bool = false;

/// Signals that not every system has.
pub(crate) const OTHER_SIGNALS: &[(c_int, &str)] = &[];

/// There are no real-time signals.
pub(crate) fn real_time() -> Option<RangeInclusive<c_int>> {
    None
}
