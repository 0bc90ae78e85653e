//! The simulated side: every state that agrees with all answers of the real kernel so far.
//!
//! There may be several, as those who are woken together try again in an order that nobody sees.

use std::collections::BTreeSet;

use super::answer::{Answer, Seen, simulate};
use super::script::{Call, Step};
use crate::proof::simulated::{EVERYTHING, Kernel, Request, Space, Tried};
use crate::support::puppet::PUPPETS;

pub(crate) struct Beliefs(Vec<Kernel>);

impl Beliefs {
    pub(crate) fn new() -> Self {
        Self(vec![Kernel::new()])
    }

    /// One of them. They do not differ in what is open, nor in who sleeps.
    pub(crate) fn any(&self) -> &Kernel {
        &self.0[0]
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What one of them answers.
    pub(crate) fn expected(&self, step: Step) -> Answer {
        let mut kernel = *self.any();
        simulate(&mut kernel, step)
    }

    /// Whether a step makes sense now, and is within the limits of the simulated kernel.
    pub(crate) fn allow(&self, Step { who, call }: Step, is_alive: impl Fn(usize) -> bool) -> bool {
        if !is_alive(who) {
            return false;
        }
        let has_room = || self.0.iter().all(Kernel::has_room);
        let is_blocked = self.any().is_blocked(who);
        match call {
            Call::Kill => true,
            Call::Interrupt => is_blocked,
            _ if is_blocked => false,
            Call::Fork { child } => !is_alive(child),
            Call::Open { .. } | Call::Create { .. } | Call::OpenOrCreate { .. } => {
                has_room() && (0..2).any(|descriptor| !self.any().has_open(who, descriptor))
            }
            Call::Lock { .. } if !has_room() => false,
            _ => call.descriptor().is_none_or(|number| self.any().has_open(who, number)),
        }
    }

    /// Takes the step in every state, and keeps those that agree with what was seen. Otherwise returns what they say.
    pub(crate) fn learn(&mut self, step: Step, seen: &Seen) -> Result<(), String> {
        let mut kept = Vec::new();
        let mut denied = BTreeSet::new();
        for (answer, kernel) in self.0.iter().flat_map(|kernel| outcomes(*kernel, step, seen)) {
            let sleeps: [bool; PUPPETS] = std::array::from_fn(|who| kernel.is_blocked(who));
            if (answer, sleeps) != (seen.answer, seen.sleeps) {
                denied.insert(format!("{answer:?}, then asleep: {}", list(sleeps)));
            } else if !kept.contains(&kernel) {
                kept.push(kernel);
            }
        }
        if kept.is_empty() && denied.is_empty() {
            return Err("a step is not the sum of its parts".to_owned());
        }
        if kept.is_empty() {
            return Err(Vec::from_iter(denied).join("; or "));
        }
        self.0 = kept;
        Ok(())
    }
}

/// Every state that a step may lead to, after all who were woken have tried again, and the answer to the step.
fn outcomes(kernel: Kernel, step: Step, seen: &Seen) -> Vec<(Answer, Kernel)> {
    let mut found = Vec::new();
    for parts in ways(step).into_iter().filter(|parts| add_up(kernel, parts, step)) {
        let mut before = vec![kernel];
        for part in parts {
            let mut between = Tries::of(seen);
            for mut kernel in before {
                simulate(&mut kernel, part);
                between.follow(kernel);
            }
            before = between.met;
        }
        for mut kernel in before {
            let mut answer = simulate(&mut kernel, step);
            if (answer, seen.answer) == (Answer::Sleeps, Answer::Deadlock) {
                kernel.interrupt(step.who);
                answer = Answer::Deadlock;
            }
            let mut after = Tries::of(seen);
            after.follow(kernel);
            found.extend(after.settled.into_iter().map(|kernel| (answer, kernel)));
        }
    }
    found
}

/// Whether it makes no difference to do the parts of a step before it, if nobody tries again in between. If it did, they
/// would be compared in its place.
fn add_up(kernel: Kernel, parts: &[Step], step: Step) -> bool {
    let [mut at_once, mut in_parts] = [kernel; 2];
    for part in parts {
        simulate(&mut in_parts, *part);
    }
    simulate(&mut in_parts, step) == simulate(&mut at_once, step) && in_parts == at_once
}

/// What the kernel does first in a step, one after the other, and in which orders it may. The simulated kernel does all at
/// once; on the real one, a process that was woken by one of them may try again before the next.
fn ways(Step { who, call }: Step) -> Vec<Vec<Step>> {
    let part = |call| Step { who, call };
    let request =
        Request { space: Space::Range, by_process: true, bytes: EVERYTHING, exclusive: true };
    // Closing ends the locks of the process first (filp_flush), then those of the description (locks_remove_file).
    let flush = |descriptor| part(Call::Unlock { descriptor, request });
    let close = |descriptor| part(Call::Close { descriptor });
    match call {
        Call::Close { descriptor } => vec![vec![flush(descriptor)]],
        // At the end of a process, descriptions are let go of after all descriptors (fput), in any order.
        Call::Kill => [[0, 1], [1, 0]]
            .map(|[one, other]| {
                vec![part(Call::Interrupt), flush(0), flush(1), close(one), close(other)]
            })
            .into(),
        _ => vec![Vec::new()],
    }
}

/// Whose number is set.
pub(crate) fn list(set: [bool; PUPPETS]) -> String {
    let numbers = set.iter().enumerate().filter(|(_, is_in)| **is_in);
    format!("{:?}", numbers.map(|(number, _)| number).collect::<Vec<_>>())
}

/// Those who are woken try again, in every order.
struct Tries<'a> {
    seen: &'a Seen,
    /// All states on the way, in each of which something else may happen.
    met: Vec<Kernel>,
    /// Those in which nobody is woken any more.
    settled: Vec<Kernel>,
}

impl<'a> Tries<'a> {
    fn of(seen: &'a Seen) -> Self {
        Self { seen, met: Vec::new(), settled: Vec::new() }
    }

    fn follow(&mut self, kernel: Kernel) {
        if self.met.contains(&kernel) {
            return;
        }
        self.met.push(kernel);
        let mut woken = (0..PUPPETS).filter(|who| kernel.is_woken(*who)).peekable();
        if woken.peek().is_none() {
            self.settled.push(kernel);
        }
        for who in woken {
            let mut next = kernel;
            let tried = next.retry(who);
            if tried == Tried::Blocked && self.seen.late[who] == Some(Answer::Deadlock) {
                next.interrupt(who);
            }
            self.follow(next);
        }
    }
}
