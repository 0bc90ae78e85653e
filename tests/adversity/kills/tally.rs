//! What came of the contenders, counted.

use std::collections::BTreeSet;
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::campaign::End;
use super::contender::Contender;
use super::log::Log;
use super::witness::{ALONE, DISTURBED};

#[derive(Default)]
pub struct Tally {
    pub jobs: AtomicUsize,
    pub refused: AtomicUsize,
    /// Processes that died of SIGKILL.
    pub kills: AtomicUsize,
    /// Processes that ended because of SIGTERM or SIGINT.
    pub told: AtomicUsize,
    /// Jobs that came to their end, and whose wrapper did not see it.
    pub abandoned: AtomicUsize,
    /// Runs whose wrapper was killed.
    killed: Mutex<BTreeSet<usize>>,
    /// Ends that nobody ordered.
    pub odd: Mutex<Vec<String>>,
}

impl Tally {
    pub fn kills(&self) -> usize {
        self.kills.load(Ordering::Relaxed)
    }

    pub fn count(&self, number: usize, contender: &Contender, end: &End, errors: &str) {
        if is_killed(end.leader) {
            self.killed.lock().unwrap().insert(number);
        }
        let mut counters = vec![self.counter(contender, end)];
        // The witness of a killed wrapper's signals may find itself alone and exit, before the kernel kills it.
        let orphans = end.orphans.iter().filter(|orphan| orphan.code() != Some(0));
        counters.extend(orphans.map(|orphan| match orphan.code() {
            Some(ALONE | DISTURBED) => Some(&self.abandoned),
            _ if is_killed(*orphan) => Some(&self.kills),
            _ => end.was_told(*orphan).then_some(&self.told),
        }));
        let is_strange = |line: &str| !contender.is_talkative() && !is_expected(line);
        if counters.iter().any(Option::is_none) || errors.lines().any(is_strange) {
            self.odd.lock().unwrap().push(format!("{contender:?}: {end:?}: {errors}"));
        }
        for counter in counters.into_iter().flatten() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What the end of a wrapper counts as; `None` if it is none that it should come to.
    fn counter(&self, contender: &Contender, end: &End) -> Option<&AtomicUsize> {
        match end.leader.code() {
            Some(ALONE | DISTURBED) => Some(&self.jobs),
            Some(code) if Some(code) == contender.refused => Some(&self.refused),
            Some(69) if contender.needs_file() => Some(&self.refused),
            _ if !end.was_told(end.leader) => None,
            _ if is_killed(end.leader) => Some(&self.kills),
            _ => Some(&self.told),
        }
    }

    /// The killed wrappers: those without a job yet, those with one, those whose job had ended.
    pub fn moments(&self, log: &Log) -> Moments {
        let killed = self.killed.lock().unwrap();
        let after = killed.intersection(&log.ended).count();
        let before = killed.difference(&log.started).count();
        Moments { before, during: killed.len() - after - before, after }
    }
}

fn is_killed(status: ExitStatus) -> bool {
    status.signal() == Some(libc::SIGKILL) || status.code() == Some(128 + libc::SIGKILL)
}

/// What a run may say that is refused.
fn is_expected(line: &str) -> bool {
    line.contains(" is held by ")
        || line.contains("--no-create")
        || line.contains("could not acquire lock")
        || line.contains(" slots, all held")
}

pub struct Moments {
    before: usize,
    during: usize,
    after: usize,
}

impl fmt::Display for Moments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, during, after } = self;
        write!(
            f,
            "wrappers or their jobs killed: {before} before, {during} during, {after} after the job"
        )
    }
}
