//! FreeBSD: NFSv4 lists on ZFS, and on UFS mounted with `nfsv4acls` (acl(3)). Any other list is a
//! POSIX.1e one, whose mask shows in the group's bits.
//!
//! libc binds none of these calls. Names, types and numbers are of sys/acl.h, the types' widths of
//! sys/_types.h (`__acl_tag_t` and its like); `ci/headers/acl_freebsd.c` compares them.

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::os::fd::AsRawFd;
use std::ptr::null_mut;

use super::allocated::Allocated;
use super::{Facts, Grantee};

const TYPE_NFS4: u32 = 0x4;

const FIRST_ENTRY: c_int = 0;
const NEXT_ENTRY: c_int = 1;

const USER_OBJ: u32 = 0x01;
const USER: u32 = 0x02;
const GROUP_OBJ: u32 = 0x04;
const GROUP: u32 = 0x08;
const EVERYONE: u32 = 0x40;

const ENTRY_TYPE_ALLOW: u16 = 0x0100;
const ENTRY_INHERIT_ONLY: u16 = 0x0008;

const ADD_FILE: u32 = 0x0010;
const ADD_SUBDIRECTORY: u32 = 0x0020;
const DELETE_CHILD: u32 = 0x0100;
const DELETE: u32 = 0x0800;
const WRITE_ACL: u32 = 0x2000;
const WRITE_OWNER: u32 = 0x4000;

/// The rights over a directory that `Acl::Grants` speaks of.
const DANGEROUS: [u32; 6] =
    [ADD_FILE, ADD_SUBDIRECTORY, DELETE_CHILD, DELETE, WRITE_ACL, WRITE_OWNER];

/// What a mode's `w` shows of the entries for the owning group and for everyone. Not DELETE_CHILD,
/// which reaches further than `w` does in a sticky directory (ufs_lookup.c, `ufs_delete_denied`).
const SHOWN: u32 = ADD_FILE | ADD_SUBDIRECTORY;

unsafe extern "C" {
    fn acl_get_entry(list: *mut c_void, which: c_int, entry: *mut *mut c_void) -> c_int;
    fn acl_get_entry_type_np(entry: *mut c_void, kind: *mut u16) -> c_int;
    fn acl_get_fd_np(fd: c_int, kind: u32) -> *mut c_void;
    fn acl_get_flag_np(flags: *mut u16, flag: u16) -> c_int;
    fn acl_get_flagset_np(entry: *mut c_void, flags: *mut *mut u16) -> c_int;
    fn acl_get_perm_np(rights: *mut u32, right: u32) -> c_int;
    fn acl_get_permset(entry: *mut c_void, rights: *mut *mut u32) -> c_int;
    fn acl_get_qualifier(entry: *mut c_void) -> *mut c_void;
    fn acl_get_tag_type(entry: *mut c_void, tag: *mut u32) -> c_int;
    fn acl_is_trivial_np(list: *mut c_void, trivial: *mut c_int) -> c_int;
}

pub(super) fn of(directory: &File, facts: &Facts) -> io::Result<Vec<Grantee>> {
    if !has_nfs4_list(directory)? {
        return Ok(Vec::new());
    }
    let list = List::of(directory)?;
    let mut grantees = Vec::new();
    // The mode bits show all of a trivial list (acl_is_trivial_np(3)).
    if list.is_trivial()? {
        return Ok(grantees);
    }
    let mut which = FIRST_ENTRY;
    while let Some(entry) = list.entry(which)? {
        if entry.allows()? && !entry.inherit_only()? {
            grantees.extend(entry.grantee(entry.dangerous_rights()?, facts)?);
        }
        which = NEXT_ENTRY;
    }
    Ok(grantees)
}

/// Asks fpathconf(2), as acl_get_fd(3) does. `EINVAL`: the file system has not heard of such lists.
fn has_nfs4_list(directory: &File) -> io::Result<bool> {
    // SAFETY: the descriptor is open for as long as `directory` is borrowed; no memory is passed.
    let answer = unsafe { libc::fpathconf(directory.as_raw_fd(), libc::_PC_ACL_NFS4) };
    if answer != -1 {
        return Ok(answer == 1);
    }
    match io::Error::last_os_error() {
        error if error.raw_os_error() == Some(libc::EINVAL) => Ok(false),
        error => Err(error),
    }
}

