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

use super::access_list::{CHANGE_RIGHTS, DELETE, DELETE_CHILD, Entry, Rights, WRITE, Who};
use super::file_system::FileSystem;
use super::grants::Grantee;

const ACE_GETACL: c_int = 4;
const ACE_GETACLCNT: c_int = 6;

const ACE_ACCESS_ALLOWED_ACE_TYPE: u16 = 0;

const ACE_FILE_INHERIT_ACE: u16 = 0x0001;
const ACE_INHERIT_ONLY_ACE: u16 = 0x0008;
const ACE_IDENTIFIER_GROUP: u16 = 0x0040;
const ACE_OWNER: u16 = 0x1000;
const ACE_GROUP: u16 = 0x2000;
const ACE_EVERYONE: u16 = 0x4000;
/// The flags that say whom an entry speaks of.
const WHO: u16 = ACE_OWNER | ACE_GROUP | ACE_EVERYONE | ACE_IDENTIFIER_GROUP;
/// The kernel's own entries for group@ have both (acl_common.c, `acl_trivial_create`).
const OWNING_GROUP: u16 = ACE_GROUP | ACE_IDENTIFIER_GROUP;

/// Each right that counts, by its name for directories; the first two have others for files, `ACE_WRITE_DATA` and
/// `ACE_APPEND_DATA`.
const RIGHTS: [(u32, Rights); 6] = [
    (0x0000_0002, WRITE),         // ACE_ADD_FILE
    (0x0000_0004, WRITE),         // ACE_ADD_SUBDIRECTORY
    (0x0000_0040, DELETE_CHILD),  // ACE_DELETE_CHILD
    (0x0001_0000, DELETE),        // ACE_DELETE
    (0x0004_0000, CHANGE_RIGHTS), // ACE_WRITE_ACL
    (0x0008_0000, CHANGE_RIGHTS), // ACE_WRITE_OWNER
];

/// What a mode's `w` shows of the entries for the owning group and for everyone: the list of a
/// directory that has but its mode says as much. DELETE_CHILD is in it where the kernel counts that
/// to `w`, and then it does not reach beyond a sticky bit (OpenZFS, zfs_acl.c,
/// `acl_trivial_access_masks`, `zfs_zaccess_delete`). In older kernels it does, but there it is in
/// no list that nobody has written by hand.
pub(super) const SHOWN: Rights = WRITE | DELETE_CHILD;

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

pub(super) fn entries(file: &File, _: &FileSystem) -> io::Result<Vec<Entry>> {
    match aces(file) {
        Ok(aces) => Ok(aces.iter().filter_map(entry).collect()),
        Err(error) if NO_SUCH_LIST.contains(&error.raw_os_error()) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What facl(2) says of a file system without ACE lists; UFS says `EINVAL` (`ufs_getsecattr`).
const NO_SUCH_LIST: [Option<i32>; 4] =
    [Some(libc::ENOSYS), Some(libc::EINVAL), Some(libc::ENOTSUP), Some(libc::EOPNOTSUPP)];

/// How often a list that grows between counting and reading is counted anew.
const ATTEMPTS: usize = 8;

fn aces(file: &File) -> io::Result<Vec<Ace>> {
    let mut attempts = 1..ATTEMPTS;
    loop {
        // SAFETY: counting writes nothing (acl(2)); the descriptor is open while it is borrowed.
        let count = check(unsafe { facl(file.as_raw_fd(), ACE_GETACLCNT, 0, null_mut()) })?;
        let mut entries = vec![Ace::default(); count.unsigned_abs() as usize];
        let space = entries.as_mut_ptr().cast();
        // SAFETY: there is space for `count` entries, of which the kernel fills no more.
        match check(unsafe { facl(file.as_raw_fd(), ACE_GETACL, count, space) }) {
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

/// The entry, if it allows.
fn entry(ace: &Ace) -> Option<Entry> {
    if ace.kind != ACE_ACCESS_ALLOWED_ACE_TYPE {
        return None;
    }
    let who = match ace.flags & WHO {
        ACE_OWNER => Who::Owner,
        0 => Who::Other(Grantee::User(ace.who)),
        ACE_IDENTIFIER_GROUP => Who::Other(Grantee::Group(ace.who)),
        OWNING_GROUP | ACE_GROUP => Who::OwningGroup,
        ACE_EVERYONE => Who::Everyone,
        _ => Who::Other(Grantee::Unknown),
    };
    let given = RIGHTS.iter().filter(|(bit, _)| ace.access_mask & bit != 0);
    let rights = given.fold(0, |rights, (_, right)| rights | right);
    let applies = ace.flags & ACE_INHERIT_ONLY_ACE == 0;
    let inherited_by_files = ace.flags & ACE_FILE_INHERIT_ACE != 0;
    Some(Entry { who, rights, applies, inherited_by_files })
}

fn check(answer: c_int) -> io::Result<c_int> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}
