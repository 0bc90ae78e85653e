//! A signal that arrived, and who sent it.

use super::signal::Signal;
use crate::os;

/// A signal that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Which one.
    pub signal: Signal,
    /// Who sent it.
    pub sender: Sender,
}

/// Who sent a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The kernel: for INT, QUIT and TSTP that is the terminal, which tells the whole foreground process group.
    Kernel,
    /// A process, by kill(2), sigqueue(3) or the like: its id, 0 if it is none of this namespace's.
    Process(i32),
    /// This system does not tell.
    Unknown,
}

impl Sender {
    /// As the kernel tells it. Async-signal-safe.
    pub(super) fn of(info: &libc::siginfo_t) -> Self {
        match os::is_from_kernel(info) {
            None => Self::Unknown,
            Some(true) => Self::Kernel,
            // SAFETY: plain data, which kill(2), tkill(2) and sigqueue(3) fill; where another source has other fields
            // there, it is a number all the same.
            Some(false) => Self::Process(unsafe { info.si_pid() }),
        }
    }
}
