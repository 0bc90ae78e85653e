//! FreeBSD, DragonFly, OpenBSD, macOS: fstatfs(2) has `MNT_LOCAL` and the type's name (statfs(2)).

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::facts::Facts;
use super::file_system::FileSystem;

pub(super) fn of(file: &File, _: &Facts) -> io::Result<FileSystem> {
    let mut record = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the descriptor is open, and the kernel fills `record` whole when it returns 0.
    if unsafe { libc::fstatfs(file.as_raw_fd(), record.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above returned 0, so the kernel has filled it.
    let record = unsafe { record.assume_init() };
    // SAFETY: the kernel ends the name with NUL within the array (statfs(2), MFSNAMELEN).
    let name = unsafe { CStr::from_ptr(record.f_fstypename.as_ptr()) };
    let local = record.f_flags as u64 & libc::MNT_LOCAL as u64 != 0;
    Ok(FileSystem { local, served: !local, name: name.to_string_lossy().into_owned().into() })
}
