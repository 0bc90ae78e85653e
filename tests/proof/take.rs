//! One step, and what it changes.

use super::automaton::Automaton;
use super::call::{Answer, Call};
use super::marks::Marks;
use super::simulated::{Content, Tried};
use super::sleepers::Awake;
use super::state::{NAME, State, job_of};
use super::way::{Step, What};

impl State {
    /// Goes one step.
    pub(super) fn take(&mut self, Step { who, what }: Step, automaton: &mut Automaton) {
        let call = automaton.standing(self.locals[who]).call;
        match what {
            What::Call | What::Rests => {
                if let Some(answer) = self.call(who, call, automaton) {
                    self.answer(who, answer, automaton);
                }
            }
            What::ReadsName => self.answer(who, Answer::Content(Content::Named), automaton),
            What::ReadsNobody => self.answer(who, Answer::Content(Content::Nobody), automaton),
            What::TimeIsOver => {
                self.marks[who].over = true;
                self.answer(who, Answer::Done, automaton);
            }
            What::SignalHasCome => {
                self.marks[who].interrupted = true;
                self.forget_sleeper(who);
                self.answer(who, Answer::Done, automaton);
            }
            What::TimerFiresTooEarly => {
                self.marks[who].over = true;
                self.marks[who].spent = true;
                self.take(Step { who, what: What::Call }, automaton);
            }
            What::Retry => {
                if self.kernel.retry(who) == Tried::Granted {
                    self.answer(who, Answer::Granted, automaton);
                }
            }
            What::Deadline | What::Signal => {
                let marks = &mut self.marks[who];
                marks.over |= what == What::Deadline;
                marks.interrupted |= what == What::Signal;
                marks.before = 0;
                if self.has_sleepers(who) {
                    return self.wake(who, Awake::Interrupted);
                }
                self.kernel.interrupt(who);
                self.answer(who, Answer::Interrupted, automaton);
            }
            What::Kill => {
                if self.kernel.is_blocked(who) {
                    self.kernel.interrupt(who);
                } else {
                    self.kernel.end(who);
                }
                let Marks { job, family, place, sleepers, .. } = self.marks[who];
                let killed = true;
                self.marks[who] =
                    Marks { killed, job, family, place, sleepers, ..Marks::default() };
                self.forget_sleeper(who);
                // Where it was plays no part any more.
                let program = *automaton.program(self.locals[who]);
                self.locals[who] = automaton.begin(program);
            }
            What::Dies => self.kernel.end(who),
            What::JobEnds => {
                let program = automaton.program(self.locals[who]);
                self.marks[who].job = false;
                self.marks[who].family = program.dies && program.inherits();
                if !self.marks[who].family {
                    self.kernel.end(job_of(who));
                }
            }
            What::FamilyEnds => {
                self.kernel.end(job_of(who));
                self.marks[who].family = false;
            }
            What::SleeperCalls(slot) => self.sleeper_calls(who, slot.into(), automaton),
            What::SleeperRetries(slot) => self.sleeper_retries(who, slot.into(), automaton),
            What::SleeperEnds(slot) | What::SleeperIsKilled(slot) => {
                self.end_sleeper(who, slot.into());
            }
            What::Wakes | What::Anew => {
                let granted = what == What::Wakes;
                self.wake(who, if granted { Awake::Granted } else { Awake::Interrupted });
            }
            What::Reaps(slot) => {
                self.end_sleeper(who, slot.into());
                if let Some(answer) = self.answer_of_sleep(who) {
                    self.answer(who, answer, automaton);
                }
            }
            What::Redirection => self.path = NAME as u8 + 1,
        }
    }

    fn answer(&mut self, who: usize, answer: Answer, automaton: &mut Automaton) {
        self.locals[who] = automaton.after(self.locals[who], answer);
        let standing = automaton.standing(self.locals[who]);
        // What an attempt at another file has met says nothing any more.
        self.marks[who].met_holder[usize::from(standing.slot)] &= standing.call != Call::Look;
        if standing.holds || answer == Answer::Interrupted || matches!(standing.call, Call::End(_))
        {
            self.forget_sleeper(who);
        }
        if standing.holds && automaton.program(self.locals[who]).slots > 1 {
            self.marks[who].place = standing.slot;
        }
        if standing.holds {
            // What comes from here on does not depend on how it came here.
            let Marks { job, interrupted, spoils, intrudes, place, before, .. } = self.marks[who];
            let kept =
                Marks { job, interrupted, spoils, intrudes, place, before, ..Marks::default() };
            self.marks[who] = kept;
        }
    }

    fn forget_sleeper(&mut self, who: usize) {
        for marks in &mut self.marks[..self.count] {
            marks.before &= !(1 << who);
        }
    }
}
