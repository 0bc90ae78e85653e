//! Any Unix: the program takes the place of this one, in this very process (execve(2)).

use std::convert::Infallible;
use std::ffi::CStr;
use std::io;

use super::error::{StartError, Started};
use super::program::Program;
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;

/// Executes the program, and returns only if it can't be. Signals must act already as they are to act on it.
pub(super) fn launch<R: Receive>(
    program: &Program<'_>,
    file: &CStr,
    _: &Signals<R>,
) -> Started<Infallible> {
    // SAFETY: strings that end with NUL, in arrays that end with null, all alive during the call.
    unsafe { libc::execve(file.as_ptr(), program.argv().cast(), program.envp().cast()) };
    Err(StartError::Program(io::Error::last_os_error()))
}
