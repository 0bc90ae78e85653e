//! Why there is no lock, or no command.

use std::io;

use withlock_platform::backend::LockError;

/// What failed, with what the system said.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The file can't be opened or created.
    Open(io::Error),
    /// The descriptor is not open.
    NoDescriptor(io::Error),
    /// Locking or unlocking failed, other than by being busy.
    Lock(LockError),
    /// Which file stands at the path can't be told.
    Compare(io::Error),
    /// No timer could be set for the end of the wait, or no signal could be held.
    Signals(io::Error),
    /// There is no process for the command.
    Process(io::Error),
    /// The command is not to be executed, or does not exist.
    Program(io::Error),
    /// The end of the command can't be waited for.
    Wait(io::Error),
}

impl Failure {
    /// What the system said.
    #[must_use]
    pub(crate) fn io(&self) -> &io::Error {
        match self {
            Self::Lock(error) => error.io(),
            Self::Open(error)
            | Self::NoDescriptor(error)
            | Self::Compare(error)
            | Self::Signals(error)
            | Self::Process(error)
            | Self::Program(error)
            | Self::Wait(error) => error,
        }
    }
}

/// What such a call returns.
pub(crate) type Result<T> = std::result::Result<T, Failure>;
