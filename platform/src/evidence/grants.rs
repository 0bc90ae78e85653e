//! What an access control list grants, and to whom.

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
