//! NetBSD 10: NFSv4 lists on ZFS, and on UFS mounted with `nfsv4acls`. Any other list is a POSIX.1e one, whose mask shows in
//! the group's bits.
//!
//! NetBSD 9 has neither lists nor the C library's calls for them, without which a program that names them does not start
//! there. So this makes the system call itself (sys/syscall.h), after asking whether there is a list. Names, types and
//! numbers are of sys/acl.h and sys/unistd.h; `ci/headers/acl_netbsd.c` compares them.

use std::ffi::c_int;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use super::access_list::{Entry, Rights};
use super::acl_nfs4 as nfs4;
pub(super) use super::acl_nfs4::SHOWN;
use super::file_system::FileSystem;

const TYPE_NFS4: c_int = 0x4;
const PC_ACL_NFS4: c_int = 17;
const SYS_ACL_GET_FD: c_int = 493;
const MAX_ENTRIES: usize = 254;

/// `struct acl_entry`
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Raw {
    tag: u32,
    id: u32,
    rights: u32,
    kind: u16,
    flags: u16,
}

/// `struct acl`
#[repr(C)]
struct List {
    room: u32,
    count: u32,
    spare: [c_int; 4],
    entries: [Raw; MAX_ENTRIES],
}

unsafe extern "C" {
    fn syscall(number: c_int, ...) -> c_int;
}

pub(super) fn entries(file: &File, _: &FileSystem) -> io::Result<Vec<Entry>> {
    if !has_nfs4_list(file)? {
        return Ok(Vec::new());
    }
    // The kernel wants to be told that there is room for all (kern/vfs_acl.c of FreeBSD, from which it comes, `acl_copyout`).
    let room = MAX_ENTRIES as u32;
    let mut list =
        Box::new(List { room, count: 0, spare: [0; 4], entries: [Raw::default(); MAX_ENTRIES] });
    // SAFETY: the descriptor is open for as long as `file` is borrowed; the list is writable, and the kernel writes no more
    // than a `struct acl`.
    let answer = unsafe { syscall(SYS_ACL_GET_FD, file.as_raw_fd(), TYPE_NFS4, &raw mut *list) };
    if answer == -1 {
        return Err(io::Error::last_os_error());
    }
    let entries = list.entries.iter().take(list.count as usize);
    let allowing = entries.filter(|raw| raw.kind == nfs4::ENTRY_TYPE_ALLOW);
    Ok(allowing.map(|raw| nfs4::entry(raw.tag, raw.id, rights_of(raw.rights), raw.flags)).collect())
}

fn rights_of(bits: u32) -> Rights {
    let given = nfs4::RIGHTS.iter().filter(|(bit, _)| bits & bit != 0);
    given.fold(0, |rights, (_, right)| rights | right)
}

/// Asks fpathconf(2). `EINVAL`: the system, or the file system, has not heard of such lists.
fn has_nfs4_list(file: &File) -> io::Result<bool> {
    // SAFETY: the descriptor is open for as long as `file` is borrowed; no memory is passed.
    let answer = unsafe { libc::fpathconf(file.as_raw_fd(), PC_ACL_NFS4) };
    if answer != -1 {
        return Ok(answer == 1);
    }
    match io::Error::last_os_error() {
        error if error.raw_os_error() == Some(libc::EINVAL) => Ok(false),
        error => Err(error),
    }
}
