//! What is wrong with a place, and the words for it.

use std::fmt;
use std::io;

use withlock_platform::evidence::Grantee;
use withlock_platform::{failure, process};

/// What is wrong, or odd, about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A directory belongs to this user, who is not trusted.
    OwnedByStranger(u32),
    /// An access control list lets somebody who is not trusted change the directory.
    ListGrants(Grantee),
    /// An access control list would let somebody who is not trusted change a file that is created there.
    ListHandsDown(Grantee),
    /// A sticky directory with this mode: anybody may add a file, or a link, of that name.
    StickyWritable(u32),
    /// Members of a group, or everybody, may replace what lies in the directory: its mode.
    Writable(u32),
    /// The access control list can't be read: the errno.
    ListUnreadable(i32),
    /// A server decides who may write there.
    ListRemote,
    /// A program that serves a file system (FUSE) decides who may write there, and who else gets at the files.
    ListServed,
    /// A symbolic link belongs to this user, who is not trusted.
    LinkOwnedByStranger(u32),
    /// A symbolic link lies in a sticky, writable directory.
    LinkInStickyDirectory,
}

impl Reason {
    /// Whether it is that others may get at the place in another way: whoever knows that they do not may want to hear nothing
    /// of it.
    #[must_use]
    pub fn is_remote(self) -> bool {
        matches!(self, Self::ListRemote | Self::ListServed)
    }
}

/// What follows the name of the place in a sentence: "is writable by others".
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OwnedByStranger(owner) => {
                write!(f, "belongs to {}, who could replace the lock file", user(owner))
            }
            Self::ListGrants(who) => {
                write!(f, "has an access control list that lets {} change it", grantee(who))
            }
            Self::ListHandsDown(who) => write!(
                f,
                "has an access control list that would let {} change a lock file created in it",
                grantee(who)
            ),
            Self::StickyWritable(mode) => write!(
                f,
                "is writable by others (mode {mode:04o}), who could put a link or file of that name there"
            ),
            Self::Writable(mode) => write!(
                f,
                "is writable by others (mode {mode:04o}), who could replace the lock file"
            ),
            Self::ListUnreadable(errno) => {
                let said = failure::words(&io::Error::from_raw_os_error(errno));
                write!(f, "has an access control list that can't be read ({said})")
            }
            Self::ListRemote => {
                f.write_str("is on a file server, and only the server knows who may write there")
            }
            Self::ListServed => f.write_str(
                "is served by a program (FUSE) or a host: whoever reaches the files in another way does not see the lock",
            ),
            Self::LinkOwnedByStranger(owner) => {
                write!(f, "is a symbolic link of {}, who could point it elsewhere", user(owner))
            }
            Self::LinkInStickyDirectory => {
                f.write_str("is a symbolic link in a directory that others can write to")
            }
        }
    }
}

fn grantee(who: Grantee) -> String {
    match who {
        Grantee::User(id) => user(id),
        Grantee::Group(id) => format!("group {id}"),
        Grantee::Everyone => "everyone".to_owned(),
        Grantee::Unknown => "somebody".to_owned(),
    }
}

fn user(id: u32) -> String {
    match process::user_name(id) {
        Some(name) => format!("user {name}"),
        None => format!("user {id}"),
    }
}
