//! Signals held back while a lock is taken and a job runs, and taken one by one.

use std::io;

use super::arrival::Arrival;
use super::receive::Receive;
use super::sending::raise;
use super::signal::Signal;
use super::{Native, actions, sets};
use crate::deadline::Deadline;

/// Every signal that could end or stop this process, held back until it is asked for; dropped, they act as before.
///
/// Made for a process of one thread: the signals are held for the calling thread, and another would still take them.
#[derive(Debug)]
pub struct Signals<R: Receive = Native> {
    original: libc::sigset_t,
    receiver: R,
}

impl Signals {
    /// Holds the signals back, and receives them in the way that suits the system.
    ///
    /// # Errors
    /// What pthread_sigmask(3) or sigaction(2) say.
    pub fn hold() -> io::Result<Self> {
        Self::hold_by()
    }
}

impl<R: Receive> Signals<R> {
    /// Holds the signals back, and receives them in a chosen way.
    ///
    /// # Errors
    /// What pthread_sigmask(3) or sigaction(2) say.
    pub fn hold_by() -> io::Result<Self> {
        let original = sets::mask(libc::SIG_BLOCK, &sets::held())?;
        match R::install() {
            Ok(receiver) => Ok(Self { original, receiver }),
            Err(error) => {
                sets::mask(libc::SIG_SETMASK, &original)?;
                Err(error)
            }
        }
    }

    /// Takes the next signal, sleeping until there is one.
    ///
    /// # Errors
    /// What sigwaitinfo(2) says; never `EINTR`.
    pub fn next(&self) -> io::Result<Arrival> {
        loop {
            if let Some(arrival) = self.receiver.next(None)? {
                return Ok(arrival);
            }
        }
    }

    /// Takes the next signal, sleeping until there is one, or until the deadline; `None` is that none came.
    ///
    /// # Errors
    /// What sigtimedwait(2) says; never `EINTR`.
    pub fn next_before(&self, deadline: Deadline) -> io::Result<Option<Arrival>> {
        self.receiver.next(Some(deadline))
    }

    /// Whether a held signal waits to be taken.
    ///
    /// # Errors
    /// What sigpending(2) says.
    pub fn pending(&self) -> io::Result<bool> {
        Ok(!sets::is_empty(&sets::pending()?))
    }

    /// Stops this process by `signal` (STOP, TSTP, TTIN or TTOU), as its job has been stopped, and returns when it is
    /// continued. Returns at once if the job has gone on meanwhile, as `is_stopped` tells, or where the system will not
    /// have it: TSTP, TTIN and TTOU stop nobody in an orphaned process group (POSIX.1, 2.4.3), and nothing stops process 1
    /// of a container.
    ///
    /// # Errors
    /// What sigaction(2) or pthread_sigmask(3) say.
    pub fn stop(&self, signal: Signal, is_stopped: impl FnOnce() -> bool) -> io::Result<()> {
        // To stop now would discard it (POSIX.1, 2.4.1), and it may be for the job as well.
        if sets::contains(&sets::pending()?, libc::SIGCONT) {
            return Ok(());
        }
        if signal == libc::SIGSTOP {
            if is_stopped() {
                raise(signal);
            }
            return Ok(());
        }
        let old = actions::act(signal, &actions::default_action())?;
        // First raised, then looked: if the job is continued after the look, and this process with it, that discards the
        // signal.
        raise(signal);
        if is_stopped() {
            sets::mask(libc::SIG_UNBLOCK, &sets::of(&[signal]))?;
            sets::mask(libc::SIG_BLOCK, &sets::of(&[signal]))?;
        } else {
            // Ignoring a signal discards it where it is pending (POSIX.1, 2.4.3).
            actions::act(signal, &actions::ignoring())?;
        }
        actions::act(signal, &old).map(drop)
    }

    /// Does something while the signals act as on the caller, and holds them back again.
    ///
    /// # Errors
    /// What pthread_sigmask(3) or sigaction(2) say.
    pub(crate) fn let_act<T>(&self, work: impl FnOnce() -> T) -> io::Result<T> {
        self.receiver.restore();
        sets::mask(libc::SIG_SETMASK, &self.original)?;
        let result = work();
        sets::mask(libc::SIG_BLOCK, &sets::held())?;
        // It sets what it has set before, over the same; `self` knows what that was.
        R::install().map(|_| result)
    }

    pub(crate) fn original(&self) -> &libc::sigset_t {
        &self.original
    }

    pub(crate) fn receiver(&self) -> &R {
        &self.receiver
    }
}

impl<R: Receive> Drop for Signals<R> {
    fn drop(&mut self) {
        self.receiver.restore();
        // The mask was this thread's a moment ago, so it can be set; there is nobody to tell if not.
        let _ = sets::mask(libc::SIG_SETMASK, &self.original);
    }
}

/// Takes back the SIGXFSZ that a write beyond the size limit (`RLIMIT_FSIZE`) has left pending while it was held.
///
/// # Errors
/// What sigaction(2) says.
pub fn forget_size_signal() -> io::Result<()> {
    // Ignoring a signal discards it where it is pending (POSIX.1, 2.4.3).
    let old = actions::act(libc::SIGXFSZ, &actions::ignoring())?;
    actions::act(libc::SIGXFSZ, &old).map(drop)
}
