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

use super::access_list::{Entry, Rights};
use super::acl_allocated::Allocated;
use super::acl_nfs4 as nfs4;
pub(super) use super::acl_nfs4::SHOWN;
use super::file_system::FileSystem;

const TYPE_NFS4: u32 = 0x4;

const FIRST_ENTRY: c_int = 0;
const NEXT_ENTRY: c_int = 1;

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

pub(super) fn entries(file: &File, _: &FileSystem) -> io::Result<Vec<Entry>> {
    if !has_nfs4_list(file)? {
        return Ok(Vec::new());
    }
    let list = List::of(file)?;
    let mut entries = Vec::new();
    // The mode bits show all of a trivial list (acl_is_trivial_np(3)).
    if list.is_trivial()? {
        return Ok(entries);
    }
    let mut which = FIRST_ENTRY;
    while let Some(raw) = list.entry(which)? {
        if raw.allows()? {
            let (tag, id) = raw.who()?;
            entries.push(nfs4::entry(tag, id, raw.rights()?, raw.flags()?));
        }
        which = NEXT_ENTRY;
    }
    Ok(entries)
}

/// Asks fpathconf(2), as acl_get_fd(3) does. `EINVAL`: the file system has not heard of such lists.
fn has_nfs4_list(file: &File) -> io::Result<bool> {
    // SAFETY: the descriptor is open for as long as `file` is borrowed; no memory is passed.
    let answer = unsafe { libc::fpathconf(file.as_raw_fd(), libc::_PC_ACL_NFS4) };
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
    fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the descriptor is open for as long as `file` is borrowed.
        let list = unsafe { acl_get_fd_np(file.as_raw_fd(), TYPE_NFS4) };
        Allocated::take(list).map(Self)
    }

    fn is_trivial(&self) -> io::Result<bool> {
        let mut trivial = 0;
        // SAFETY: the list is alive, and `trivial` is writable.
        check(unsafe { acl_is_trivial_np(self.0.as_ptr(), &raw mut trivial) })?;
        Ok(trivial == 1)
    }

    /// The next entry, or the first: the list counts along by itself (acl_get_entry(3)).
    fn entry(&self, which: c_int) -> io::Result<Option<Raw<'_>>> {
        let mut entry = null_mut();
        // SAFETY: the list is alive, and `entry` is writable.
        let answer = check(unsafe { acl_get_entry(self.0.as_ptr(), which, &raw mut entry) })?;
        Ok((answer == 1).then_some(Raw(entry, PhantomData)))
    }
}

/// An entry, which lies in its list.
struct Raw<'a>(*mut c_void, PhantomData<&'a List>);

impl Raw<'_> {
    fn allows(&self) -> io::Result<bool> {
        let mut kind = 0;
        // SAFETY: the entry's list is alive, and `kind` is writable.
        check(unsafe { acl_get_entry_type_np(self.0, &raw mut kind) })?;
        Ok(kind == nfs4::ENTRY_TYPE_ALLOW)
    }

    /// The flags that say whether it applies, and to what.
    fn flags(&self) -> io::Result<u16> {
        let mut flags = null_mut();
        // SAFETY: the entry's list is alive, and `flags` is writable.
        check(unsafe { acl_get_flagset_np(self.0, &raw mut flags) })?;
        let mut set = 0;
        for flag in [nfs4::ENTRY_FILE_INHERIT, nfs4::ENTRY_INHERIT_ONLY] {
            // SAFETY: the flags lie in the entry, whose list is alive.
            if check(unsafe { acl_get_flag_np(flags, flag) })? == 1 {
                set |= flag;
            }
        }
        Ok(set)
    }

    fn rights(&self) -> io::Result<Rights> {
        let mut rights = null_mut();
        // SAFETY: the entry's list is alive, and `rights` is writable.
        check(unsafe { acl_get_permset(self.0, &raw mut rights) })?;
        let mut given = 0;
        for (bit, right) in nfs4::RIGHTS {
            // SAFETY: the rights lie in the entry, whose list is alive.
            if check(unsafe { acl_get_perm_np(rights, bit) })? == 1 {
                given |= right;
            }
        }
        Ok(given)
    }

    /// Whom the entry speaks of: a tag, and an id where it has one.
    fn who(&self) -> io::Result<(u32, u32)> {
        let mut tag = 0;
        // SAFETY: the entry's list is alive, and `tag` is writable.
        check(unsafe { acl_get_tag_type(self.0, &raw mut tag) })?;
        Ok((tag, if nfs4::has_id(tag) { self.id()? } else { 0 }))
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
