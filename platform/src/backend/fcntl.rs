//! POSIX record locks, fcntl(2): everywhere, but owned by the process.

use super::choice::Choice;
use super::contract::{Attempt, LockBackend, Ownership, Wakeup};
use super::error::LockError;
use super::{offset, outcome, range};
use crate::lock::Mode;
use std::fs::File;

/// fcntl(2) with `F_SETLK` and `F_SETLKW`.
#[derive(Debug)]
pub(super) struct Fcntl;

impl LockBackend for Fcntl {
    fn name(&self) -> &'static str {
        Choice::Fcntl.name()
    }

    fn ownership(&self) -> Ownership {
        Ownership::Process
    }

    fn read_only_suffices(&self, mode: Mode) -> bool {
        mode == Mode::Shared
    }

    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError> {
        outcome::of_posix_attempt(range::set(file, offset::SETLK, range::kind(mode), range::WHOLE))
    }

    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError> {
        outcome::of_wait(range::set(file, offset::SETLKW, range::kind(mode), range::WHOLE))
    }

    fn unlock(&self, file: &File) -> Result<(), LockError> {
        outcome::of_unlock(range::set(file, offset::SETLK, range::UNLOCK, range::WHOLE))
    }
}
