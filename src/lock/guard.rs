//! What work under a lock needs from the lock, whatever keeps it.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;

use withlock_platform::process::Deadline;

use crate::error::Result;
use crate::event::Loss;

/// A lock that is held. Dropped, it is released.
pub trait Guard {
    /// The open file that keeps the lock for as long as any process has it open, and that a job may inherit; `None` where
    /// there is none, because the lock ends with this process or is kept elsewhere.
    fn inheritable(&self) -> Option<&File>;

    /// What the job's environment is to say of the lock: names and values.
    fn variables(&self) -> Vec<(&'static str, OsString)>;

    /// Whether others may believe by now that they hold the lock; `None` is that all is well.
    fn loss(&self) -> Option<Loss>;

    /// When to ask for a [`Self::loss`] next, while the work goes on; `None` is only once it has ended.
    fn next_look(&self) -> Option<Deadline> {
        None
    }

    /// What it is called: the lock file's path, for a lock in a file.
    fn path(&self) -> &Path;

    /// Gives the lock up. What fails is told as a warning: the work is done, and its outcome stands.
    fn end(self, afterwards: Afterwards);
}

/// What becomes of the lock when the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// It is free for the next one, whatever the work has left running.
    Release,
    /// What the work has left running may still be the work, and keeps the lock with the descriptor that it has inherited.
    LeaveToDescendants,
}

/// Holds a lock from before the start of some work until it has been finished, and then gives it up as `finish` says.
///
/// Work that was started and could not be waited for may go on: the lock is not released then. Whoever has inherited its
/// descriptor keeps it, and this process until it ends.
///
/// # Errors
/// What `start` or `finish` says.
pub fn hold_during<G: Guard, J, T>(
    guard: G,
    start: impl FnOnce(&G) -> Result<J>,
    finish: impl FnOnce(&G, J) -> Result<(T, Afterwards)>,
) -> Result<T> {
    let work = start(&guard)?;
    match finish(&guard, work) {
        Ok((result, afterwards)) => {
            guard.end(afterwards);
            Ok(result)
        }
        Err(error) => {
            std::mem::forget(guard);
            Err(error)
        }
    }
}
