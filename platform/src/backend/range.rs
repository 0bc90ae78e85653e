//! Byte-range records of fcntl(2), shared by the process-owned and the description-owned calls.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use super::offset::{self, LENGTH, Offset, Record};
use crate::calls::cvt;
use crate::lock::Mode;

/// The record type (`l_type`) for a lock of this mode.
pub(super) fn kind(mode: Mode) -> i32 {
    match mode {
        Mode::Exclusive => libc::F_WRLCK as i32,
        Mode::Shared => libc::F_RDLCK as i32,
    }
}

/// The record type that unlocks.
pub(super) const UNLOCK: i32 = libc::F_UNLCK as i32;

/// Bytes of a file, as fcntl(2) counts them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) start: Offset,
    /// 0 is up to the end, however far that is.
    pub(super) length: Offset,
}

/// What stands for the whole file.
pub(super) const WHOLE: Range = Range { start: 0, length: LENGTH };

/// Sets a record of type `kind`.
pub(super) fn set(file: &File, command: libc::c_int, kind: i32, range: Range) -> io::Result<()> {
    let mut record = record(kind, range);
    // SAFETY: the descriptor is open for as long as `file` is borrowed; the record is alive.
    cvt(unsafe { offset::fcntl(file.as_raw_fd(), command, &raw mut record) })
}

/// A record of type `kind`, as fcntl(2) takes it.
pub(super) fn record(kind: i32, range: Range) -> Record {
    // SAFETY: `flock` is a plain struct of integers, for which all bits zero is a value; l_pid must be 0 for OFD calls.
    let mut record: Record = unsafe { std::mem::zeroed() };
    record.l_type = kind as _;
    record.l_whence = libc::SEEK_SET as _;
    record.l_start = range.start;
    record.l_len = range.length;
    record
}
