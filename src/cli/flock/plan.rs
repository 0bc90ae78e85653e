//! What a command line asks for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use withlock_platform::backend::{Bytes, Mode};

use crate::file_lock::Command;

/// What to do about a command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Run(Box<Plan>),
    /// Print this on standard output, and succeed.
    Print(String),
    /// The command line is wrong: say this one line.
    Refuse(String),
}

/// A lock, and what to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) target: Target,
    /// `None` is to unlock.
    pub(super) mode: Option<Mode>,
    /// By fcntl(2), these bytes; `None` is flock(2).
    pub(super) bytes: Option<Bytes>,
    pub(super) wait: Wait,
    pub(super) conflict: u8,
    pub(super) command: Option<Command>,
    pub(super) closes: bool,
    pub(super) no_fork: bool,
    pub(super) verbose: bool,
}

/// What to lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    File(PathBuf),
    Descriptor(i32),
}

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    No,
    AtMost(Duration),
    Forever,
    /// No timer can be set to it.
    Impossible,
}

impl Plan {
    /// The words of the command.
    pub(super) fn command(words: &[OsString]) -> Option<Command> {
        let (program, arguments) = words.split_first()?;
        let (program, arguments) = (program.clone(), arguments.to_vec());
        Some(Command { program, arguments, resets_sigchld: true })
    }
}
