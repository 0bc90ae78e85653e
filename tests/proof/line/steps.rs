//! Every step that may come next, and what it changes.

use super::replay::Standing;
use super::run::{Answer, Call, HEAD, PARTS};
use super::scene::Scene;
use super::state::{Automaton, Marks, NOBODY, State};
use crate::proof::edges::Kind;

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Its next call.
    Call,
    /// Its next look for signals: one has come.
    SignalHasCome,
    /// One that it has laid down falls asleep for this lock.
    SleeperCalls(u8),
    /// It, or one that it has laid down, is granted this lock.
    Granted(u8),
    /// One that it has laid down was granted its lock: it wakes up.
    Wakes,
    /// Its sleep is ended by the deadline.
    Deadline,
    /// Its sleep is ended by a signal.
    Signal,
    /// It is killed (SIGKILL): if it sleeps itself, it does so for nothing from now on.
    Kill,
    /// What was killed gives up this lock, or no longer sleeps for it.
    Dies(u8),
    /// The job of a killed run ends.
    JobEnds,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) who: usize,
    pub(super) what: What,
}

impl What {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::SignalHasCome | Self::Deadline | Self::Signal | Self::Kill => Kind::Optional,
            _ => Kind::Certain,
        }
    }
}

impl State {
    pub(super) fn possible(&self, who: usize, scene: &Scene, automaton: &Automaton) -> Vec<What> {
        let marks = self.marks[who];
        if marks.killed {
            return self.possible_to_killed(who, automaton);
        }
        let run = self.run(who, automaton);
        let mut possible = Vec::new();
        match self.standing(who, automaton).call {
            Call::End(_) => return possible,
            Call::Wait if self.runs_for_ever(who, automaton) => {}
            _ if marks.asleep => {
                possible.extend(bits(marks.to_lie_down).map(What::SleeperCalls));
                possible.extend(self.free_for(who).map(What::Granted));
                if marks.granted != 0 {
                    possible.push(What::Wakes);
                }
                if run.wait.may_be_busy() {
                    possible.push(What::Deadline);
                }
                if run.wait.may_be_interrupted() {
                    possible.push(What::Signal);
                }
            }
            Call::Signals => possible.extend([What::Call, What::SignalHasCome]),
            _ => possible.push(What::Call),
        }
        if scene.kills {
            possible.push(What::Kill);
        }
        possible
    }

    fn possible_to_killed(&self, who: usize, automaton: &Automaton) -> Vec<What> {
        let marks = self.marks[who];
        let concerns = |part: &u8| {
            let sleeps = self.locks[usize::from(*part)].sleepers().any(|it| it == who);
            sleeps || self.has(who, *part) && !(marks.job && *part == marks.slot)
        };
        let mut possible: Vec<_> = (0..PARTS as u8).filter(concerns).map(What::Dies).collect();
        possible.extend(self.free_for(who).map(What::Granted));
        if marks.job && !self.runs_for_ever(who, automaton) {
            possible.push(What::JobEnds);
        }
        possible
    }

