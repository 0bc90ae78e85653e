//! Why a lock call failed.

use std::fmt;
use std::io;

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
