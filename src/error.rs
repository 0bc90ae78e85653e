//! What can go wrong. An error says the facts: what failed, where, and what the system said. What to do about them is said
//! by the program that shows them, which knows its options: here, the command line.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use withlock_platform::backend::LockError;
use withlock_platform::evidence::Kind;
use withlock_platform::failure;

use crate::trust::Reason;

mod step;

pub use step::Step;

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
        /// What was to be done.
        step: Step,
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
    /// Where locks with a name are kept is not known: the user has no home directory.
    NoHome {
        /// The user's id.
        user: u32,
    },
    /// A system call on the lock file failed, other than one that locks.
    Open {
        /// The lock file.
        path: PathBuf,
        /// What was to be done.
        step: Step,
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
    /// The lock was to be left to the job, and belongs to this process, or is kept elsewhere.
    NotInheritable {
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
        /// Whether it was to get arguments.
        has_arguments: bool,
    },
    /// Signals, timers or waiting failed.
    System {
        /// What was to be done.
        step: Step,
        /// What the system said.
        error: io::Error,
    },
}

/// The result of what can go wrong in this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The path that it is about.
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Unsafe { path, .. }
            | Self::Mandatory { path }
            | Self::NotAFile { path, .. }
            | Self::Unreachable { path, .. }
            | Self::TooManyLinks { path }
            | Self::NoWorkingDirectory { path }
            | Self::Open { path, .. }
            | Self::Leased { path }
            | Self::Absent { path }
            | Self::Lock { path, .. }
            | Self::NoBackend { path }
            | Self::NotInheritable { path }
            | Self::Unstable { path } => Some(path),
            Self::NoHome { .. } | Self::Start { .. } | Self::System { .. } => None,
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

    pub(crate) fn system(step: Step) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::System { step, error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = self.path() {
            write!(f, "{}: ", path.display())?;
        }
        match self {
            Self::Unsafe { at, reason, .. } => {
                write!(f, "refused, because {} {reason}", at.display())
            }
            Self::Mandatory { .. } => f.write_str(
                "refused, because its mode (setgid without group-execute) makes locks mandatory here",
            ),
            Self::NotAFile { kind, .. } => write!(f, "is {}, not a regular file", noun(*kind)),
            Self::TooManyLinks { .. } => f.write_str("too many symbolic links"),
            Self::NoWorkingDirectory { .. } => {
                f.write_str("the working directory has been removed")
            }
            Self::NoHome { user } => write!(
                f,
                "user {user} has no home directory to keep a lock with a name in: no entry in the user database, and HOME is \
                 unset or relative"
            ),
            Self::Leased { .. } => {
                f.write_str("a program, such as a Samba or NFS server, has a lease on the file")
            }
            Self::Absent { .. } => f.write_str("does not exist"),
            Self::NoBackend { .. } => f.write_str("this system can't lock with the chosen call"),
            Self::NotInheritable { .. } => f.write_str(
                "the lock would belong to one process alone, and the command could lose it unnoticed",
            ),
            Self::Unstable { .. } => f.write_str(
                "locking failed: each time that the path is followed, it leads to another file",
            ),
            Self::Lock { backend, error, .. } => {
                write!(f, "locking ({backend}) failed: {}", failure::words(error.io()))
            }
            Self::Start { program, error, .. } => {
                let (program, step) = (shown(program), Step::StartCommand);
                write!(f, "{program}: {step} failed: {}", failure::words(error))
            }
            Self::Unreachable { step, error, .. }
            | Self::Open { step, error, .. }
            | Self::System { step, error } => {
                write!(f, "{step} failed: {}", failure::words(error))
            }
        }
    }
}

/// A program's name for a message. A whole script given as one word is not read through.
fn shown(program: &OsStr) -> String {
    const LONGEST: usize = 200;
    let name = program.to_string_lossy();
    match name.char_indices().nth(LONGEST) {
        _ if name.is_empty() => "''".to_owned(),
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.into_owned(),
    }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Regular => "a regular file",
        Kind::Directory => "a directory",
        Kind::Link => "a symbolic link",
        Kind::Fifo => "a FIFO",
        Kind::Socket => "a socket",
        Kind::Device => "a device",
        Kind::Other => "a special file",
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
