//! A wait for a lock that ends at a deadline, or when a signal interrupts it.

use std::io;
use std::time::Duration;

use withlock_platform::backend::{Attempt, LockError, Mode, Ownership, Wakeup};
use withlock_platform::process::{self, Deadline, Interruption, Signal, Signals, Wanted};

use crate::local::content::OpenFile;
use crate::local::retry;

/// The pause between two tries of a short wait that no timer ends.
const PAUSE: Duration = Duration::from_millis(1);

/// The pause between two looks at several locks, where no call sleeps for them.
const REST: Duration = Duration::from_millis(500);

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

    /// Sleeps until one of these may have been granted: in the kernel, where the locks belong to the open files.
    pub(super) fn lock_any<'f>(
        &self,
        files: impl Iterator<Item = &'f OpenFile>,
        mode: Mode,
    ) -> Wakeup {
        let wanted: Option<Vec<_>> = files.map(|file| wanted(file, mode)).collect();
        // Where children can't be had, this process looks for itself.
        let slept = wanted.map(|wanted| process::sleep_for_any(&wanted, self.until));
        match slept {
            Some(Ok(wakeup)) => wakeup,
            _ => self.rest(),
        }
    }

    pub(super) fn rest(&self) -> Wakeup {
        let end = Deadline::after(REST);
        if let Some(end) = self.until.into_iter().chain(end).min() {
            process::rest(end);
        }
        Wakeup::Granted
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

/// What a child can sleep for: a lock that belongs to the open file.
fn wanted(file: &OpenFile, mode: Mode) -> Option<Wanted<'_>> {
    let backend = file.backend;
    (backend.ownership() == Ownership::Description).then_some(Wanted {
        file: &file.file,
        backend,
        mode,
    })
}
