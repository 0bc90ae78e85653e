//! A wait for a lock that ends at a deadline, or when a signal interrupts it.

use std::io;
use std::time::Duration;

use withlock_platform::backend::{Attempt, LockError, Wakeup};
use withlock_platform::process::{Deadline, Interruption, Signal, Signals};

use crate::local::retry;

/// The pause between two tries of a short wait that no timer ends.
const PAUSE: Duration = Duration::from_millis(1);

/// A wait.
#[derive(Debug)]
pub struct Waiting {
    /// `None` where no signals are held, as in a program with threads: then nothing interrupts a call that sleeps.
    interruption: Option<Interruption>,
    until: Option<Deadline>,
}

impl Waiting {
    pub(super) fn begin(signals: Option<&Signals>, until: Option<Deadline>) -> io::Result<Self> {
        let allow = |signals| Interruption::allow(signals, until);
        Ok(Self { interruption: signals.map(allow).transpose()?, until })
    }

    /// Locks: sleeps in the kernel; or tries again and again, where nothing would end that sleep at the deadline.
    pub(super) fn lock(
        &self,
        attempt: impl FnMut() -> Result<Attempt, LockError>,
        sleep: impl FnOnce() -> Result<Wakeup, LockError>,
    ) -> Result<Wakeup, LockError> {
        if self.interruption.is_some() || self.until.is_none() {
            return sleep();
        }
        if retry::or_busy(attempt)? == Attempt::Granted {
            return Ok(Wakeup::Granted);
        }
        std::thread::sleep(PAUSE);
        Ok(Wakeup::Interrupted)
    }

    pub(super) fn is_over(&self) -> bool {
        self.until.is_some_and(Deadline::has_passed)
    }

    pub(super) fn interrupted(&self) -> Option<Signal> {
        self.interruption.as_ref().and_then(Interruption::signal)
    }

    /// Ends it. Returns the signal that has interrupted it, be it at the last moment.
    pub(super) fn end(self) -> Option<Signal> {
        self.interruption.and_then(Interruption::end)
    }
}
