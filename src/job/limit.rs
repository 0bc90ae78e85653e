//! How long a job may run, and what it is sent when that is over.

use std::io;
use std::time::Duration;

use withlock_platform::process::{Child, Deadline, Signal, signal};

/// How long a job may run, as timeout(1) has it.
///
/// ```
/// use std::time::Duration;
/// use withlock::{Job, Limit};
///
/// let mut job = Job::new("rsync", ["-a", "/data/", "backup:/data/"]);
/// job.limit = Some(Limit {
///     kill_after: Some(Duration::from_secs(60)),
///     ..Limit::of(Duration::from_secs(1500))
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// From its start on. The clock goes on while the job is stopped.
    pub after: Duration,
    /// What it is sent then.
    pub signal: Signal,
    /// How long after that it is sent SIGKILL, if it has not ended; `None` is never.
    pub kill_after: Option<Duration>,
}

impl Limit {
    /// SIGTERM after this time, and nothing more.
    #[must_use]
    pub fn of(after: Duration) -> Self {
        Self { after, signal: signal::TERM, kill_after: None }
    }
}

/// The limit of a job that runs.
#[derive(Debug)]
pub(crate) struct Countdown {
    limit: Option<Limit>,
    /// What comes next, and when; `None` is nothing.
    next: Option<(Deadline, Signal)>,
    is_over: bool,
    /// What the job was sent.
    sent: Vec<Signal>,
}

impl Countdown {
    /// From now on.
    pub(crate) fn start(limit: Option<Limit>) -> Self {
        // What is farther than the clock goes is no limit.
        let next = limit.and_then(|limit| Some((Deadline::after(limit.after)?, limit.signal)));
        Self { limit, next, is_over: false, sent: Vec::new() }
    }

    /// When something is due.
    pub(crate) fn next(&self) -> Option<Deadline> {
        self.next.map(|(moment, _)| moment)
    }

    /// Whether something is due.
    pub(crate) fn is_due(&self) -> bool {
        self.next().is_some_and(Deadline::has_passed)
    }

    /// Takes what comes next.
    fn advance(&mut self) -> Option<Signal> {
        let (_, signal) = self.next.take()?;
        if !std::mem::replace(&mut self.is_over, true) {
            let kill_after = self.limit.and_then(|limit| limit.kill_after);
            self.next = kill_after.and_then(Deadline::after).map(|moment| (moment, signal::KILL));
        }
        Some(signal)
    }

    /// Sends the job what is due, and returns what that was. A job that is stopped is continued, so that it can end.
    pub(crate) fn signal(&mut self, job: &Child) -> io::Result<Option<Signal>> {
        let Some(signal) = self.advance() else { return Ok(None) };
        job.signal_all(signal)?;
        self.sent.push(signal);
        if ![signal::KILL, signal::CONT].contains(&signal) {
            // It may have ended of the first one by now.
            let _ = job.signal_all(signal::CONT);
        }
        Ok(Some(signal))
    }

    /// Whether the job was sent anything.
    pub(crate) fn has_told(&self) -> bool {
        !self.sent.is_empty()
    }

    /// The limit, and what the job was sent, if it has run for longer than that.
    pub(crate) fn exceeded(&self) -> Option<(Limit, &[Signal])> {
        self.limit.filter(|_| self.is_over).map(|limit| (limit, self.sent.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::ZERO;
    const NEVER: Duration = Duration::MAX;

    fn all(limit: Option<Limit>) -> Vec<Signal> {
        let mut countdown = Countdown::start(limit);
        std::iter::from_fn(|| if countdown.is_due() { countdown.advance() } else { None }).collect()
    }

    #[test]
    fn a_job_is_sent_its_signal_once_and_then_kill_once() {
        let limit = Limit { signal: 10, ..Limit::of(SOON) };
        assert!(all(None).is_empty());
        assert_eq!(all(Some(limit)), [10]);
        assert_eq!(all(Some(Limit { kill_after: Some(SOON), ..limit })), [10, signal::KILL]);
        assert_eq!(all(Some(Limit { kill_after: Some(NEVER), ..limit })), [10]);
        assert!(all(Some(Limit { after: NEVER, ..limit })).is_empty());
    }

    #[test]
    fn the_time_until_kill_begins_with_the_signal() {
        let hour = Duration::from_secs(3600);
        let limit = Limit { kill_after: Some(hour), ..Limit::of(SOON) };
        let mut countdown = Countdown::start(Some(limit));
        assert_eq!(countdown.exceeded(), None);
        let before = Deadline::after(hour);
        assert_eq!(countdown.advance(), Some(signal::TERM));
        assert_eq!(countdown.exceeded(), Some((limit, [].as_slice())));
        assert!(countdown.next() >= before && !countdown.is_due());
    }
}
