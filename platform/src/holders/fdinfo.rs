//! The descriptors that a process has, by the names in /proc/PID/fdinfo. Not by the standard library's `read_dir`, which
//! panics when closing the directory fails.

use std::ffi::{CStr, CString};
use std::io;

/// The numbers, at most so many.
///
/// # Errors
/// What opendir(3) says. What can't be read is left out.
pub(super) fn of(pid: u32, at_most: usize) -> io::Result<Vec<u32>> {
    let path = CString::new(format!("/proc/{pid}/fdinfo"))?;
    // SAFETY: `path` ends with NUL.
    let directory = unsafe { libc::opendir(path.as_ptr()) };
    if directory.is_null() {
        return Err(io::Error::last_os_error());
    }
    let mut numbers = Vec::new();
    while numbers.len() < at_most {
        // SAFETY: `directory` is open, and no other thread has it.
        let entry = unsafe { libc::readdir(directory) };
        if entry.is_null() {
            break;
        }
        // SAFETY: an entry that is not null is whole until the next call.
        let name = unsafe { &raw const (*entry).d_name };
        // SAFETY: the name ends with NUL.
        let name = unsafe { CStr::from_ptr(name.cast()) };
        numbers.extend(name.to_str().ok().and_then(|name| name.parse::<u32>().ok()));
    }
    // SAFETY: `directory` is open, and not used again.
    unsafe { libc::closedir(directory) };
    Ok(numbers)
}
