//! How long to wait for a lock, and what comes of it.

use withlock_platform::process::{Deadline, Signal};

use crate::holder::identify::Holder;

/// How long to wait for a lock that somebody else holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    No,
    /// Until this moment.
    Until(Deadline),
    /// Until it is free.
    Forever,
}

/// What came of trying. None of these is an error.
#[derive(Debug)]
pub enum Attempt<H> {
    /// The lock is held by this run now.
    Held(H),
    /// Somebody else holds it, and did so for as long as this run was willing to wait.
    Busy(Busy),
    /// This signal interrupted the wait: HUP, INT, QUIT, ALRM, TERM, USR1 or USR2. Nothing is held, and nothing was left behind.
    Interrupted(Signal),
}

/// Who holds the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// The holder; `None` is somebody unknown.
    pub holder: Option<Holder>,
    /// The holder is an ancestor of this run and waits for its end, so waiting for it would never end.
    pub by_ancestor: bool,
    /// Nobody was seen to hold the lock, but somebody has a lease on the file, so that it could not be opened.
    pub leased: bool,
}
