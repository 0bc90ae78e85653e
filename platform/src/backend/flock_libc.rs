//! flock(2), called directly: for illumos, where fs2 does not compile.

use super::choice::Choice;
use super::contract::{Attempt, LockBackend, Ownership, Wakeup};
use super::error::LockError;
use super::outcome;
use crate::calls::cvt;
use crate::lock::{Kind, Mode};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

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

    fn read_only_suffices(&self, mode: Mode) -> bool {
        // flock is an OFD record of the whole file there (usr/src/uts/common/syscall/lockf.c); it asks as fcntl does.
        mode == Mode::Shared
    }

    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError> {
        outcome::of_attempt(call(file, kind(mode) | libc::LOCK_NB))
    }

    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError> {
        outcome::of_wait(call(file, kind(mode)))
    }

    fn meets(&self, kind: Kind) -> bool {
        kind == Kind::Flock
    }

    fn unlock(&self, file: &File) -> Result<(), LockError> {
        // Never with LOCK_NB, which is EINVAL on illumos.
        outcome::of_unlock(call(file, libc::LOCK_UN))
    }
}

fn kind(mode: Mode) -> libc::c_int {
    match mode {
        Mode::Exclusive => libc::LOCK_EX,
        Mode::Shared => libc::LOCK_SH,
    }
}

fn call(file: &File, operation: libc::c_int) -> io::Result<()> {
    // SAFETY: the descriptor is open for as long as `file` is borrowed; no memory is passed.
    cvt(unsafe { libc::flock(file.as_raw_fd(), operation) })
}
