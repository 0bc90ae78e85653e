//! Asking for the file system and the access control list of something that is open.

use std::fs::File;
use std::io;

use super::facts::Facts;
use super::file_system::FileSystem;
use super::grants::{Acl, FileAcl};
use super::{access_list, native_acl, native_file_system};
use crate::calls::again;

/// The file system that an open file or directory lies on.
///
/// # Errors
/// What fstatfs(2) or fstatvfs(2) say.
pub fn file_system(file: &File, facts: &Facts) -> io::Result<FileSystem> {
    again(|| native_file_system::of(file, facts))
}

/// What the access control list of an open directory adds to its mode bits.
///
/// Only entries that allow are reported, and of these only rights to write, to add or delete entries, or to change the
/// list or the owner; and of those that new files get, only rights over these. An entry for the owner itself is left out: the
/// owner is judged as such. So is what the mode bits' `w` already says of the owning group and of everyone: reported again,
/// it would make a list out of the mere mode of a sticky directory such as `/tmp`.
#[must_use]
pub fn acl(directory: &File, facts: &Facts, file_system: &FileSystem) -> Acl {
    match file_system {
        FileSystem { local: false, .. } => Acl::Remote,
        FileSystem { served: true, .. } => Acl::Served,
        _ => match again(|| native_acl::entries(directory, file_system)) {
            Ok(entries) => access_list::of_directory(&entries, facts, native_acl::SHOWN),
            Err(error) => Acl::Unreadable(errno(&error)),
        },
    }
}

/// What the access control list of an open file adds to its mode bits, as [`acl`] has it.
#[must_use]
pub fn file_acl(file: &File, facts: &Facts, file_system: &FileSystem) -> FileAcl {
    if !file_system.local || file_system.served {
        return FileAcl::InMode;
    }
    let entries = match again(|| native_acl::entries(file, file_system)) {
        Ok(entries) => entries,
        Err(error) => return FileAcl::Unreadable(errno(&error)),
    };
    let takers = access_list::takers(&entries, facts);
    let writers = access_list::writers(&entries, facts, native_acl::SHOWN);
    if takers.is_empty() && writers.is_empty() {
        return FileAcl::InMode;
    }
    FileAcl::Grants { takers, writers }
}

/// An error that no system call reported is none that a file system knows.
fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}
