//! What a child does that sleeps for a lock, in its own process.

use std::os::fd::RawFd;

use super::Wanted;
use crate::backend::Wakeup;

/// How long the parent sleeps at least, if a child can't do so in the kernel; in milliseconds.
const PAUSE: libc::c_int = 500;

/// What it needs. It makes async-signal-safe calls only, and allocates nothing.
#[derive(Clone, Copy)]
pub(super) struct Errand<'a> {
    pub(super) wanted: Wanted<'a>,
    /// Where it tells that its call has returned.
    pub(super) link: RawFd,
    /// Who made it.
    pub(super) parent: libc::pid_t,
}

impl Errand<'_> {
    /// Sleeps until the call returns, says so, and ends.
    pub(super) fn run(&self) -> ! {
        let Wanted { file, backend, mode } = self.wanted;
        if self.has_parent() && !matches!(backend.lock(file, mode), Ok(Wakeup::Granted)) {
            self.fail();
        }
        self.report()
    }

    /// Does not sleep for the lock, but lets the parent look for itself after a while.
    pub(super) fn fail(&self) -> ! {
        // SAFETY: no struct is passed (POSIX.1, poll).
        unsafe { libc::poll(std::ptr::null_mut(), 0, PAUSE) };
        self.report()
    }

    fn report(&self) -> ! {
        // SAFETY: one byte, alive during the call. SIGPIPE is held.
        unsafe { libc::write(self.link, c"x".as_ptr().cast(), 1) };
        // SAFETY: ends the child without running anything of the parent's.
        unsafe { libc::_exit(0) }
    }

    fn has_parent(&self) -> bool {
        // SAFETY: cannot fail and touches no memory (POSIX.1, getppid).
        unsafe { libc::getppid() == self.parent }
    }
}
