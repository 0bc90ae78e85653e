//! Descriptors that a command gets as they are: opened without `O_CLOEXEC`, on the lowest number that is free, or inherited
//! from the caller. For command lines that hand a descriptor on and whose users count on its number.

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::path::Path;

use crate::calls::{again, cvt};
use crate::os::openat;
use crate::text::c_string;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// For reading only.
    Read,
    /// For writing only.
    Write,
    /// For both.
    Both,
}

/// Opens what stands at the path, following links, and creates a file there if there is nothing and `mode` is given, less the
/// umask. No terminal becomes the controlling one.
///
/// # Errors
/// What open(2) says.
pub fn open(path: &Path, access: Access, mode: Option<u32>) -> io::Result<File> {
    let access = match access {
        Access::Read => libc::O_RDONLY,
        Access::Write => libc::O_WRONLY,
        Access::Both => libc::O_RDWR,
    };
    let create = if mode.is_some() { libc::O_CREAT } else { 0 };
    let flags = access | create | libc::O_NOCTTY;
    let path = c_string(path.as_os_str())?;
    let bits = mode.unwrap_or_default() as libc::c_uint;
    // SAFETY: the path ends with NUL.
    let fd = again(|| match unsafe { openat(libc::AT_FDCWD, path.as_ptr(), flags, bits) } {
        -1 => Err(io::Error::last_os_error()),
        fd => Ok(fd),
    })?;
    // SAFETY: the kernel has just made this descriptor, so nobody else owns it.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(fd) }))
}

/// The umask of this process. To tell it, it is changed for a moment: this is for a process of one thread.
#[must_use]
pub fn umask() -> u32 {
    // SAFETY: cannot fail and touches no memory (POSIX.1, umask).
    let umask = unsafe { libc::umask(0o777) };
    // SAFETY: as above.
    unsafe { libc::umask(umask) };
    umask.into()
}

/// The descriptor of this number, which this process has from its caller. It is not closed: it is the caller's.
///
/// # Errors
/// `EBADF` when it is not open.
pub fn inherited(number: RawFd) -> io::Result<ManuallyDrop<File>> {
    // SAFETY: touches no memory; of a number the kernel knows whether it is a descriptor.
    cvt(unsafe { libc::fcntl(number, libc::F_GETFD) })?;
    // SAFETY: it is open, nobody here closes it, and `ManuallyDrop` keeps this from being the first.
    Ok(ManuallyDrop::new(unsafe { File::from_raw_fd(number) }))
}

/// Puts the open file `new` in the place of `old`, under the number of that: the file that was open there is closed.
///
/// # Errors
/// What dup2(2) says.
pub fn put_in_place(new: File, old: &File) -> io::Result<()> {
    // SAFETY: both descriptors are open, and whoever has `old` goes on having an open file by its number.
    again(|| cvt(unsafe { libc::dup2(new.as_raw_fd(), old.as_raw_fd()) }))
}

/// Keeps the descriptor from every program that is executed from now on.
///
/// # Errors
/// What fcntl(2) says.
pub fn close_on_exec(file: &File) -> io::Result<()> {
    // SAFETY: the descriptor is open for as long as `file` is borrowed.
    cvt(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) })
}
