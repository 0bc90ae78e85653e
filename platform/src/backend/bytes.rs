//! Bytes of a file that the caller names, locked by fcntl(2): for command lines that say which ones.

use std::fs::File;
use std::io;

use super::contract::{Attempt, LockBackend, Ownership, Wakeup};
use super::error::LockError;
use super::inquiry::{self, Conflict};
use super::range::{self, Range};
use super::{DESCRIPTION, offset, outcome};
use crate::lock::Mode;

/// Bytes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// The first one.
    pub start: u64,
    /// How many; 0 is up to the end, however far that is.
    pub length: u64,
}

/// A lock of fcntl(2) on some bytes of a file.
///
/// What is no offset of this system, such as 2^63, is refused by each call, with `EINVAL`.
#[derive(Debug)]
pub struct ByteLock {
    range: Range,
    ownership: Ownership,
    attempt: libc::c_int,
    wait: libc::c_int,
}

impl ByteLock {
    /// One that the process owns: `F_SETLK` and `F_SETLKW` (POSIX.1).
    #[must_use]
    pub fn of_process(bytes: Bytes) -> Self {
        Self::new(bytes, Ownership::Process, (offset::SETLK, offset::SETLKW))
    }

    /// One that the open file description owns: `F_OFD_SETLK` and `F_OFD_SETLKW`; `None` where the system has no such locks.
    /// illumos has them for whole files only (fcntl(2)).
    #[must_use]
    pub fn of_description(bytes: Bytes) -> Option<Self> {
        DESCRIPTION.map(|commands| Self::new(bytes, Ownership::Description, commands))
    }

    fn new(
        bytes: Bytes,
        ownership: Ownership,
        (attempt, wait): (libc::c_int, libc::c_int),
    ) -> Self {
        let range = Range { start: bytes.start as _, length: bytes.length as _ };
        Self { range, ownership, attempt, wait }
    }

    /// The first lock that would keep this process from an exclusive one; a look that locks nothing.
    ///
    /// # Errors
    /// What fcntl(2) says.
    pub fn conflict(&self, file: &File) -> io::Result<Option<Conflict>> {
        inquiry::conflict_in(file, self.range)
    }

    fn set(&self, file: &File, command: libc::c_int, kind: i32) -> io::Result<()> {
        range::set(file, command, kind, self.range)
    }
}

impl LockBackend for ByteLock {
    fn name(&self) -> &'static str {
        match self.ownership {
            Ownership::Process => "fcntl",
            Ownership::Description => "ofd",
        }
    }

    fn ownership(&self) -> Ownership {
        self.ownership
    }

    fn read_only_suffices(&self, mode: Mode) -> bool {
        mode == Mode::Shared
    }

    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError> {
        outcome::of_posix_attempt(self.set(file, self.attempt, range::kind(mode)))
    }

    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError> {
        outcome::of_wait(self.set(file, self.wait, range::kind(mode)))
    }

    fn unlock(&self, file: &File) -> Result<(), LockError> {
        outcome::of_unlock(self.set(file, self.attempt, range::UNLOCK))
    }
}
