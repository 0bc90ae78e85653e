//! illumos, Solaris: fstatvfs(2) has the type's name (statvfs(2), `f_basetype`).

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::facts::Facts;
use super::file_system::FileSystem;

const REMOTE: [&str; 6] = ["nfs", "nfs3", "nfs4", "smbfs", "cachefs", "autofs"];

pub(super) fn of(file: &File, _: &Facts) -> io::Result<FileSystem> {
    let mut record = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the descriptor is open, and the kernel fills `record` whole when it returns 0.
    if unsafe { libc::fstatvfs(file.as_raw_fd(), record.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above returned 0, so the kernel has filled it.
    let record = unsafe { record.assume_init() };
    // SAFETY: the kernel ends the name with NUL within the array (statvfs(2), FSTYPSZ).
    let name = unsafe { CStr::from_ptr(record.f_basetype.as_ptr()) }.to_string_lossy().into_owned();
    let local = !REMOTE.contains(&name.as_str());
    Ok(FileSystem { local, served: !local, name: name.into() })
}
