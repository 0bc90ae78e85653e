//! The witness of a job, which comes when the job has run for a while, and is not replaced.

use std::time::Duration;

use withlock_platform::process::{
    self, Arrival, Child, Deadline, Sender, Sighting, Signals, Witness,
};

/// How long the witness may take for its answer; it has to run for that, on a machine that may be busy.
const ANSWER: Duration = Duration::from_millis(250);

/// At most so many reports of the witness are taken at once: somebody may send signals faster than they are read.
const AT_ONCE: usize = 1_000;

/// A witness, if there is one.
pub(crate) enum Observer {
    NotYet,
    There(Witness),
    Gone,
}

impl Observer {
    pub(crate) fn call(&mut self, signals: &Signals, child: &Child) {
        if matches!(self, Self::NotYet) {
            let made = Witness::make(signals, child);
            *self = made.map_or(Self::Gone, Self::There);
        }
    }

    /// A child has ended, and was waited for.
    pub(crate) fn bury(&mut self, pid: u32) {
        match std::mem::replace(self, Self::Gone) {
            Self::There(witness) if witness.pid() == pid => witness.forget(),
            other => *self = other,
        }
    }

    pub(crate) fn has_sent(&self, arrival: Arrival) -> bool {
        matches!((self, arrival.sender), (Self::There(witness), Sender::Process(pid))
            if u32::try_from(pid) == Ok(witness.pid()))
    }

    /// Whether it is in the job's process group, where the job may have gone meanwhile.
    pub(crate) fn follows(&self, child: &Child) -> bool {
        matches!(self, Self::There(witness) if witness.follow(child))
    }

    /// Passes on what it reports, waiting until then for the first report; returns whether there was any.
    pub(crate) fn hear(&self, until: Deadline, mut note: impl FnMut(Sighting)) -> bool {
        let Self::There(witness) = self else {
            return false;
        };
        let mut until = until;
        for heard in 0..AT_ONCE {
            let Ok(Some(sighting)) = witness.next(until) else {
                return heard > 0;
            };
            note(sighting);
            until = Deadline::PASSED;
        }
        true
    }

    /// The last word, of a witness that may have had no time to report what it was sent.
    pub(crate) fn ask(&self, note: impl FnMut(Sighting)) {
        if let Self::There(witness) = self {
            let _ = witness.ask(Deadline::at(process::moment() + ANSWER), note);
        }
    }

    /// Has it continue this process when the job goes on, if that can be told here, or at this moment if it does not; returns
    /// whether it can be told.
    pub(crate) fn watch(&self, child: &Child, until: Option<Deadline>) -> bool {
        let Self::There(witness) = self else { return false };
        let can_tell = process::can_watch(child);
        // Where it can't, and there is no moment, there is nothing to watch for.
        let watches = (can_tell || until.is_some()) && witness.watch(until).is_ok();
        watches && can_tell
    }

    /// No longer.
    pub(crate) fn rest(&self) {
        if let Self::There(witness) = self {
            let _ = witness.rest();
        }
    }
}
