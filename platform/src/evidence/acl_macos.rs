//! macOS: extended lists beside the mode bits (acl(3)), whose entries name people by UUID.
//!
//! libc binds none of these calls. Names, types and numbers are of sys/acl.h, sys/kauth.h and
//! membership.h; `ci/headers/acl_macos.c` compares those of the first two.

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::os::fd::AsRawFd;
use std::ptr::null_mut;

use super::access_list::{CHANGE_RIGHTS, DELETE, DELETE_CHILD, Entry, Rights, WRITE, Who};
use super::acl_allocated::Allocated;
use super::file_system::FileSystem;
use super::grants::Grantee;

const TYPE_EXTENDED: c_int = 0x100;

const FIRST_ENTRY: c_int = 0;
const NEXT_ENTRY: c_int = -1;

const EXTENDED_ALLOW: c_int = 1;
const ENTRY_FILE_INHERIT: c_int = 1 << 5;
const ENTRY_ONLY_INHERIT: c_int = 1 << 8;

/// Each right that counts, by its name for directories; the first and the third have others for files, `ACL_WRITE_DATA` and
/// `ACL_APPEND_DATA`.
const RIGHTS: [(u64, Rights); 8] = [
    (1 << 2, WRITE),          // ACL_ADD_FILE
    (1 << 4, DELETE),         // ACL_DELETE
    (1 << 5, WRITE),          // ACL_ADD_SUBDIRECTORY
    (1 << 6, DELETE_CHILD),   // ACL_DELETE_CHILD
    (1 << 12, CHANGE_RIGHTS), // ACL_WRITE_SECURITY
    (1 << 13, CHANGE_RIGHTS), // ACL_CHANGE_OWNER
    // Not in acl(3), but the kernel takes them for sets of the above (sys/kauth.h, "expansions").
    (1 << 21, WRITE | DELETE | DELETE_CHILD | CHANGE_RIGHTS), // KAUTH_ACE_GENERIC_ALL
    (1 << 23, WRITE | DELETE | DELETE_CHILD | CHANGE_RIGHTS), // KAUTH_ACE_GENERIC_WRITE
];

/// The mode shows nothing of a list here: the list comes first (xnu, bsd/vfs/vfs_subr.c, `vnode_authorize_simple`).
pub(super) const SHOWN: Rights = 0;

/// UUIDs that begin so are known to the kernel itself (xnu, bsd/kern/kern_credential.c,
/// `kauth_wellknown_guid`); the last four bytes, most significant first, say which.
const WELL_KNOWN: [u8; 12] =
    [0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef];
const OWNER: u32 = 0x0a;
const OWNING_GROUP: u32 = 0x10;
const EVERYONE: u32 = 0x0c;
const NOBODY: u32 = 0xffff_fffe;

/// membership.h
const ID_TYPE_UID: c_int = 0;
/// membership.h
const ID_TYPE_GID: c_int = 1;

unsafe extern "C" {
    fn acl_get_entry(list: *mut c_void, which: c_int, entry: *mut *mut c_void) -> c_int;
    fn acl_get_fd_np(fd: c_int, kind: c_int) -> *mut c_void;
    fn acl_get_flag_np(flags: *mut c_void, flag: c_int) -> c_int;
    fn acl_get_flagset_np(object: *mut c_void, flags: *mut *mut c_void) -> c_int;
    fn acl_get_permset_mask_np(entry: *mut c_void, rights: *mut u64) -> c_int;
    fn acl_get_qualifier(entry: *mut c_void) -> *mut c_void;
    fn acl_get_tag_type(entry: *mut c_void, tag: *mut c_int) -> c_int;
    fn mbr_uuid_to_id(uuid: *const u8, id: *mut libc::id_t, kind: *mut c_int) -> c_int;
}

pub(super) fn entries(file: &File, _: &FileSystem) -> io::Result<Vec<Entry>> {
    let Some(list) = List::of(file)? else {
        return Ok(Vec::new());
    };
    let mut entries = Vec::new();
    let mut which = FIRST_ENTRY;
    while let Some(raw) = list.entry(which)? {
        if raw.allows()? {
            entries.extend(raw.entry()?);
        }
        which = NEXT_ENTRY;
    }
    Ok(entries)
}

struct List(Allocated);

