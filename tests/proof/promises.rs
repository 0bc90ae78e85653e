//! The promises, and whether they are kept at one moment.

use super::automaton::Automaton;
use super::call::Call;
use super::explore::Scene;
use super::marks::Marks;
use super::program::{Kind, Outcome, Program, Wait};
use super::rules::Rules;
use super::simulated::Content;
use super::slots::SLOTS;
use super::state::{NAME, State, name};
use super::way::{Step, What};

const ENDED: Call = Call::End(Outcome::Ran);

/// A promise that was broken.
pub(super) type Violation = String;

impl State {
    /// What is wrong at this moment.
    pub(super) fn violation(&self, rules: Rules, automaton: &Automaton) -> Option<Violation> {
        self.second_holder(automaton)
            .or_else(|| if rules.only_exclusion { None } else { self.misdeed(automaton) })
            .or_else(|| if rules.order { self.disorder(automaton) } else { None })
    }

    /// P1: at most one holder; or shared ones only.
    fn second_holder(&self, automaton: &Automaton) -> Option<Violation> {
        // Where the path was led to another directory, whoever has come to that one holds another lock.
        [0, 1].into_iter().find_map(|place| self.second_holder_at(place, automaton))
    }

    fn second_holder_at(&self, place: u8, automaton: &Automaton) -> Option<Violation> {
        let is_there = |who: &usize| self.marks[*who].place == place;
        let holders: Vec<usize> =
            (0..self.count).filter(is_there).filter(|who| self.holds(*who, automaton)).collect();
        let program = |who: &usize| automaton.program(self.locals[*who]);
        let all_share = holders.iter().all(|who| program(who).shared);
        // What tools do to each other is their own business.
        let any_is_ours = holders.iter().any(|who| program(who).kind == Kind::Withlock);
        if holders.len() < 2 || all_share || !any_is_ours {
            return None;
        }
        let names: Vec<_> = holders.iter().map(|who| name(*who).to_string()).collect();
        Some(format!("{} hold the lock at once", names.join(" and ")))
    }

    /// Somebody does what it must not.
    fn misdeed(&self, automaton: &Automaton) -> Option<Violation> {
        (0..self.count).find_map(|who| {
            let marks = self.marks[who];
            if marks.spoils {
                Some(format!("{} changes a file that is not withlock's own", name(who)))
            } else if marks.intrudes {
                Some(format!("{} writes into the file that somebody else holds", name(who)))
            } else if marks.interrupted
                && !marks.killed
                && automaton.standing(self.locals[who]).holds
            {
                Some(format!("{} runs its job, and was interrupted before", name(who)))
            } else {
                None
            }
        })
    }

    /// A killed run holds it through its job, where the job has inherited the lock; and so does one whose job has died of a
    /// signal, through what that has left running.
    pub(super) fn holds(&self, who: usize, automaton: &Automaton) -> bool {
        let marks = self.marks[who];
        if marks.family {
            return true;
        }
        if marks.killed {
            return marks.job && automaton.program(self.locals[who]).inherits();
        }
        marks.job || automaton.standing(self.locals[who]).holds
    }

    /// A run ends in a way that it must not.
    pub(super) fn false_end(&self, automaton: &Automaton) -> Option<Violation> {
        (0..self.count).find_map(|who| {
            let complaint = self.false_end_of(who, automaton)?;
            Some(format!("{} {complaint}", name(who)))
        })
    }

