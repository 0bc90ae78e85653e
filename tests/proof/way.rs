//! One step, and the way that it takes.

use super::edges::Kind;

/// What happens next, to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Its next call, with the answer that the system gives.
    Call,
    /// Its next question, answered by: the time is over now.
    TimeIsOver,
    /// Its next question, answered by: a signal has come.
    SignalHasCome,
    /// The timer fires just before it falls asleep.
    TimerFiresTooEarly,
    /// It reads who holds the lock, as it may or may not stand there.
    ReadsName,
    /// It reads that nobody holds the lock.
    ReadsNobody,
    /// It was woken, and tries again.
    Retry,
    /// Its sleep is interrupted by the deadline.
    Deadline,
    /// Its sleep is interrupted by a signal.
    Signal,
    /// It is killed (SIGKILL): it makes no more calls, and its descriptors are closed. If it sleeps, it stands in nobody's
    /// way from now on; they are closed later. (Nobody can tell one that is to be closed later from one that makes no calls
    /// until it is killed.)
    Kill,
    /// The descriptors of one that was killed in its sleep are closed.
    Dies,
    /// The job of a killed run ends.
    JobEnds,
    /// What a job that has died of a signal has left running ends.
    FamilyEnds,
    /// One that it has laid down to sleep for the lock of this slot makes its next call.
    SleeperCalls(u8),
    /// It was woken, and tries again.
    SleeperRetries(u8),
    /// It ends, as whoever has laid it down was killed.
    SleeperEnds(u8),
    /// It need not end soon then, but may be killed as well.
    SleeperIsKilled(u8),
    /// Something was granted to one that it has laid down: it ends them all.
    Wakes,
    /// It has slept for long: it ends them all, and lays others down.
    Anew,
    /// It ends this one.
    Reaps(u8),
    /// It has rested for a while.
    Rests,
    /// The path leads to another directory from now on. Nobody in particular has done that.
    Redirection,
}

impl What {
    /// Whether it may as well never happen, or not soon enough to help.
    pub(super) fn is_optional(self) -> bool {
        matches!(
            self,
            Self::SignalHasCome
                | Self::Signal
                | Self::Kill
                | Self::Deadline
                | Self::Redirection
                | Self::Anew
                | Self::SleeperIsKilled(_)
        )
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            // Who does nothing else for ever has only waited for long.
            Self::Rests | Self::Anew => Kind::AfterARest,
            _ if self.is_optional() => Kind::Optional,
            _ => Kind::Certain,
        }
    }
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) who: usize,
    pub(super) what: What,
}

/// A step, and which way each of those took that followed at once and had two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    who: u8,
    what: What,
    /// One bit each, the last one lowest.
    turns: u16,
    count: u8,
}

impl Way {
    pub(super) fn of(step: Step) -> Self {
        Self { who: step.who as u8, what: step.what, turns: 0, count: 0 }
    }

    pub(super) fn step(self) -> Step {
        Step { who: self.who.into(), what: self.what }
    }

    pub(super) fn and(self, second: bool) -> Self {
        assert!(self.count < 16, "too many ways at once");
        let turns = self.turns << 1 | u16::from(second);
        Self { turns, count: self.count + 1, ..self }
    }

    /// Which of two ways comes next.
    pub(super) fn turn(&mut self) -> bool {
        self.count -= 1;
        self.turns >> self.count & 1 == 1
    }
}
