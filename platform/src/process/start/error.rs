//! Why a job was not started.

use std::io;

/// Why a job was not started.
#[derive(Debug)]
pub enum StartError {
    /// There is no process for it, or no descriptor: what fork(2), clone(2) or fcntl(2) said, such as `EAGAIN`.
    Process(io::Error),
    /// There is no program: what exec said. `ENOENT` and `ENOTDIR` when there is none of that name, `EACCES` when it may not
    /// be executed.
    Program(io::Error),
}

impl StartError {
    /// What the system said.
    #[must_use]
    pub fn io(&self) -> &io::Error {
        match self {
            Self::Process(error) | Self::Program(error) => error,
        }
    }

    pub(super) fn errno(&self) -> Option<i32> {
        match self {
            Self::Process(_) => None,
            Self::Program(error) => error.raw_os_error(),
        }
    }
}

/// What starting returns.
pub(super) type Started<T> = Result<T, StartError>;