struct List(Allocated);

impl List {
    fn of(directory: &File) -> io::Result<Self> {
        // SAFETY: the descriptor is open for as long as `directory` is borrowed.
        let list = unsafe { acl_get_fd_np(directory.as_raw_fd(), TYPE_NFS4) };
        Allocated::take(list).map(Self)
    }

    fn is_trivial(&self) -> io::Result<bool> {
        let mut trivial = 0;
        // SAFETY: the list is alive, and `trivial` is writable.
        check(unsafe { acl_is_trivial_np(self.0.as_ptr(), &raw mut trivial) })?;
        Ok(trivial == 1)
    }

    /// The next entry, or the first: the list counts along by itself (acl_get_entry(3)).
    fn entry(&self, which: c_int) -> io::Result<Option<Entry<'_>>> {
        let mut entry = null_mut();
        // SAFETY: the list is alive, and `entry` is writable.
        let answer = check(unsafe { acl_get_entry(self.0.as_ptr(), which, &raw mut entry) })?;
        Ok((answer == 1).then_some(Entry(entry, PhantomData)))
    }
}

/// An entry, which lies in its list.
struct Entry<'a>(*mut c_void, PhantomData<&'a List>);

impl Entry<'_> {
    fn allows(&self) -> io::Result<bool> {
        let mut kind = 0;
        // SAFETY: the entry's list is alive, and `kind` is writable.
        check(unsafe { acl_get_entry_type_np(self.0, &raw mut kind) })?;
        Ok(kind == ENTRY_TYPE_ALLOW)
    }

    fn inherit_only(&self) -> io::Result<bool> {
        let mut flags = null_mut();
        // SAFETY: the entry's list is alive, and `flags` is writable.
        check(unsafe { acl_get_flagset_np(self.0, &raw mut flags) })?;
        // SAFETY: the flags lie in the entry, whose list is alive.
        Ok(check(unsafe { acl_get_flag_np(flags, ENTRY_INHERIT_ONLY) })? == 1)
    }

    fn dangerous_rights(&self) -> io::Result<u32> {
        let mut rights = null_mut();
        // SAFETY: the entry's list is alive, and `rights` is writable.
        check(unsafe { acl_get_permset(self.0, &raw mut rights) })?;
        let mut dangerous = 0;
        for right in DANGEROUS {
            // SAFETY: the rights lie in the entry, whose list is alive.
            if check(unsafe { acl_get_perm_np(rights, right) })? == 1 {
                dangerous |= right;
            }
        }
        Ok(dangerous)
    }

    /// Whom the entry gives some of these rights, beyond what the mode bits show. The owner is not
    /// reported.
    fn grantee(&self, rights: u32, facts: &Facts) -> io::Result<Option<Grantee>> {
        let mut tag = 0;
        // SAFETY: the entry's list is alive, and `tag` is writable.
        check(unsafe { acl_get_tag_type(self.0, &raw mut tag) })?;
        let (grantee, write_bit) = match tag {
            USER_OBJ => return Ok(None),
            GROUP_OBJ => (Grantee::Group(facts.group), 0o020),
            EVERYONE => (Grantee::Everyone, 0o002),
            USER => (Grantee::User(self.id()?), 0),
            GROUP => (Grantee::Group(self.id()?), 0),
            _ => (Grantee::Unknown, 0),
        };
        let shown = if facts.mode & write_bit != 0 { SHOWN } else { 0 };
        Ok((rights & !shown != 0).then_some(grantee))
    }

    /// The id of the user or the group, for the tags that have one.
    fn id(&self) -> io::Result<u32> {
        // SAFETY: the entry's list is alive.
        let id = Allocated::take(unsafe { acl_get_qualifier(self.0) })?;
        // SAFETY: for a user or a group the answer points to a uid_t or gid_t, 32 bits both
        // (acl_get_qualifier(3)), and is freed after this.
        Ok(unsafe { id.as_ptr().cast::<u32>().read() })
    }
}

fn check(answer: c_int) -> io::Result<c_int> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}
