//! From an errno to "busy", "interrupted" or an error that says what is wrong.

use std::io;

use super::contract::{Attempt, Wakeup};
use super::error::LockError;
use crate::os;

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
        Err(error) if os::ACCESS_MEANS_BUSY && error.raw_os_error() == Some(libc::EACCES) => {
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
