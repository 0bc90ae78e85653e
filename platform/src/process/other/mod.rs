//! A process that is none of ours, and that is signalled only if it is the one that was meant: its id may be used again.

use std::io;

use super::signals::signal::Signal;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod by_descriptor;
        use by_descriptor as native;
    } else {
        use by_id as native;
    }
}

mod by_id;

/// A process of this id. Whoever wants to signal it takes hold of it first, then makes sure that it is the right one, and
/// signals it last.
///
/// On Linux (5.3 and later, pidfd_open(2)), the signal reaches the process that had the id when it was taken hold of, or none.
/// Elsewhere it reaches the one that has the id then; between making sure and that lie some microseconds.
#[derive(Debug)]
pub struct Other(native::Hold);

impl Other {
    /// Takes hold of the process; `None` is that there is none of this id.
    #[must_use]
    pub fn hold(pid: u32) -> Option<Self> {
        let pid = libc::pid_t::try_from(pid).ok().filter(|pid| *pid > 0)?;
        native::Hold::of(pid).map(Self)
    }

    /// Sends it a signal; one that has ended needs none.
    ///
    /// # Errors
    /// `EPERM` when it may not be signalled.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        match self.0.signal(signal) {
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
            answer => answer,
        }
    }
}
