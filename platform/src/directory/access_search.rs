//! FreeBSD, NetBSD, illumos, Solaris: `O_SEARCH` (POSIX.1) needs search permission, and leaves ACL calls possible.

pub(super) const SEARCH: libc::c_int = libc::O_SEARCH;
