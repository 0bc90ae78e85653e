//! Asking who is in the way of an exclusive lock, without taking one: fcntl(2) with `F_GETLK` (POSIX.1). It changes nothing.
//!
//! On FreeBSD, macOS, NetBSD, OpenBSD and illumos the locks of flock(2) are told too, without a process (`l_pid` is -1;
//! FreeBSD, sys/kern/kern_lockf.c, `lf_getlock`); on Linux they are not, on a local file system.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use super::offset;
use super::range::{self, Range};
use crate::calls::{again, cvt};
use crate::lock::Mode;

/// A lock that somebody else has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whether others may share it.
    pub mode: Mode,
    /// The process that has it, if it belongs to one.
    pub pid: Option<u32>,
}

/// The first lock that keeps this process from locking the file exclusively; its own locks of fcntl(2) do not count.
///
/// # Errors
/// What fcntl(2) says.
pub fn conflict(file: &File) -> io::Result<Option<Conflict>> {
    conflict_in(file, range::WHOLE)
}

/// The same for some bytes.
pub(super) fn conflict_in(file: &File, range: Range) -> io::Result<Option<Conflict>> {
    let mut record = range::record(range::kind(Mode::Exclusive), range);
    again(|| {
        // SAFETY: the descriptor is open for as long as `file` is borrowed; the record is alive, and the kernel writes to
        // it.
        cvt(unsafe { offset::fcntl(file.as_raw_fd(), offset::GETLK, &raw mut record) })
    })?;
    let kind = record.l_type as i32;
    let mode = if kind == range::kind(Mode::Shared) { Mode::Shared } else { Mode::Exclusive };
    let pid = u32::try_from(record.l_pid).ok().filter(|pid| *pid > 0);
    Ok((kind != range::UNLOCK).then_some(Conflict { mode, pid }))
}
