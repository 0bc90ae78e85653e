//! Those that a run lays down to sleep for a lock each, where several would do: processes of their own, on the run's open
//! file descriptions.
//!
//! On Linux they share the run's descriptors, and end when it is killed, but not in the same instant. Elsewhere each has the
//! descriptor of its own slot only, lives on, and ends once it has been granted its lock.

use super::automaton::Automaton;
use super::call::Answer;
use super::program::Backend;
use super::rules::Rules;
use super::simulated::Tried;
use super::slots::SLOTS;
use super::state::{AT_MOST, State, job_of};
use super::way::What;

/// How far one has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sleeper {
    #[default]
    None,
    /// It locks the first of the backend's locks, or is about to.
    First,
    /// The second one.
    Second,
    /// All of them were granted.
    Granted,
}

/// What has ended the sleep of whoever laid them down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awake {
    Granted = 1,
    Interrupted,
}

/// The process of a sleeper. Who sleeps has no job.
pub(super) fn sleeper_of(who: usize, slot: usize) -> usize {
    if slot == 0 { job_of(who) } else { 2 * AT_MOST + who }
}

impl State {
    /// The slot that the next call is about.
    pub(super) fn slot(&self, who: usize, automaton: &Automaton) -> usize {
        automaton.standing(self.locals[who]).slot.into()
    }

    /// The slot that it holds.
    pub(super) fn held_slot(&self, who: usize, automaton: &Automaton) -> usize {
        let has_slots = automaton.program(self.locals[who]).slots > 1;
        if has_slots { self.marks[who].place.into() } else { 0 }
    }

    /// The name in the directory that the path has led to, and the one that it leads to now.
    pub(super) fn names(&self, who: usize, automaton: &Automaton) -> [usize; 2] {
        if automaton.program(self.locals[who]).slots > 1 {
            [self.slot(who, automaton); 2]
        } else {
            [self.marks[who].place.into(), self.path.into()]
        }
    }

    /// Whether its last attempt at each of its slots met somebody else.
    pub(super) fn met_all(&self, who: usize, automaton: &Automaton) -> bool {
        let slots = automaton.program(self.locals[who]).slots;
        self.marks[who].met_holder[..slots.into()].iter().all(|met| *met)
    }

    /// Whether any that it has laid down lives.
    pub(super) fn has_sleepers(&self, who: usize) -> bool {
        self.marks[who].sleepers != [Sleeper::None; SLOTS]
    }

    pub(super) fn lay_down(&mut self, who: usize, slots: u8, shares_descriptors: bool) {
        for slot in (0..SLOTS).filter(|slot| slots >> slot & 1 == 1) {
            let sleeper = sleeper_of(who, slot);
            self.kernel.fork(who, sleeper);
            for other in (0..SLOTS).filter(|other| *other != slot && !shares_descriptors) {
                self.kernel.close(sleeper, other);
            }
            self.marks[who].sleepers[slot] = Sleeper::First;
        }
    }

    /// The next call of a sleeper: it locks, and waits.
    pub(super) fn sleeper_calls(&mut self, who: usize, slot: usize, automaton: &Automaton) {
        let program = automaton.program(self.locals[who]);
        let requests = program.requests(!program.shared);
        let number = usize::from(self.marks[who].sleepers[slot] == Sleeper::Second);
        let tried = self.kernel.lock(sleeper_of(who, slot), slot, requests[number], true);
        if tried == Tried::Granted {
            self.sleeper_gets_on(who, slot, automaton);
        }
    }

    pub(super) fn sleeper_retries(&mut self, who: usize, slot: usize, automaton: &Automaton) {
        if self.kernel.retry(sleeper_of(who, slot)) == Tried::Granted {
            self.sleeper_gets_on(who, slot, automaton);
        }
    }

    fn sleeper_gets_on(&mut self, who: usize, slot: usize, automaton: &Automaton) {
        let is_pair = automaton.program(self.locals[who]).backend == Backend::Pair;
        let sleeper = &mut self.marks[who].sleepers[slot];
        let has_more = is_pair && *sleeper == Sleeper::First;
        *sleeper = if has_more { Sleeper::Second } else { Sleeper::Granted };
    }

    pub(super) fn end_sleeper(&mut self, who: usize, slot: usize) {
        self.kernel.end(sleeper_of(who, slot));
        self.marks[who].sleepers[slot] = Sleeper::None;
    }

    /// Its own sleep has ended.
    pub(super) fn wake(&mut self, who: usize, why: Awake) {
        self.marks[who].awake = Some(why);
    }

    /// What its sleep has come to, once all that it has laid down have ended.
    pub(super) fn answer_of_sleep(&mut self, who: usize) -> Option<Answer> {
        if self.has_sleepers(who) {
            return None;
        }
        Some(match self.marks[who].awake.take()? {
            Awake::Granted => Answer::Granted,
            Awake::Interrupted => Answer::Interrupted,
        })
    }

    /// What may happen next to those that it has laid down, and what it may do to them.
    pub(super) fn possible_to_sleepers(
        &self,
        who: usize,
        automaton: &Automaton,
        possible: &mut Vec<What>,
    ) {
        let marks = self.marks[who];
        let ends_soon = automaton.program(self.locals[who]).backend == Backend::Pair;
        for (slot, sleeper) in (0..).zip(marks.sleepers) {
            if sleeper == Sleeper::None {
                continue;
            }
            let process = sleeper_of(who, slot.into());
            if self.kernel.is_woken(process) {
                possible.push(What::SleeperRetries(slot));
            } else if sleeper != Sleeper::Granted && !self.kernel.is_blocked(process) {
                possible.push(What::SleeperCalls(slot));
            }
            if marks.awake.is_some() {
                possible.push(What::Reaps(slot));
            } else if marks.killed && (ends_soon || sleeper == Sleeper::Granted) {
                possible.push(What::SleeperEnds(slot));
            } else if marks.killed {
                possible.push(What::SleeperIsKilled(slot));
            }
        }
        if marks.awake.is_none() && !marks.killed && marks.sleepers.contains(&Sleeper::Granted) {
            possible.push(What::Wakes);
        }
    }

    /// What comes at once, where not every order is visited: all sleepers are ended together, and the second lock of a pair
    /// follows the first.
    pub(super) fn sleepers_at_once(&self, rules: Rules) -> Option<(usize, [What; 2])> {
        if !self.has_slots || rules.every_order {
            return None;
        }
        (0..self.count).find_map(|who| {
            let sleepers = self.marks[who].sleepers;
            let of = |wanted: fn(Sleeper) -> bool| {
                let mut all = (0..).zip(sleepers);
                all.find(|(_, it)| wanted(*it)).map(|(slot, _)| slot)
            };
            let is_awake = self.marks[who].awake.is_some();
            if let Some(slot) = of(|it| it != Sleeper::None).filter(|_| is_awake) {
                return Some((who, [What::Reaps(slot); 2]));
            }
            let is_alone = rules.second_lock_is_private && !self.marks[who].killed;
            let second = of(|it| it == Sleeper::Second);
            second.filter(|_| is_alone).map(|slot| (who, [What::SleeperCalls(slot); 2]))
        })
    }
}
