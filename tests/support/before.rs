//! What may lie at the path before the first run.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    /// An empty file that was there before; it is somebody else's, and stays.
    Foreign,
    /// A file that a killed run has left.
    Stale,
    /// A file whose creator was killed before it could sign it.
    Begun,
}

/// What must not change about somebody else's file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Untouched {
    inode: u64,
    mode: u32,
    length: u64,
    changed: (i64, i64),
}

impl Before {
    pub(crate) fn set(self, lock: &Path) {
        let (content, mode) = match self {
            Self::Nothing => return,
            Self::Foreign => ("", 0o644),
            Self::Stale => ("{\"withlock\":1,\"pid\":1", 0o600),
            Self::Begun => ("", 0o700),
        };
        fs::write(lock, content).unwrap();
        fs::set_permissions(lock, fs::Permissions::from_mode(mode)).unwrap();
    }
}

impl Untouched {
    /// Of the file at the path, if there is one.
    pub(crate) fn of(lock: &Path) -> Option<Self> {
        let facts = fs::metadata(lock).ok()?;
        Some(Self {
            inode: facts.ino(),
            mode: facts.mode(),
            length: facts.len(),
            changed: (facts.ctime(), facts.ctime_nsec()),
        })
    }
}
