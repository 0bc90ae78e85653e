//! flock(2), by way of fs2.

use std::fs::File;

use super::choice::Choice;
use super::contract::{Attempt, LockBackend, Ownership, Wakeup};
use super::error::LockError;
use super::outcome;
use crate::lock::{Kind, Mode};
use fs2::FileExt;

/// flock(2) with `LOCK_EX` or `LOCK_SH`.
#[derive(Debug)]
pub(super) struct Flock;

impl LockBackend for Flock {
    fn name(&self) -> &'static str {
        Choice::Flock.name()
    }

    fn ownership(&self) -> Ownership {
        Ownership::Description
    }

    fn read_only_suffices(&self, _: Mode) -> bool {
        true
    }

    // Fully qualified calls: `std::fs::File` has methods of the same names, with other meanings of "busy".
    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError> {
        outcome::of_attempt(match mode {
            Mode::Exclusive => FileExt::try_lock_exclusive(file),
            Mode::Shared => FileExt::try_lock_shared(file),
        })
    }

    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError> {
        outcome::of_wait(match mode {
            Mode::Exclusive => FileExt::lock_exclusive(file),
            Mode::Shared => FileExt::lock_shared(file),
        })
    }

    fn meets(&self, kind: Kind) -> bool {
        kind == Kind::Flock
    }

    fn unlock(&self, file: &File) -> Result<(), LockError> {
        outcome::of_unlock(FileExt::unlock(file))
    }
}
