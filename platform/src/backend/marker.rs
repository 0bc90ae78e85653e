//! The marker byte: waiters hold a shared OFD record on the byte at 2^62, just behind the range that stands for the
//! whole file, so a holder can tell whether anybody waits.
//!
//! The kernel keeps the waiters' records as it keeps locks: they end with the waiter, however it ends.

use std::fs::File;
use std::os::fd::AsRawFd;

use super::contract::{Attempt, Queue};
use super::error::LockError;
use super::range::{self, Range};
use super::{offset, outcome};
use crate::calls::cvt;
use crate::lock::Mode;

const MARKER: Range = Range { start: offset::LENGTH, length: 1 };

/// What is locked and what is marked: up to the end.
pub(super) const EVERYTHING: Range = Range { start: 0, length: 0 };

/// The queue of waiters, on Linux.
#[derive(Debug)]
pub(super) struct Marker;

impl Marker {
    /// The marker, where there is a byte for it: where offsets have 32 bits, what is locked has no end.
    pub(super) const THERE: Option<&'static dyn Queue> =
        if offset::LENGTH == 0 { None } else { Some(&Self) };
}

impl Queue for Marker {
    fn announce(&self, file: &File) -> Result<(), LockError> {
        set(file, range::kind(Mode::Shared)).map(drop)
    }

    fn withdraw(&self, file: &File) -> Result<(), LockError> {
        set(file, range::UNLOCK).map(drop)
    }

    fn close(&self, file: &File) -> Result<bool, LockError> {
        set(file, range::kind(Mode::Exclusive)).map(|answer| answer == Attempt::Granted)
    }

    fn is_empty(&self, file: &File) -> Result<bool, LockError> {
        let mut record = range::record(range::kind(Mode::Exclusive), MARKER);
        // SAFETY: the descriptor is open for as long as `file` is borrowed; the record is alive, and the kernel writes to
        // it.
        let answer = unsafe { offset::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &raw mut record) };
        cvt(answer).map_err(LockError::from_io)?;
        Ok(record.l_type as i32 == range::UNLOCK)
    }
}

fn set(file: &File, kind: i32) -> Result<Attempt, LockError> {
    outcome::of_attempt(range::set(file, libc::F_OFD_SETLK, kind, MARKER))
}
