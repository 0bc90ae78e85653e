//! The descriptors that a process has, by the names in /proc/PID/fdinfo, and the processes, by those in /proc. Not by the standard library's `read_dir`, which
//! panics when closing the directory fails.

use std::ffi::{CStr, CString};
use std::io;

/// The numbers of a process's descriptors, at most so many.
///
/// # Errors
/// What opendir(3) says. What can't be read is left out.
pub(super) fn of(pid: u32, at_most: usize) -> io::Result<Vec<u32>> {
    numbers(&format!("/proc/{pid}/fdinfo"), at_most)
}

/// The ids of all processes that are shown.
///
/// # Errors
/// As of [`of`].
pub(super) fn processes() -> io::Result<Vec<u32>> {
    numbers("/proc", usize::MAX)
}

/// Those names in a directory that are numbers.
fn numbers(path: &str, at_most: usize) -> io::Result<Vec<u32>> {
    let path = CString::new(path)?;
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
