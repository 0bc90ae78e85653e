//! The one table of exit codes, and which error ends with which.

use std::io;

use withlock_platform::failure::Failure;
use withlock_platform::process::{self, Status, signal};

use crate::error::Error;
use crate::job::Outcome;

/// Why withlock ends with a status of its own. When the job ran, its status is passed on instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The lock is held by somebody else, or the wait ran out.
    Busy = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The place is unsafe, or withlock was started set-user-ID.
    Unsafe = 3,
    /// `--no-create`, and there is no lock file.
    Unavailable = 69,
    /// Locking, waiting or starting a process failed.
    System = 71,
    /// The lock file can't be opened or created.
    CannotOpen = 73,
    /// The command ran longer than `--max-runtime`, and did not have to be killed.
    TooLong = 124,
    /// The command was found, but can't be executed.
    NotExecutable = 126,
    /// The command was not found.
    NotFound = 127,
}

/// Every status that withlock gives by itself, with what it says in README, manual page and `--help`.
pub const TABLE: [(Exit, &str); 9] = [
    (Exit::Busy, "the lock is busy, even after waiting (-E changes this; 0 with -q)"),
    (Exit::Usage, "the command line is wrong"),
    (Exit::Unsafe, "the place is unsafe, or withlock was started set-user-ID"),
    (Exit::Unavailable, "--no-create, and there is no such lock file"),
    (Exit::System, "locking, waiting or starting a process failed"),
    (Exit::CannotOpen, "the lock file can't be opened or created"),
    (Exit::TooLong, "the command ran longer than --max-runtime (137 if it was killed)"),
    (Exit::NotExecutable, "the command was found, but can't be executed"),
    (Exit::NotFound, "the command was not found"),
];

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error {
            Error::Unsafe { .. } | Error::Mandatory { .. } => Self::Unsafe,
            Error::NotAFile { .. }
            | Error::Unreachable { .. }
            | Error::TooManyLinks { .. }
            | Error::NoWorkingDirectory { .. }
            | Error::NoHome { .. }
            | Error::Open { .. } => Self::CannotOpen,
            Error::Absent { .. } => Self::Unavailable,
            Error::Lock { .. }
            | Error::NoBackend { .. }
            | Error::NotInheritable { .. }
            | Error::Unstable { .. }
            | Error::System { .. } => Self::System,
            Error::Leased { .. } => Self::Busy,
            Error::Start { error, .. } => Self::of_start(error),
        }
    }
}

impl Exit {
    /// For a command that could not be started.
    fn of_start(error: &io::Error) -> Self {
        match Failure::of(error) {
            // No program can have a name that is too long; a whole command line given as one word may well be.
            Failure::Missing | Failure::NotADirectory | Failure::NameTooLong => Self::NotFound,
            Failure::TryAgain
            | Failure::NoMemory
            | Failure::TooManyOpen
            | Failure::TooManyOpenInSystem => Self::System,
            _ => Self::NotExecutable,
        }
    }
}

/// How withlock is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With this exit status.
    Code(i32),
    /// By this signal, as the job did.
    Signal(i32),
}

impl Ending {
    /// The exit status to return from `main`. For a signal, this dies of it, and returns only where that is impossible:
    /// then with 128 + n, as a shell says it.
    #[must_use]
    pub fn conclude(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => {
                process::die_of(signal);
                128 + signal
            }
        }
    }
}

impl From<Exit> for Ending {
    fn from(exit: Exit) -> Self {
        Self::Code(exit.code().into())
    }
}

impl From<Outcome> for Ending {
    /// As timeout(1) does it: one that was killed is told apart from one that was told to end.
    fn from(Outcome { status, too_long }: Outcome) -> Self {
        match status {
            Status::Signaled(signal::KILL) => Self::Signal(signal::KILL),
            _ if too_long => Exit::TooLong.into(),
            Status::Exited(code) => Self::Code(code),
            Status::Signaled(signal) => Self::Signal(signal),
        }
    }
}
