//! Names and arguments as C takes them.

use std::ffi::{CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;

/// A copy that ends with NUL.
///
/// # Errors
/// `EINVAL` when there is a NUL in it, which no name or argument can have.
pub(crate) fn c_string(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
}
