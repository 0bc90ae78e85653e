//! From an errno to "busy", "interrupted" or an error that says what is wrong.

use std::fmt;
use std::io;

use super::{Attempt, Wakeup, native};

/// Why a lock call failed. None of these means "somebody else holds it".
#[derive(Debug)]
pub enum LockError {
    /// The file system or the system can't lock this way: `ENOLCK`, `EOPNOTSUPP`, `ENOTSUP`, `ENOSYS`, `EINVAL`.
    Unsupported(io::Error),
    /// Waiting would never end, the kernel says: `EDEADLK`.
    Deadlock(io::Error),
    /// Anything else, such as `EBADF` for a descriptor opened the wrong way, or `EIO`.
    Failed(io::Error),
}

impl LockError {
    /// Sorts an error of flock(2), fcntl(2) or lockf(3) that is neither "busy" nor "interrupted".
    #[must_use]
    pub fn from_io(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(errno) if UNSUPPORTED.contains(&errno) => Self::Unsupported(error),
            Some(libc::EDEADLK) => Self::Deadlock(error),
            _ => Self::Failed(error),
        }
    }

    /// What the system said.
    #[must_use]
    pub fn io(&self) -> &io::Error {
        match self {
            Self::Unsupported(error) | Self::Deadlock(error) | Self::Failed(error) => error,
        }
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io().fmt(f)
    }
}

impl std::error::Error for LockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.io())
    }
}

const UNSUPPORTED: [i32; 5] =
    [libc::ENOLCK, libc::EOPNOTSUPP, libc::ENOTSUP, libc::ENOSYS, libc::EINVAL];

/// Busy is `EWOULDBLOCK` or `EAGAIN`, which are one number on every system here.
pub(super) fn of_attempt(answer: io::Result<()>) -> Result<Attempt, LockError> {
    match answer {
        Ok(()) => Ok(Attempt::Granted),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Attempt::Busy),
        Err(error) => Err(LockError::from_io(error)),
    }
}

/// The same for POSIX record locks, where some systems say `EACCES`.
pub(super) fn of_posix_attempt(answer: io::Result<()>) -> Result<Attempt, LockError> {
    match answer {
        Err(error) if native::ACCESS_MEANS_BUSY && error.raw_os_error() == Some(libc::EACCES) => {
            Ok(Attempt::Busy)
        }
        answer => of_attempt(answer),
    }
}

pub(super) fn of_wait(answer: io::Result<()>) -> Result<Wakeup, LockError> {
    match answer {
        Ok(()) => Ok(Wakeup::Granted),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Wakeup::Interrupted),
        Err(error) => Err(LockError::from_io(error)),
    }
}

pub(super) fn of_unlock(answer: io::Result<()>) -> Result<(), LockError> {
    answer.map_err(LockError::from_io)
}
