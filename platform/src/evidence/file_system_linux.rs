//! Linux: fstatfs(2) tells the type by a magic number (statfs(2); include/uapi/linux/magic.h).

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::{Facts, FileSystem};

/// File systems that turn flock(2) into byte ranges, or ask a server for them.
const REMOTE: [(u32, &str); 9] = [
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x0102_1997, "9p"),
    (0x5346_414f, "afs"),
    (0x6b41_4653, "kafs"),
    (0x7375_7245, "coda"),
    (0x564c, "ncp"),
];

pub(super) fn of(file: &File, facts: &Facts) -> io::Result<FileSystem> {
    // A file system on a block device has that device's number, and is local; the others have major number 0
    // (Linux, fs/super.c, get_anon_bdev). This saves a call where the lock directory lies on a disk.
    if libc::major(facts.identity.device as libc::dev_t) != 0 {
        return Ok(FileSystem { local: true, name: "local".into() });
    }
    let mut record = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the descriptor is open, and the kernel fills `record` whole when it answers 0.
    if unsafe { libc::fstatfs(file.as_raw_fd(), record.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above answered 0, so the kernel has filled it.
    let magic = unsafe { record.assume_init() }.f_type as u32;
    Ok(match REMOTE.iter().find(|(number, _)| *number == magic) {
        Some((_, name)) => FileSystem { local: false, name: (*name).into() },
        None => FileSystem { local: true, name: "local".into() },
    })
}
