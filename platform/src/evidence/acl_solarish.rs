//! illumos, Solaris: ACE lists on ZFS. UFS has POSIX-draft lists, whose mask shows in the group's
//! bits (acl(2)); where there are no lists the mode bits come as ACEs (fs_subr.c, `fs_fab_acl`).
//!
//! libc does not bind facl(2), which is in the systems' libc. Names, types and numbers are of
//! sys/acl.h.

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::null_mut;

use super::{Facts, Grantee};

const ACE_GETACL: c_int = 4;
const ACE_GETACLCNT: c_int = 6;

const ACE_ACCESS_ALLOWED_ACE_TYPE: u16 = 0;

const ACE_INHERIT_ONLY_ACE: u16 = 0x0008;
const ACE_IDENTIFIER_GROUP: u16 = 0x0040;
const ACE_OWNER: u16 = 0x1000;
const ACE_GROUP: u16 = 0x2000;
const ACE_EVERYONE: u16 = 0x4000;
/// The flags that say whom an entry speaks of.
const WHO: u16 = ACE_OWNER | ACE_GROUP | ACE_EVERYONE | ACE_IDENTIFIER_GROUP;
/// The kernel's own entries for group@ have both (acl_common.c, `acl_trivial_create`).
const OWNING_GROUP: u16 = ACE_GROUP | ACE_IDENTIFIER_GROUP;

const ADD_FILE: u32 = 0x0000_0002;
const ADD_SUBDIRECTORY: u32 = 0x0000_0004;
const DELETE_CHILD: u32 = 0x0000_0040;
const DELETE: u32 = 0x0001_0000;
const WRITE_ACL: u32 = 0x0004_0000;
const WRITE_OWNER: u32 = 0x0008_0000;

/// The rights over a directory that `Acl::Grants` speaks of.
const DANGEROUS: u32 =
    ADD_FILE | ADD_SUBDIRECTORY | DELETE_CHILD | DELETE | WRITE_ACL | WRITE_OWNER;

/// What a mode's `w` shows of the entries for the owning group and for everyone: the list of a
/// directory that has but its mode says as much. DELETE_CHILD is in it where the kernel counts that
/// to `w`, and then it does not reach beyond a sticky bit (OpenZFS, zfs_acl.c,
/// `acl_trivial_access_masks`, `zfs_zaccess_delete`). In older kernels it does, but there it is in
/// no list that nobody has written by hand.
const SHOWN: u32 = ADD_FILE | ADD_SUBDIRECTORY | DELETE_CHILD;

/// `ace_t`
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Ace {
    who: libc::uid_t,
    access_mask: u32,
    flags: u16,
    kind: u16,
}

unsafe extern "C" {
    fn facl(fd: c_int, command: c_int, count: c_int, entries: *mut c_void) -> c_int;
}

pub(super) fn of(directory: &File, facts: &Facts) -> io::Result<Vec<Grantee>> {
    match entries(directory) {
        Ok(entries) => Ok(entries.iter().filter_map(|ace| grantee(ace, facts)).collect()),
        Err(error) if NO_SUCH_LIST.contains(&error.raw_os_error()) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What facl(2) says of a file system without ACE lists; UFS says `EINVAL` (`ufs_getsecattr`).
const NO_SUCH_LIST: [Option<i32>; 4] =
    [Some(libc::ENOSYS), Some(libc::EINVAL), Some(libc::ENOTSUP), Some(libc::EOPNOTSUPP)];

/// How often a list that grows between counting and reading is counted anew.
const ATTEMPTS: usize = 8;

fn entries(directory: &File) -> io::Result<Vec<Ace>> {
    let mut attempts = 1..ATTEMPTS;
    loop {
        // SAFETY: counting writes nothing (acl(2)); the descriptor is open while it is borrowed.
        let count = check(unsafe { facl(directory.as_raw_fd(), ACE_GETACLCNT, 0, null_mut()) })?;
        let mut entries = vec![Ace::default(); count.unsigned_abs() as usize];
        let space = entries.as_mut_ptr().cast();
        // SAFETY: there is space for `count` entries, of which the kernel fills no more.
        match check(unsafe { facl(directory.as_raw_fd(), ACE_GETACL, count, space) }) {
            Ok(filled) => {
                entries.truncate(filled.unsigned_abs() as usize);
                return Ok(entries);
            }
            Err(error)
                if error.raw_os_error() == Some(libc::ENOSPC) && attempts.next().is_some() => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whom the entry gives a dangerous right, beyond what the mode bits show. The owner is not
/// reported.
fn grantee(ace: &Ace, facts: &Facts) -> Option<Grantee> {
    if ace.kind != ACE_ACCESS_ALLOWED_ACE_TYPE || ace.flags & ACE_INHERIT_ONLY_ACE != 0 {
        return None;
    }
    let (grantee, write_bit) = match ace.flags & WHO {
        ACE_OWNER => return None,
        0 => (Grantee::User(ace.who), 0),
        ACE_IDENTIFIER_GROUP => (Grantee::Group(ace.who), 0),
        OWNING_GROUP | ACE_GROUP => (Grantee::Group(facts.group), 0o020),
        ACE_EVERYONE => (Grantee::Everyone, 0o002),
        _ => (Grantee::Unknown, 0),
    };
    let shown = if facts.mode & write_bit != 0 { SHOWN } else { 0 };
    (ace.access_mask & DANGEROUS & !shown != 0).then_some(grantee)
}

fn check(answer: c_int) -> io::Result<c_int> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}
