//! Open file description locks: byte ranges that belong to the description (fcntl(2) of Linux 3.15 and later).

use super::contract::{Attempt, LockBackend, Ownership, Wakeup};
use super::error::LockError;
use super::{marker, outcome, range};
use crate::lock::{Kind, Mode};
use std::fs::File;

/// fcntl(2) with `F_OFD_SETLK` and `F_OFD_SETLKW`.
#[derive(Debug)]
pub(super) struct Ofd;

impl LockBackend for Ofd {
    fn name(&self) -> &'static str {
        "ofd"
    }

    fn ownership(&self) -> Ownership {
        Ownership::Description
    }

    fn read_only_suffices(&self, mode: Mode) -> bool {
        mode == Mode::Shared
    }

    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError> {
        outcome::of_attempt(range::set(file, libc::F_OFD_SETLK, range::kind(mode), range::WHOLE))
    }

    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError> {
        outcome::of_wait(range::set(file, libc::F_OFD_SETLKW, range::kind(mode), range::WHOLE))
    }

    /// Also flock(2), which servers emulate by byte ranges: this backend is for them.
    fn meets(&self, _: Kind) -> bool {
        true
    }

    fn unlock(&self, file: &File) -> Result<(), LockError> {
        outcome::of_unlock(range::set(file, libc::F_OFD_SETLK, range::UNLOCK, marker::EVERYTHING))
    }
}
