//! What is known of a file system.

use std::borrow::Cow;

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
