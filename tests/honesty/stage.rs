//! Plays scripts on both sides.

use std::fmt;

use super::answer::Answer;
use super::beliefs::{Beliefs, list};
use super::reality::Reality;
use super::script::{Call, Step};
use crate::support::Scratch;
use crate::support::puppet::PUPPETS;

/// How much was compared.
#[derive(Default)]
pub(crate) struct Counts {
    calls: u64,
    slept: u64,
    woken: u64,
    deadlocks: u64,
    ambiguous: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, slept, woken, deadlocks, ambiguous } = self;
        write!(
            to,
            "{calls} calls, of which {slept} slept and {woken} were granted later, {deadlocks} deadlocks, \
             {ambiguous} moments of which more than one state agreed"
        )
    }
}

/// Where the two sides differ: the steps up to there.
pub(crate) struct Difference {
    steps: Vec<Step>,
    what: String,
}

pub(crate) struct Stage {
    reality: Reality,
    directory: Scratch,
    pub(crate) counts: Counts,
}

impl Stage {
    /// `None` where it can't be seen who sleeps.
    pub(crate) fn new() -> Option<Self> {
        let directory = Scratch::new();
        let mut reality = Reality::new(directory.path());
        let can_watch = reality.can_watch();
        can_watch.then(|| Self { reality, directory, counts: Counts::default() })
    }

    /// Plays a script, and looks at all files at the end.
    pub(crate) fn play(&mut self, script: &[Step]) -> Result<(), Difference> {
        self.reality.begin();
        let mut beliefs = Beliefs::new();
        let every = (0..PUPPETS).flat_map(|who| {
            let calls = [
                Call::Stat { name: 0 },
                Call::Stat { name: 1 },
                Call::Fstat { descriptor: 0 },
                Call::Fstat { descriptor: 1 },
            ];
            calls.map(|call| Step { who, call })
        });
        let mut taken = Vec::new();
        for step in script.iter().copied().chain(every) {
            if !beliefs.allow(step, |who| self.reality.is_alive(who)) {
                continue;
            }
            taken.push(step);
            if let Err(what) = self.take(step, &mut beliefs) {
                self.reality.end_all();
                self.clear();
                return Err(Difference { steps: taken, what });
            }
        }
        self.reality.end(beliefs.any());
        self.clear();
        Ok(())
    }

    fn take(&mut self, step: Step, beliefs: &mut Beliefs) -> Result<(), String> {
        let seen = self.reality.take(step, beliefs.expected(step));
        let granted = |answer: &&Option<Answer>| **answer == Some(Answer::Granted);
        let deadlocked = |answer: &&Option<Answer>| **answer == Some(Answer::Deadlock);
        self.counts.calls += 1;
        self.counts.slept += u64::from(seen.answer == Answer::Sleeps);
        self.counts.woken += seen.late.iter().filter(granted).count() as u64;
        self.counts.deadlocks += u64::from(seen.answer == Answer::Deadlock);
        self.counts.deadlocks += seen.late.iter().filter(deadlocked).count() as u64;
        beliefs.learn(step, &seen).map_err(|simulated| {
            let asleep = list(seen.sleeps);
            format!("real: {:?}, then asleep: {asleep}\nsimulated: {simulated}", seen.answer)
        })?;
        self.counts.ambiguous += u64::from(beliefs.count() > 1);
        self.reality.forget_gone(beliefs.any());
        Ok(())
    }

    /// The shortest script with a difference that is found by leaving out steps, in words.
    pub(crate) fn shrink(&mut self, mut found: Difference) -> String {
        let mut at = found.steps.len();
        while at > 0 {
            at -= 1;
            let mut shorter = found.steps.clone();
            shorter.remove(at);
            // What depends on who is woken first may take a few times.
            let again = (0..5).find_map(|_| self.play(&shorter).err());
            if let Some(smaller) = again {
                found = smaller;
                at = at.min(found.steps.len());
            }
        }
        let steps = found.steps.iter().map(|step| format!("  {}: {:?}\n", step.who, step.call));
        format!("{}{}", steps.collect::<String>(), found.what)
    }

    fn clear(&self) {
        for name in self.directory.names() {
            std::fs::remove_file(self.directory.join(name)).unwrap();
        }
    }
}
