//! Sets of signals, and the mask of this thread (signal(7)).

use std::io;

pub(crate) use super::empty_set::empty;
use super::native_sets;
pub(crate) use super::native_sets::{add, change as mask, contains, is_empty, remove};
use super::signal::Signal;

/// The set of every signal that is kept from acting on this process while it looks after a job. KILL and STOP can't be
/// held by anybody. A fault of this very process (SEGV, BUS, ...) ends it even while the signal is held; held is what
/// others send.
pub(crate) fn held() -> libc::sigset_t {
    native_sets::every()
}

pub(crate) fn of(signals: &[Signal]) -> libc::sigset_t {
    let mut set = empty();
    for signal in signals {
        add(&mut set, *signal);
    }
    set
}

/// The signals that are held and wait to be taken.
pub(crate) fn pending() -> io::Result<libc::sigset_t> {
    let mut set = empty();
    // SAFETY: the set is initialised and written by the kernel.
    if unsafe { libc::sigpending(&raw mut set) } == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(set)
    }
}
