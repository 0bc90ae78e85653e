//! A system that tells no more than POSIX.1 has. Its file systems are taken for local: the backend there is fcntl(2), which
//! NFS serves as well. It has no access control lists, or POSIX.1e ones, whose mask shows in the group's bits (acl(5)), as
//! OpenBSD and DragonFly.
#![allow(dead_code, reason = "most systems tell more")]

use std::fs::File;
use std::io;

use super::access_list::{Entry, Rights, WRITE};
use super::facts::Facts;
use super::file_system::FileSystem;

pub(super) fn of(_: &File, _: &Facts) -> io::Result<FileSystem> {
    Ok(FileSystem { local: true, served: false, name: "local".into() })
}

pub(super) const SHOWN: Rights = WRITE;

pub(super) fn entries(_: &File, _: &FileSystem) -> io::Result<Vec<Entry>> {
    Ok(Vec::new())
}
