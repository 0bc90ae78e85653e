//! lockf(3): what Solaris has instead of flock(2). On every system here it is fcntl(2) on the same table of records.

use super::choice::Choice;
use super::contract::{Attempt, LockBackend, Ownership, Wakeup};
use super::error::LockError;
use super::{offset, outcome, range};
use crate::calls::cvt;
use crate::lock::Mode;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// lockf(3) with `F_TLOCK`, `F_LOCK` and `F_ULOCK`, from offset 0 to the end.
///
/// The range starts at the descriptor's file offset, so nobody may seek on a locked file: read and write by pread(2)
/// and pwrite(2). lockf(3) has no shared mode; a shared lock is an `F_RDLCK` record in the same table.
#[derive(Debug)]
pub(super) struct Lockf;

impl LockBackend for Lockf {
    fn name(&self) -> &'static str {
        Choice::Lockf.name()
    }

    fn ownership(&self) -> Ownership {
        Ownership::Process
    }

    fn read_only_suffices(&self, mode: Mode) -> bool {
        mode == Mode::Shared
    }

    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError> {
        outcome::of_posix_attempt(match mode {
            Mode::Exclusive => call(file, libc::F_TLOCK),
            Mode::Shared => range::set(file, offset::SETLK, range::kind(mode), range::WHOLE),
        })
    }

    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError> {
        outcome::of_wait(match mode {
            Mode::Exclusive => call(file, libc::F_LOCK),
            Mode::Shared => range::set(file, offset::SETLKW, range::kind(mode), range::WHOLE),
        })
    }

    fn unlock(&self, file: &File) -> Result<(), LockError> {
        outcome::of_unlock(call(file, libc::F_ULOCK))
    }
}

fn call(file: &File, command: libc::c_int) -> io::Result<()> {
    // SAFETY: the descriptor is open for as long as `file` is borrowed; no memory is passed.
    cvt(unsafe { libc::lockf(file.as_raw_fd(), command, 0) })
}
