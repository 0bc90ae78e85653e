//! Taking a lock from the run that holds it.

use std::time::Duration;

use withlock_platform::process::{Deadline, Signal, Signals, signal};

use super::{Checked, Held};
use crate::error::Result;
use crate::event::Event;
use crate::local::replace::Target;
use crate::local::system::System;
use crate::lock::{Attempt, Busy, Capacity, Irreplaceable, Part, Wait, World};

/// How the run that holds a lock is told to end.
///
/// ```
/// use withlock::Replacement;
///
/// assert_eq!(Replacement::default().signal, withlock_platform::process::signal::TERM);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What it is sent; it passes that on to its command. SIGKILL, which can't be passed on, is for the command and what that
    /// has started, at once.
    pub signal: Signal,
    /// How long after that what holds the lock for it is killed, if it has not ended; `None` is never.
    pub kill_after: Option<Duration>,
    /// How long to wait for the lock: after the signal, or after the kill. `None` is without limit.
    pub wait: Option<Duration>,
}

impl Replacement {
    /// The usual time that a run has to end.
    pub const WAIT: Duration = Duration::from_secs(10);
}

impl Default for Replacement {
    fn default() -> Self {
        Self { signal: signal::TERM, kill_after: None, wait: Some(Self::WAIT) }
    }
}

impl<'a> Checked<'a> {
    /// Takes the lock; if a run of withlock holds it, tells that to end, and takes its place.
    ///
    /// Only a run that is proven to hold the lock is told: it has written its record into the file, runs on this host as this
    /// user, and the system says that the process has the lock; where the system lists no locks, that the process is older than
    /// the record. Of several that replace a run at once, one runs, and the others find it busy. Those who have waited for the
    /// lock before come first.
    ///
    /// For a process of one thread, or at least a moment of one: see [`Signals`].
    ///
    /// # Errors
    /// As [`Checked::acquire_with`]; a holder that is not told to end is [`Attempt::Busy`], which says why.
    pub fn acquire_replacing(
        self,
        replacement: Replacement,
        signals: &'a Signals,
    ) -> Result<Attempt<Held<'a>>> {
        let again =
            Again { system: self.system.for_part(Part::Slot(1), self.terms.clone()), signals };
        let busy = match self.acquire_with(Wait::No, signals)? {
            Attempt::Busy(busy) if !busy.by_ancestor => busy,
            attempt => return Ok(attempt),
        };
        let target = match again.system.target()? {
            Ok(target) => target,
            Err(Irreplaceable::Ancestor) => {
                return Ok(Attempt::Busy(Busy { by_ancestor: true, ..busy }));
            }
            // It may have ended just now.
            Err(why) => {
                return Ok(match again.attempt(Wait::No)? {
                    Attempt::Busy(_) => Attempt::Busy(Busy { irreplaceable: Some(why), ..busy }),
                    attempt => attempt,
                });
            }
        };
        let (pid, signal) = (target.pid(), replacement.signal);
        if signal == signal::KILL {
            // The run itself could not pass that on, and what it left behind would keep the lock.
            again.kill(&target)?;
            return again.attempt(limited(replacement.wait));
        }
        again.system.listener().tell(&Event::Replacing { pid, signal });
        target.signal(signal)?;
        again.wait(replacement, &target)
    }
}

/// What is needed to try again.
struct Again<'a> {
    system: System<'a>,
    signals: &'a Signals,
}

impl<'a> Again<'a> {
    fn attempt(&self, wait: Wait) -> Result<Attempt<Held<'a>>> {
        let system = self.system.for_part(Part::Slot(1), self.system.terms().clone());
        let terms = system.terms().clone();
        let walked = system.walk()?;
        Checked { system, terms, walked, capacity: Capacity::ONE }.acquire_with(wait, self.signals)
    }

    /// The lock, once its holder has ended.
    fn wait(&self, replacement: Replacement, target: &Target) -> Result<Attempt<Held<'a>>> {
        if let Some(kill_after) = replacement.kill_after {
            match self.attempt(limited(Some(kill_after)))? {
                Attempt::Busy(_) => self.kill(target)?,
                attempt => return Ok(attempt),
            }
        }
        self.attempt(limited(replacement.wait))
    }

    fn kill(&self, target: &Target) -> Result<()> {
        if self.system.kill_holders(target)? {
            self.system.listener().tell(&Event::KillingHolder { pid: target.pid() });
        }
        Ok(())
    }
}

/// So long from now on.
fn limited(limit: Option<Duration>) -> Wait {
    match limit {
        Some(Duration::ZERO) => Wait::No,
        limit => limit.and_then(Deadline::after).map_or(Wait::Forever, Wait::Until),
    }
}