    /// The free locks that it sleeps for.
    fn free_for(&self, who: usize) -> impl Iterator<Item = u8> + '_ {
        let is_free = move |part: &u8| {
            let lock = &self.locks[usize::from(*part)];
            lock.holder == NOBODY && lock.sleepers().any(|it| it == who)
        };
        (0..PARTS as u8).filter(is_free)
    }

    pub(super) fn take(&mut self, Step { who, what }: Step, automaton: &mut Automaton) {
        match what {
            What::Call => {
                let call = self.standing(who, automaton).call;
                if let Some(answer) = self.call(who, call, automaton) {
                    self.answer(who, answer, automaton);
                }
            }
            What::SignalHasCome => {
                self.marks[who].interrupted = true;
                self.answer(who, Answer::Signal, automaton);
            }
            What::SleeperCalls(part) => {
                self.marks[who].to_lie_down &= !(1 << part);
                self.sleep_for(who, part, automaton);
            }
            What::Granted(part) => self.grant(who, part, automaton),
            What::Wakes => self.wake(who, Answer::Granted, automaton),
            What::Deadline => {
                let marks = &mut self.marks[who];
                // What it has met before its time was over is not the last word.
                (marks.over, marks.met) = (true, 0);
                self.leave_line(who);
                self.wake(who, Answer::Deadline, automaton);
            }
            What::Signal => {
                self.marks[who].interrupted = true;
                self.leave_line(who);
                self.wake(who, Answer::Signal, automaton);
            }
            What::Kill => self.kill(who, automaton),
            What::Dies(part) => {
                self.locks[usize::from(part)].leave(who);
                if self.has(who, part) {
                    self.free(part, automaton);
                }
            }
            What::JobEnds => {
                self.marks[who].job = false;
                self.free(self.marks[who].slot, automaton);
            }
        }
        self.count_who_waits(automaton);
    }

    /// What the system returns to a call; `None` is that the run sleeps.
    fn call(&mut self, who: usize, call: Call, automaton: &mut Automaton) -> Option<Answer> {
        match call {
            Call::Try(part) => {
                self.marks[who].hasty |= part > HEAD && !self.met_all_slots(who, automaton);
                let is_own = self.has(who, part);
                if !is_own && self.locks[usize::from(part)].holder != NOBODY {
                    self.marks[who].met |= 1 << part;
                    return Some(Answer::Busy);
                }
                self.locks[usize::from(part)].holder = who as u8;
                self.marks[who].met &= !(1 << part);
                if part == HEAD {
                    self.join_line(who);
                }
                return Some(Answer::Granted);
            }
            Call::Lock(part) => {
                self.marks[who].asleep = true;
                if part == HEAD {
                    self.join_line(who);
                }
                self.sleep_for(who, part, automaton);
                return None;
            }
            Call::SleepForAny(parts) => {
                let marks = &mut self.marks[who];
                (marks.asleep, marks.to_lie_down) = (true, parts);
                self.join_line(who);
                return None;
            }
            Call::Unlock(part) => self.free(part, automaton),
            Call::Replace => {
                let holder = usize::from(self.locks[0].holder);
                let is_seen = holder < self.count
                    && !self.marks[holder].killed
                    && self.standing(holder, automaton).slot.is_some();
                if !is_seen {
                    self.marks[who].refused = true;
                    return Some(Answer::Busy);
                }
                self.marks[holder].told = true;
            }
            Call::Start => self.marks[who].job = true,
            Call::Wait => self.marks[who].job = false,
            Call::Signals | Call::End(_) => {}
        }
        Some(Answer::Done)
    }

    /// It falls asleep for a lock, unless that is free.
    fn sleep_for(&mut self, who: usize, part: u8, automaton: &mut Automaton) {
        let lock = &mut self.locks[usize::from(part)];
        lock.enqueue(who);
        if lock.holder == NOBODY && lock.first() == Some(who) {
            self.grant(who, part, automaton);
        }
    }

    fn grant(&mut self, who: usize, part: u8, automaton: &mut Automaton) {
        let lock = &mut self.locks[usize::from(part)];
        lock.leave(who);
        lock.holder = who as u8;
        if self.marks[who].killed {
            return;
        }
        if matches!(self.standing(who, automaton).call, Call::Lock(_)) {
            self.wake(who, Answer::Granted, automaton);
        } else {
            self.marks[who].granted |= 1 << part;
        }
    }

    fn free(&mut self, part: u8, automaton: &mut Automaton) {
        let lock = &mut self.locks[usize::from(part)];
        lock.holder = NOBODY;
        if let Some(next) = lock.first().filter(|_| self.in_turn) {
            self.grant(next, part, automaton);
        }
    }

    /// Its sleep has ended: those that it has laid down end.
    fn wake(&mut self, who: usize, why: Answer, automaton: &mut Automaton) {
        let marks = &mut self.marks[who];
        (marks.asleep, marks.to_lie_down, marks.granted) = (false, 0, 0);
        for lock in &mut self.locks {
            lock.leave(who);
        }
        self.answer(who, why, automaton);
    }

    fn kill(&mut self, who: usize, automaton: &mut Automaton) {
        if let Call::Lock(part) = self.standing(who, automaton).call {
            self.locks[usize::from(part)].leave(who);
        }
        self.leave_line(who);
        let slot = self.standing(who, automaton).slot.unwrap_or(0);
        let Marks { job, .. } = self.marks[who];
        self.marks[who] = Marks { killed: true, job, slot, ..Marks::default() };
        // Where it was plays no part any more.
        let run = *self.run(who, automaton);
        self.locals[who] = automaton.begin(run);
    }

    fn answer(&mut self, who: usize, answer: Answer, automaton: &mut Automaton) {
        self.locals[who] = automaton.after(self.locals[who], answer);
        let Standing { call, slot, .. } = self.standing(who, automaton);
        if slot.is_some() {
            // What comes from here on does not depend on how it came here.
            let Marks { job, told, interrupted, jumped, before, .. } = self.marks[who];
            let jumped = jumped || before != 0;
            self.marks[who] = Marks { job, told, interrupted, jumped, ..Marks::default() };
        }
        if slot.is_some() || matches!(call, Call::End(_)) {
            self.leave_line(who);
        }
    }
}

pub(super) fn bits(set: u8) -> impl Iterator<Item = u8> {
    (0..8).filter(move |bit| set >> bit & 1 == 1)
}
