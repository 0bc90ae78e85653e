//! The Linux pair: flock(2), then an OFD record, always in that order and on one descriptor.
//!
//! Linux keeps the two kinds in separate tables, so whoever takes one kind never sees the other. Taking both excludes
//! users of flock(2) (flock(1), setlock) and of fcntl(2) (with-lock-ex, lckdo, withlock 0.5) alike. Everybody who takes
//! both takes them in this order, so nobody waits in a circle.

use std::fs::File;

use super::contract::{Attempt, LockBackend, Ownership, Queue, Wakeup};
use super::error::LockError;
use super::flock::Flock;
use super::marker::Marker;
use super::ofd::Ofd;
use crate::lock::{Kind, Mode};

/// flock(2) and, while holding it, `F_OFD_SETLK` or `F_OFD_SETLKW`.
#[derive(Debug)]
pub(super) struct FlockOfd;

impl LockBackend for FlockOfd {
    fn name(&self) -> &'static str {
        "flock+ofd"
    }

    fn ownership(&self) -> Ownership {
        Ownership::Description
    }

    fn read_only_suffices(&self, mode: Mode) -> bool {
        Ofd.read_only_suffices(mode)
    }

    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError> {
        if Flock.try_lock(file, mode)? == Attempt::Busy {
            return Ok(Attempt::Busy);
        }
        let second = Ofd.try_lock(file, mode);
        if !matches!(second, Ok(Attempt::Granted)) {
            Flock.unlock(file)?;
        }
        second
    }

    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError> {
        if Flock.lock(file, mode)? == Wakeup::Interrupted {
            return Ok(Wakeup::Interrupted);
        }
        let second = Ofd.lock(file, mode);
        if !matches!(second, Ok(Wakeup::Granted)) {
            Flock.unlock(file)?;
        }
        second
    }

    fn meets(&self, _: Kind) -> bool {
        true
    }

    fn unlock(&self, file: &File) -> Result<(), LockError> {
        // Both, whatever the first one says: half a lock left behind would block one family of tools for good.
        let second = Ofd.unlock(file);
        Flock.unlock(file)?;
        second
    }

    fn queue(&self) -> Option<&'static dyn Queue> {
        Marker::THERE
    }
}
