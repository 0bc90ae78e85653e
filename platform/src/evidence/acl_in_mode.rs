//! OpenBSD, DragonFly, and any other Unix: no list, or a POSIX.1e one, whose mask shows in the group's bits (acl(5)).

use std::fs::File;
use std::io;

use super::FileSystem;
use super::access_list::{Entry, Rights, WRITE};

pub(super) const SHOWN: Rights = WRITE;

pub(super) fn entries(_: &File, _: &FileSystem) -> io::Result<Vec<Entry>> {
    Ok(Vec::new())
}
