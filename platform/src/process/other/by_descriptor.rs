//! Linux: a descriptor that stands for the process, whatever becomes of its id (pidfd_open(2)).

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use super::by_id;
use crate::calls::cvt;
use crate::process::signals::signal::Signal;

#[derive(Debug)]
pub(super) enum Hold {
    Descriptor(OwnedFd),
    /// Before Linux 5.3, and in sandboxes.
    Id(by_id::Hold),
}

impl Hold {
    pub(super) fn of(pid: libc::pid_t) -> Option<Self> {
        // SAFETY: touches no memory. The descriptor is closed on exec.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        if fd >= 0 {
            // SAFETY: a new descriptor that nobody else has.
            return Some(Self::Descriptor(unsafe { OwnedFd::from_raw_fd(fd as RawFd) }));
        }
        by_id::Hold::of(pid).map(Self::Id)
    }

    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        match self {
            Self::Descriptor(process) => {
                let (fd, nothing) = (process.as_raw_fd(), std::ptr::null::<libc::siginfo_t>());
                // SAFETY: no struct is passed (pidfd_send_signal(2), info may be null).
                let answer =
                    unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, nothing, 0) };
                cvt(answer as libc::c_int)
            }
            Self::Id(process) => process.signal(signal),
        }
    }
}
