//! Any other Unix: what a companion process needs, as far as POSIX.1 has it.

use std::ffi::CStr;

/// No such call: who wants to end with its parent must look whether that lives.
pub(super) fn die_with_parent() -> bool {
    false
}

pub(super) use super::closing::all_but as close_all_but;

/// No such call that all of them have: it is shown under the name of the program.
pub(super) fn rename(_: &CStr, _: &[u8]) {}

/// Whether a process is stopped; there is no one way to ask.
pub(super) fn is_stopped(_: libc::pid_t) -> Option<bool> {
    None
}
