//! Any Unix: the id is all that there is.

use std::io;

use crate::calls::cvt;
use crate::process::signals::exists;
use crate::process::signals::signal::Signal;

#[derive(Debug)]
pub(super) struct Hold(libc::pid_t);

impl Hold {
    pub(super) fn of(pid: libc::pid_t) -> Option<Self> {
        exists(pid.unsigned_abs()).then_some(Self(pid))
    }

    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        // SAFETY: touches no memory.
        cvt(unsafe { libc::kill(self.0, signal) })
    }
}
