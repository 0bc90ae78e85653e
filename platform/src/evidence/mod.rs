//! Facts about files and directories: no verdicts.

use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::again;

mod access_list;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        #[path = "file_system_linux.rs"]
        mod file_system;
        mod mount_table;
    } else if #[cfg(any(target_os = "freebsd", target_os = "dragonfly", target_os = "openbsd", target_os = "macos"))] {
        #[path = "file_system_bsd.rs"]
        mod file_system;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        #[path = "file_system_solarish.rs"]
        mod file_system;
    } else if #[cfg(target_os = "netbsd")] {
        #[path = "file_system_netbsd.rs"]
        mod file_system;
    } else {
        #[path = "file_system_unknown.rs"]
        mod file_system;
    }
}

cfg_if::cfg_if! {
    if #[cfg(all(any(target_os = "linux", target_os = "android"), target_env = "gnu", target_pointer_width = "32"))] {
        use libc::{fstatfs64 as fstatfs, statfs64 as statfs};
    } else if #[cfg(any(target_os = "linux", target_os = "android"))] {
        use libc::{fstatfs, statfs};
    }
}

cfg_if::cfg_if! {
    if #[cfg(target_os = "freebsd")] {
        #[path = "acl_freebsd.rs"]
        mod acl;
        #[path = "acl_allocated.rs"]
        mod allocated;
        #[path = "acl_nfs4.rs"]
        mod nfs4;
    } else if #[cfg(target_os = "netbsd")] {
        #[path = "acl_netbsd.rs"]
        mod acl;
        #[path = "acl_nfs4.rs"]
        mod nfs4;
    } else if #[cfg(any(target_os = "linux", target_os = "android"))] {
        #[path = "acl_linux.rs"]
        mod acl;
    } else if #[cfg(target_os = "macos")] {
        #[path = "acl_macos.rs"]
        mod acl;
        #[path = "acl_allocated.rs"]
        mod allocated;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        #[path = "acl_solarish.rs"]
        mod acl;
    } else {
        #[path = "acl_in_mode.rs"]
        mod acl;
    }
}

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

/// The file system that something lies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// Whether there is no server that keeps its locks and permissions, as with NFS, SMB and their like.
    pub local: bool,
    /// Whether a program or another host serves its files, and may serve them to others who do not see the locks here; so
    /// with each one that is not local.
    pub served: bool,
    /// Its type, as the system calls it.
    pub name: Cow<'static, str>,
}

/// The file system that an open file or directory lies on.
///
/// # Errors
/// What fstatfs(2) or fstatvfs(2) say.
pub fn file_system(file: &File, facts: &Facts) -> io::Result<FileSystem> {
    again(|| file_system::of(file, facts))
}

/// What an access control list adds to the mode bits of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acl {
    /// Nothing: there is none, or the mode bits show all of it (a POSIX.1e mask is the group's bits).
    InMode,
    /// These get rights from it, whatever the mode bits say.
    Grants {
        /// They may write, add, delete, or change rights.
        here: Vec<Grantee>,
        /// They would get a right over a file that is created in it, such as to remove it.
        to_new_files: Vec<Grantee>,
    },
    /// There may be one, and it could not be read: the errno.
    Unreadable(i32),
    /// A server decides by its own list, which this system may not see in full.
    Remote,
    /// A program that serves a file system (FUSE) decides.
    Served,
}

impl Acl {
    /// A list that grants these something, and hands nothing down.
    #[must_use]
    pub fn grants(here: Vec<Grantee>) -> Self {
        Self::Grants { here, to_new_files: Vec::new() }
    }
}

/// What the access control list of a file adds to its mode bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileAcl {
    /// Nothing; or it is not for this system to see, which was said of its directory.
    InMode,
    /// These get rights from it, whatever the mode bits say.
    Grants {
        /// They may remove or rename it, whatever they may do in its directory, or give themselves the right to.
        takers: Vec<Grantee>,
        /// They may change what stands in it.
        writers: Vec<Grantee>,
    },
    /// There may be one, and it could not be read: the errno.
    Unreadable(i32),
}

/// Whom an entry of an access control list speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// A user, by id.
    User(u32),
    /// A group, by id; also the owning group.
    Group(u32),
    /// Everyone.
    Everyone,
    /// Somebody this system can't tell by a number, such as a directory service's account.
    Unknown,
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
        _ => match again(|| acl::entries(directory, file_system)) {
            Ok(entries) => access_list::of_directory(&entries, facts, acl::SHOWN),
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
    let entries = match again(|| acl::entries(file, file_system)) {
        Ok(entries) => entries,
        Err(error) => return FileAcl::Unreadable(errno(&error)),
    };
    let takers = access_list::takers(&entries, facts);
    let writers = access_list::writers(&entries, facts, acl::SHOWN);
    if takers.is_empty() && writers.is_empty() {
        return FileAcl::InMode;
    }
    FileAcl::Grants { takers, writers }
}

/// An error that no system call reported is none that a file system knows.
fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}
