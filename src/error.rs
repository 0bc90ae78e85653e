//! What can go wrong. Every error names the path and the step; [`crate::cli::words`] adds the words and the cure.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use withlock_platform::backend::LockError;
use withlock_platform::evidence::Kind;
use withlock_platform::failure::Failure;

use crate::cli::exit::Exit;
use crate::place::trust::Reason;

/// Why there is no lock, or no job.
#[derive(Debug)]
pub enum Error {
    /// A component of the path is unsafe.
    Unsafe {
        /// The lock file as the caller named it.
        path: PathBuf,
        /// The component.
        at: PathBuf,
        /// What is wrong with it.
        reason: Reason,
    },
    /// The lock file's mode makes locks mandatory here.
    Mandatory {
        /// The lock file.
        path: PathBuf,
    },
    /// Something that is no regular file stands in the lock file's place.
    NotAFile {
        /// The lock file.
        path: PathBuf,
        /// What it is.
        kind: Kind,
    },
    /// The way to the lock file can't be gone: a directory is missing, is none, or may not be searched.
    Unreachable {
        /// What the walk failed at.
        path: PathBuf,
        /// What was to be done, such as "opening the directory".
        step: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// Links lead on and on, in a circle perhaps.
    TooManyLinks {
        /// The last one.
        path: PathBuf,
    },
    /// The working directory has been removed, so that a relative path leads nowhere.
    NoWorkingDirectory {
        /// The lock file.
        path: PathBuf,
    },
    /// A system call on the lock file failed, other than one that locks.
    Open {
        /// The lock file.
        path: PathBuf,
        /// What was to be done, such as "opening".
        step: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody has a lease on the lock file, and has been told to give it up: a conflict that ends by itself.
    Leased {
        /// The lock file.
        path: PathBuf,
    },
    /// The file was not to be created, and is not there.
    Absent {
        /// The lock file.
        path: PathBuf,
    },
    /// A lock call failed, other than by being busy.
    Lock {
        /// The lock file.
        path: PathBuf,
        /// The backend's name.
        backend: &'static str,
        /// What the system said.
        error: LockError,
    },
    /// The backend that was asked for does not exist on this system.
    NoBackend {
        /// The lock file.
        path: PathBuf,
    },
    /// The name stands for another file each time it is looked at.
    Unstable {
        /// The lock file.
        path: PathBuf,
    },
    /// The program can't be started.
    Start {
        /// The program.
        program: OsString,
        /// What the system said.
        error: io::Error,
        /// It looks like a whole command line, for which there is `-c`.
        like_shell: bool,
    },
    /// Signals, timers or waiting failed.
    System {
        /// What was to be done.
        step: &'static str,
        /// What the system said.
        error: io::Error,
    },
}

/// The result of what can go wrong in this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The exit status that stands for this error.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unsafe { .. } | Self::Mandatory { .. } => Exit::Unsafe,
            Self::NotAFile { .. }
            | Self::Unreachable { .. }
            | Self::TooManyLinks { .. }
            | Self::NoWorkingDirectory { .. }
            | Self::Open { .. } => Exit::CannotOpen,
            Self::Absent { .. } => Exit::Unavailable,
            Self::Lock { .. }
            | Self::NoBackend { .. }
            | Self::Unstable { .. }
            | Self::System { .. } => Exit::System,
            Self::Leased { .. } => Exit::Busy,
            Self::Start { error, .. } => match Failure::of(error) {
                // No program can have a name that is too long; a whole command line given as one word may well be.
                Failure::Missing | Failure::NotADirectory | Failure::NameTooLong => Exit::NotFound,
                Failure::TryAgain
                | Failure::NoMemory
                | Failure::TooManyOpen
                | Failure::TooManyOpenInSystem => Exit::System,
                _ => Exit::NotExecutable,
            },
        }
    }

    /// Whether a call was interrupted each time that it was made.
    pub(crate) fn is_interrupted(&self) -> bool {
        let error = match self {
            Self::Unreachable { error, .. } | Self::Open { error, .. } => error,
            Self::Lock { error, .. } => error.io(),
            _ => return false,
        };
        error.kind() == io::ErrorKind::Interrupted
    }

    pub(crate) fn system(step: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::System { step, error }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::cli::words::error(self))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreachable { error, .. }
            | Self::Open { error, .. }
            | Self::Start { error, .. }
            | Self::System { error, .. } => Some(error),
            Self::Lock { error, .. } => Some(error),
            _ => None,
        }
    }
}
