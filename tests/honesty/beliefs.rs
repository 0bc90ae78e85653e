//! The simulated side: every state that agrees with all answers of the real kernel so far.
//!
//! There may be several, as those who are woken together try again in an order that nobody sees.

use crate::answer::{Answer, Seen, simulate};
use crate::puppet::PUPPETS;
use crate::script::{Call, Step};
use crate::simulated::{Kernel, Tried};

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

    /// Takes the step in every state, and keeps those that agree with what was seen. Otherwise answers what they say.
    pub(crate) fn learn(&mut self, step: Step, seen: &Seen) -> Result<(), String> {
        let mut kept = Vec::new();
        let mut denied = Vec::new();
        for mut kernel in self.0.iter().copied() {
            let mut answer = simulate(&mut kernel, step);
            if (answer, seen.answer) == (Answer::Sleeps, Answer::Deadlock) {
                kernel.interrupt(step.who);
                answer = Answer::Deadlock;
            }
            if answer != seen.answer {
                denied.push(format!("{answer:?}"));
                continue;
            }
            let mut settled = Vec::new();
            settle(kernel, seen, &mut Vec::new(), &mut settled);
            for kernel in settled {
                let sleeps: [bool; PUPPETS] = std::array::from_fn(|who| kernel.is_blocked(who));
                if sleeps != seen.sleeps {
                    denied.push(format!("{answer:?}, then asleep: {}", list(sleeps)));
                } else if !kept.contains(&kernel) {
                    kept.push(kernel);
                }
            }
        }
        if kept.is_empty() {
            denied.sort();
            denied.dedup();
            return Err(denied.join("; or "));
        }
        self.0 = kept;
        Ok(())
    }
}

/// Whose number is set.
pub(crate) fn list(set: [bool; PUPPETS]) -> String {
    let numbers = set.iter().enumerate().filter(|(_, is_in)| **is_in);
    format!("{:?}", numbers.map(|(number, _)| number).collect::<Vec<_>>())
}

/// Lets those who are woken try again, in every order, until nobody is.
fn settle(kernel: Kernel, seen: &Seen, met: &mut Vec<Kernel>, settled: &mut Vec<Kernel>) {
    if met.contains(&kernel) {
        return;
    }
    met.push(kernel);
    let mut woken = (0..PUPPETS).filter(|who| kernel.is_woken(*who)).peekable();
    if woken.peek().is_none() {
        settled.push(kernel);
    }
    for who in woken {
        let mut next = kernel;
        let tried = next.retry(who);
        if tried == Tried::Blocked && seen.late[who] == Some(Answer::Deadlock) {
            next.interrupt(who);
        }
        settle(next, seen, met, settled);
    }
}