    fn false_end_of(&self, who: usize, automaton: &Automaton) -> Option<&'static str> {
        let Call::End(outcome) = automaton.standing(self.locals[who]).call else { return None };
        let marks = self.marks[who];
        let program = automaton.program(self.locals[who]);
        match outcome {
            _ if marks.killed => None,
            Outcome::Failed => Some("ends with an error"),
            Outcome::Busy if !program.wait.may_be_busy() => {
                Some("says busy, and was to wait for ever")
            }
            Outcome::Busy if !self.met_all(who, automaton) => {
                Some("says busy, and nobody held the lock when it tried")
            }
            Outcome::Busy if program.wait != Wait::No && !marks.over => {
                Some("says busy before its time is over")
            }
            Outcome::Interrupted if !marks.interrupted => {
                Some("gives up, and nothing has interrupted it")
            }
            _ => None,
        }
    }

    /// P3: a sleeper is served before one that fell asleep before it.
    fn disorder(&self, automaton: &Automaton) -> Option<Violation> {
        (0..self.count).find_map(|who| {
            if !self.holds(who, automaton) || self.marks[who].before == 0 {
                return None;
            }
            let first = self.marks[who].before.trailing_zeros() as usize;
            Some(format!("{} is served before {}, which waited longer", name(who), name(first)))
        })
    }

    /// What is wrong when nothing more must happen.
    pub(super) fn final_violation(
        &self,
        scene: &Scene,
        automaton: &mut Automaton,
    ) -> Option<Violation> {
        let Scene { there, rules, .. } = *scene;
        let waits = |who: &usize| {
            let sleeps = self.has_sleepers(*who) && !self.marks[*who].killed;
            sleeps || self.kernel.is_blocked(*who)
        };
        if let Some(who) = (0..self.count).find(waits) {
            return Some(format!("{} waits for ever", name(who)));
        }
        if rules.only_exclusion || (0..self.count).any(|who| self.is_under_way(who, automaton)) {
            return None;
        }
        // Who keeps the file, or never removes one, may have been the last.
        let keeps = (0..self.count)
            .map(|who| automaton.program(self.locals[who]))
            .any(|program| program.keep || program.kind != Kind::Withlock);
        let left = self.kernel.stat(self.path.into());
        let foreign = there.filter(|(mode, content)| *mode != 0o700 && *content == Content::Empty);
        if let Some((mode, content)) = foreign {
            let unchanged = left.is_some_and(|it| it.mode == mode && it.content == content);
            return (!unchanged)
                .then(|| "the file was not withlock's own, and is not as it was".into());
        }
        if self.has_slots {
            return self.what_stays_of_slots(keeps, rules, automaton);
        }
        let marks = &self.marks[..self.count];
        let killed = marks.iter().any(|marks| marks.killed || marks.outlived);
        let is_elsewhere = usize::from(self.path) != NAME && self.kernel.stat(NAME).is_some();
        let writes = (0..self.count).any(|who| automaton.program(self.locals[who]).writes);
        match left {
            // Nobody is killed before it has written, or its words are there.
            _ if writes && !rules.kills => left
                .is_none_or(|it| it.content != Content::Other)
                .then(|| "the words that a job has written are gone".into()),
            _ if is_elsewhere && !killed && !keeps => {
                Some("the file stays in the directory that the path has led to".into())
            }
            None => None,
            Some(it) if writes && it.content == Content::Other => None,
            Some(_) if keeps => None,
            Some(_) if killed => self.next_run(rules, automaton),
            Some(_) => Some("the file stays when all have ended".into()),
        }
    }

    /// As for one slot, of both of them. What was left of the second one, only a run removes that is led there.
    fn what_stays_of_slots(
        &self,
        keeps: bool,
        rules: Rules,
        automaton: &mut Automaton,
    ) -> Option<Violation> {
        let marks = &self.marks[..self.count];
        let killed = marks.iter().any(|marks| marks.killed || marks.outlived);
        match (0..SLOTS).find(|slot| self.kernel.stat(*slot).is_some()) {
            None => None,
            Some(_) if keeps => None,
            Some(_) if killed => self.next_runs(rules, automaton),
            Some(slot) => Some(format!("the file of slot {} stays when all have ended", slot + 1)),
        }
    }

    /// The next two runs get a slot each, and remove the files, if the first one holds its slot as long as the second one
    /// runs.
    fn next_runs(&self, rules: Rules, automaton: &mut Automaton) -> Option<Violation> {
        let mut programs = self.locals[..self.count].iter().map(|local| automaton.program(*local));
        let Program { backend, mistake, .. } = *programs.find(|it| it.slots > 1)?;
        let next = Program { mistake, ..Program::new(backend, Wait::Forever).with_two_slots() };
        let mut state = *self;
        state.count = SLOTS;
        for who in 0..SLOTS {
            state.locals[who] = automaton.begin(next);
            state.marks[who] = Marks::default();
        }
        for (who, until) in [(0, Call::Wait), (1, ENDED), (0, ENDED)] {
            let rules = Rules { kills: false, ..rules };
            while automaton.standing(state.locals[who]).call != until {
                if !state.possible(who, rules, automaton).contains(&What::Call) {
                    return Some("after all that, the next two runs do not both run".into());
                }
                state.take(Step { who, what: What::Call }, automaton);
            }
        }
        let left = (0..SLOTS).find(|slot| state.kernel.stat(*slot).is_some())?;
        Some(format!("after all that, the next runs leave the file of slot {}", left + 1))
    }

    /// Whether it has a job that runs for ever.
    fn is_under_way(&self, who: usize, automaton: &Automaton) -> bool {
        self.marks[who].job && automaton.program(self.locals[who]).runs_for_ever
    }

    /// P2: the next run gets the lock, and removes the file.
    fn next_run(&self, rules: Rules, automaton: &mut Automaton) -> Option<Violation> {
        let mut programs = self.locals[..self.count].iter().map(|local| automaton.program(*local));
        let Program { backend, mistake, .. } = *programs.find(|it| it.kind == Kind::Withlock)?;
        let mut state = *self;
        state.locals[0] =
            automaton.begin(Program { mistake, ..Program::new(backend, Wait::Forever) });
        state.marks[0] = Marks::default();
        state.count = 1;
        while state.possible(0, Rules { kills: false, ..rules }, automaton).contains(&What::Call) {
            state.take(Step { who: 0, what: What::Call }, automaton);
        }
        if automaton.standing(state.locals[0]).call != Call::End(Outcome::Ran) {
            return Some("after all that, the next run does not run".into());
        }
        state
            .kernel
            .stat(self.path.into())
            .map(|_| "after all that, the next run leaves the file".into())
    }
}
