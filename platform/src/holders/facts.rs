//! What can be known of a lock that is held, and of a process.

use crate::lock::{Kind, Mode};

/// A lock that the kernel lists on a file, and that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its kind.
    pub kind: Kind,
    /// Whether others may share it.
    pub mode: Mode,
    /// The process that has it, or that took it for an open file description. That one may have ended since, and its id
    /// be used again.
    pub pid: Option<u32>,
}

/// Whether a process holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It has the lock, or a descriptor of the open file description that has it. The kernel says so.
    Yes,
    /// It has not, or there is no such process. The kernel says so.
    No,
    /// The system can't tell, or may not tell this user.
    Unknown,
}

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// There is no process of this id.
    Gone,
    /// There is one.
    Here(Process),
    /// There may be one, of which this system or user can't know more.
    Unknown,
}

/// A process that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its parent.
    pub parent: u32,
    /// What it does.
    pub state: State,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or sleeps.
    Runs,
    /// It was stopped, as by SIGSTOP or ^Z.
    Stopped,
    /// It has ended, and nobody has waited for it yet.
    Ended,
}
