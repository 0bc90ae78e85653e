//! What the code asks of the system, and what the system returns.

use super::program::Outcome;
use super::simulated::{Content, Facts, Request};

/// One system call, or one question to the clock or to the signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    Look,
    Open,
    Create,
    OpenOrCreate,
    Write(Content),
    Chmod,
    Fstat,
    Read,
    ReadHolder,
    Stat,
    Entry,
    Lock {
        request: Request,
        waits: bool,
        limited: bool,
    },
    /// Lays a sleeper down for the lock of each of these slots (a bit each), and sleeps until the first of them returns.
    SleepForAny {
        slots: u8,
        limited: bool,
    },
    /// Sleeps for a while.
    Rest,
    Unlock(Request),
    Test(Request),
    Unlink,
    Close,
    Clock,
    Signals,
    Start,
    Wait,
    End(Outcome),
}

/// What the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Done,
    No,
    /// The job has died of a signal.
    Signaled,
    Facts(Facts),
    Content(Content),
    Granted,
    Busy,
    Interrupted,
}

impl Answer {
    pub(super) fn granted(self) -> bool {
        self == Self::Granted
    }

    pub(super) fn inode(self) -> Option<u8> {
        if let Self::Facts(facts) = self { Some(facts.inode) } else { None }
    }

    pub(super) fn code(self) -> [u8; 3] {
        match self {
            Self::Done => [0; 3],
            Self::No => [1, 0, 0],
            Self::Granted => [2, 0, 0],
            Self::Busy => [3, 0, 0],
            Self::Interrupted => [4, 0, 0],
            Self::Signaled => [6, 0, 0],
            Self::Content(content) => [5, content as u8, 0],
            // The mode is one of three, told apart by this.
            Self::Facts(Facts { inode, links, mode, content }) => [
                0x80 | inode << 3 | links,
                (mode / 64 % 8) as u8 | mode as u8 & 0o40,
                content as u8,
            ],
        }
    }
}