impl List {
    /// The list, if there is one: `ENOENT` says that there is none (filesec_get_property(3), of
    /// which acl_get_fd_np is made), `ENOTSUP` that the file system keeps none.
    fn of(file: &File) -> io::Result<Option<Self>> {
        // SAFETY: the descriptor is open for as long as `file` is borrowed.
        let list = unsafe { acl_get_fd_np(file.as_raw_fd(), TYPE_EXTENDED) };
        match Allocated::take(list) {
            Ok(list) => Ok(Some(Self(list))),
            Err(error) => match error.raw_os_error() {
                Some(libc::ENOENT | libc::ENOTSUP) => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// The next entry, or the first. Unlike elsewhere 0 says that there is one, and `EINVAL` that
    /// the list has ended (acl_get_entry(3)).
    fn entry(&self, which: c_int) -> io::Result<Option<Raw<'_>>> {
        let mut entry = null_mut();
        // SAFETY: the list is alive, and `entry` is writable.
        match check(unsafe { acl_get_entry(self.0.as_ptr(), which, &raw mut entry) }) {
            Ok(_) => Ok(Some(Raw(entry, PhantomData))),
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// An entry, which lies in its list.
struct Raw<'a>(*mut c_void, PhantomData<&'a List>);

impl Raw<'_> {
    fn allows(&self) -> io::Result<bool> {
        let mut tag = 0;
        // SAFETY: the entry's list is alive, and `tag` is writable.
        check(unsafe { acl_get_tag_type(self.0, &raw mut tag) })?;
        Ok(tag == EXTENDED_ALLOW)
    }

    /// `None` where it speaks of nobody.
    fn entry(&self) -> io::Result<Option<Entry>> {
        let rights = self.rights()?;
        let applies = !self.has_flag(ENTRY_ONLY_INHERIT)?;
        let inherited_by_files = self.has_flag(ENTRY_FILE_INHERIT)?;
        let who = who(&self.uuid()?);
        Ok(who.map(|who| Entry { who, rights, applies, inherited_by_files }))
    }

    fn has_flag(&self, flag: c_int) -> io::Result<bool> {
        let mut flags = null_mut();
        // SAFETY: the entry's list is alive, and `flags` is writable.
        check(unsafe { acl_get_flagset_np(self.0, &raw mut flags) })?;
        // SAFETY: the flags lie in the entry, whose list is alive.
        Ok(check(unsafe { acl_get_flag_np(flags, flag) })? == 1)
    }

    fn rights(&self) -> io::Result<Rights> {
        let mut bits = 0;
        // SAFETY: the entry's list is alive, and `bits` is writable.
        check(unsafe { acl_get_permset_mask_np(self.0, &raw mut bits) })?;
        let given = RIGHTS.iter().filter(|(bit, _)| bits & bit != 0);
        Ok(given.fold(0, |rights, (_, right)| rights | right))
    }

    fn uuid(&self) -> io::Result<libc::uuid_t> {
        // SAFETY: the entry's list is alive.
        let uuid = Allocated::take(unsafe { acl_get_qualifier(self.0) })?;
        // SAFETY: the answer points to a guid_t, 16 bytes (acl_get_qualifier(3)), freed after this.
        Ok(unsafe { uuid.as_ptr().cast::<libc::uuid_t>().read() })
    }
}

/// Whom the UUID stands for.
fn who(uuid: &libc::uuid_t) -> Option<Who> {
    match well_known(uuid) {
        Some(NOBODY) => return None,
        Some(OWNER) => return Some(Who::Owner),
        Some(OWNING_GROUP) => return Some(Who::OwningGroup),
        Some(EVERYONE) => return Some(Who::Everyone),
        _ => {}
    }
    let (mut id, mut kind) = (0, 0);
    // SAFETY: the UUID has 16 bytes, and the other two are writable.
    let errno = unsafe { mbr_uuid_to_id(uuid.as_ptr(), &raw mut id, &raw mut kind) };
    Some(Who::Other(match (errno, kind) {
        (0, ID_TYPE_UID) => Grantee::User(id),
        (0, ID_TYPE_GID) => Grantee::Group(id),
        _ => Grantee::Unknown,
    }))
}

fn well_known(uuid: &libc::uuid_t) -> Option<u32> {
    let number = uuid.strip_prefix(&WELL_KNOWN)?;
    Some(u32::from_be_bytes(number.try_into().ok()?))
}

fn check(answer: c_int) -> io::Result<c_int> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}
