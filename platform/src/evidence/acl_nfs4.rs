//! FreeBSD, NetBSD: what the numbers in an NFSv4 list mean. They are of sys/acl.h, the same on both systems;
//! `ci/headers/acl_freebsd.c` and `ci/headers/acl_netbsd.c` compare them.

use super::access_list::{CHANGE_RIGHTS, DELETE, DELETE_CHILD, Entry, Rights, WRITE, Who};
use super::grants::Grantee;

pub(super) const ENTRY_TYPE_ALLOW: u16 = 0x0100;

pub(super) const ENTRY_FILE_INHERIT: u16 = 0x0001;
pub(super) const ENTRY_INHERIT_ONLY: u16 = 0x0008;

const USER_OBJ: u32 = 0x01;
const USER: u32 = 0x02;
const GROUP_OBJ: u32 = 0x04;
const GROUP: u32 = 0x08;
const EVERYONE: u32 = 0x40;

/// Each right that counts, by its name for directories; the first two have others for files, `WRITE_DATA` and
/// `APPEND_DATA`.
pub(super) const RIGHTS: [(u32, Rights); 6] = [
    (0x0010, WRITE),         // ACL_ADD_FILE
    (0x0020, WRITE),         // ACL_ADD_SUBDIRECTORY
    (0x0100, DELETE_CHILD),  // ACL_DELETE_CHILD
    (0x0800, DELETE),        // ACL_DELETE
    (0x2000, CHANGE_RIGHTS), // ACL_WRITE_ACL
    (0x4000, CHANGE_RIGHTS), // ACL_WRITE_OWNER
];

/// What a mode's `w` shows of the entries for the owning group and for everyone. Not DELETE_CHILD, which reaches further
/// than `w` does in a sticky directory (ufs_lookup.c, `ufs_delete_denied`).
pub(super) const SHOWN: Rights = WRITE;

/// Whether the tag has an id.
#[allow(dead_code, reason = "for FreeBSD, where asking for an id that is not there is an error")]
pub(super) fn has_id(tag: u32) -> bool {
    matches!(tag, USER | GROUP)
}

/// An entry that allows; `id` counts for the tags that have one.
pub(super) fn entry(tag: u32, id: u32, rights: Rights, flags: u16) -> Entry {
    let who = match tag {
        USER_OBJ => Who::Owner,
        GROUP_OBJ => Who::OwningGroup,
        EVERYONE => Who::Everyone,
        USER => Who::Other(Grantee::User(id)),
        GROUP => Who::Other(Grantee::Group(id)),
        _ => Who::Other(Grantee::Unknown),
    };
    let applies = flags & ENTRY_INHERIT_ONLY == 0;
    Entry { who, rights, applies, inherited_by_files: flags & ENTRY_FILE_INHERIT != 0 }
}
