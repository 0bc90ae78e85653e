//! Linux: statx(2) has the number of the mount (`STATX_MNT_ID`, Linux 5.8 and later). The C library's call is newer than
//! some systems.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

pub(super) fn of(directory: &File) -> Option<u64> {
    let mut record = MaybeUninit::<libc::statx>::uninit();
    // SAFETY: the descriptor is open, the name ends with NUL, and the kernel fills `record` whole when it answers 0.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_statx,
            directory.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            libc::STATX_MNT_ID,
            record.as_mut_ptr(),
        )
    };
    if answer != 0 {
        return None;
    }
    // SAFETY: the call above answered 0, so the kernel has filled it.
    let record = unsafe { record.assume_init() };
    (record.stx_mask & libc::STATX_MNT_ID != 0).then_some(record.stx_mnt_id)
}
