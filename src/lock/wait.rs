//! How long to wait for a lock, and what comes of it.

use std::time::Duration;

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

/// Why the holder of a lock is not told to end, so that another run takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Irreplaceable {
    /// It is no run of withlock, or of another user: the file has no record that can be believed.
    Unknown,
    /// It is a run of another user.
    OtherUser,
    /// This run is part of it, and would end itself.
    Ancestor,
    /// It runs on another host.
    OtherHost,
    /// No process is seen here that is the one of the record and has the lock: it has ended, or is in another container.
    Unseen,
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
    /// How many locks were tried for: the holder has held its one for the longest time.
    pub slots: usize,
    /// So many wait already, and no more may.
    pub crowded: Option<u16>,
    /// The holder was not told to end, although that was asked for.
    pub irreplaceable: Option<Irreplaceable>,
}

impl Busy {
    /// Whether the lock may have been held for so long: yes, where that is not known. A lease does not count: the system ends
    /// it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use withlock::Busy;
    ///
    /// let by_somebody = Busy::default();
    /// assert!(by_somebody.may_have_lasted(Duration::from_secs(3600)));
    /// ```
    #[must_use]
    pub fn may_have_lasted(&self, limit: Duration) -> bool {
        let age = self.holder.as_ref().and_then(Holder::age);
        !self.leased && age.is_none_or(|age| age >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_of_unknown_age_may_hang_and_a_lease_does_not() {
        let limit = Duration::from_secs(60);
        let held = |age| {
            let holder = Some(Holder { process_age: age, ..Holder::default() });
            Busy { holder, ..Busy::default() }.may_have_lasted(limit)
        };
        assert!(held(None) && held(Some(limit)) && !held(Some(Duration::from_secs(59))));
        assert!(Busy::default().may_have_lasted(limit));
        assert!(!Busy { leased: true, ..Busy::default() }.may_have_lasted(limit));
    }
}
