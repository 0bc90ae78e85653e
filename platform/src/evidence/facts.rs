//! What stat(2) says of a file.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::calls::again;

/// Which file something is: two files that exist at the same time on one system differ in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The device (`st_dev`).
    pub device: u64,
    /// The inode number (`st_ino`).
    pub inode: u64,
}

/// What kind of thing a name stands for (`S_IFMT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A FIFO (named pipe).
    Fifo,
    /// A socket.
    Socket,
    /// A block or character device.
    Device,
    /// Something else, such as a door on illumos.
    Other,
}

/// What stat(2) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Which file it is.
    pub identity: Identity,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Permission bits with setuid, setgid and sticky: `st_mode & 07777`.
    pub mode: u32,
    /// The owner's user id.
    pub owner: u32,
    /// The group id.
    pub group: u32,
    /// The number of names (`st_nlink`).
    pub links: u64,
    /// The size in bytes.
    pub size: u64,
}

impl Facts {
    /// Asks fstat(2).
    ///
    /// # Errors
    /// What fstat(2) says.
    pub fn of(file: &File) -> io::Result<Self> {
        again(|| file.metadata()).map(|metadata| Self::from_metadata(&metadata))
    }

    /// Asks stat(2), following links as the kernel does.
    ///
    /// # Errors
    /// What stat(2) says; `ENOENT` when nothing stands there.
    pub fn of_path(path: &Path) -> io::Result<Self> {
        again(|| std::fs::metadata(path)).map(|metadata| Self::from_metadata(&metadata))
    }

    fn from_metadata(metadata: &Metadata) -> Self {
        Self::from_stat(
            (metadata.dev(), metadata.ino()),
            metadata.mode(),
            (metadata.uid(), metadata.gid()),
            metadata.nlink(),
            metadata.size(),
        )
    }

    pub(crate) fn from_stat(
        identity: (u64, u64),
        mode: u32,
        owner: (u32, u32),
        links: u64,
        size: u64,
    ) -> Self {
        Self {
            identity: Identity { device: identity.0, inode: identity.1 },
            kind: Kind::from_mode(mode),
            mode: mode & 0o7777,
            owner: owner.0,
            group: owner.1,
            links,
            size,
        }
    }
}

impl Kind {
    fn from_mode(mode: u32) -> Self {
        // The same numbers on every Unix, and in POSIX.1's order of the S_IS macros; checked against libc in a test.
        match mode & 0o170_000 {
            0o100_000 => Self::Regular,
            0o040_000 => Self::Directory,
            0o120_000 => Self::Link,
            0o010_000 => Self::Fifo,
            0o140_000 => Self::Socket,
            0o060_000 | 0o020_000 => Self::Device,
            _ => Self::Other,
        }
    }
}
