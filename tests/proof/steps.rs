//! Every step that may come next.

use super::automaton::Automaton;
use super::call::Call;
use super::mistakes::Mistake;
use super::rules::Rules;
use super::simulated::{Content, MARKER};
use super::sleepers::sleeper_of;
use super::state::{NAME, State, job_of};
use super::way::{Step, Way, What};

/// How many private calls may follow each other, or more: a bound to see that they end.
const PRIVATE_AT_MOST: usize = 100;

impl State {
    /// Every step that may come next, and where it leads; returns whether one of them must come.
    pub(super) fn next(
        &self,
        rules: Rules,
        automaton: &mut Automaton,
        found: &mut Vec<(Way, State)>,
    ) -> bool {
        let mut must_go_on = false;
        for who in 0..self.count {
            for what in self.possible(who, rules, automaton) {
                must_go_on |= !what.is_optional();
                // Behind such a job, nothing else comes.
                must_go_on |= what == What::Deadline && self.somebody_runs_for_ever(automaton);
                let mut state = *self;
                let step = Step { who, what };
                state.take(step, automaton);
                state.settle(rules, automaton, Way::of(step), found);
            }
        }
        if rules.redirection && usize::from(self.path) == NAME {
            let step = Step { who: 0, what: What::Redirection };
            let mut state = *self;
            state.take(step, automaton);
            state.settle(rules, automaton, Way::of(step), found);
        }
        must_go_on
    }

    fn somebody_runs_for_ever(&self, automaton: &Automaton) -> bool {
        self.locals[..self.count].iter().any(|state| automaton.program(*state).runs_for_ever)
    }

    /// Whether the next call of a participant neither changes what anybody else may see, nor depends on what anybody else
    /// may do, so that it does not matter when it comes: it may come at once. (An ample set of partial-order reduction.
    /// Such calls are not states of their own, and end: so nobody else is passed over for ever. None of them ends the
    /// time for which somebody holds the lock. Who is killed before such a call might as well have been killed after it,
    /// or before the last one that others notice.)
    fn is_private(&self, who: usize, rules: Rules, automaton: &Automaton) -> bool {
        if rules.every_order || self.marks[who].killed || self.kernel.is_blocked(who) {
            return false;
        }
        let slot = self.slot(who, automaton);
        match automaton.standing(self.locals[who]).call {
            Call::Clock | Call::Signals | Call::Start => true,
            Call::ReadHolder => true,
            // Signed already, it is withlock's own with either mode.
            Call::Chmod => self.kernel.fstat(who, slot).content != Content::Empty,
            Call::Close => self.kernel.is_unlocked(who, slot),
            // Where all who take part ask for the first lock first, nobody meets the second.
            Call::Lock { request, .. } if rules.is_second(request) => true,
            // Unlocking everything may open the queue, which others notice.
            Call::Unlock(request) if rules.is_second(request) => {
                !self.kernel.has_locked(who, slot, MARKER)
            }
            Call::Lock { .. } | Call::Unlock(_) | Call::Test(_) => {
                self.kernel.is_alone_with(&[who, job_of(who), sleeper_of(who, 1)], slot)
            }
            _ => false,
        }
    }

    pub(super) fn possible(&self, who: usize, rules: Rules, automaton: &Automaton) -> Vec<What> {
        let marks = self.marks[who];
        let mut possible = Vec::new();
        if marks.family {
            possible.push(What::FamilyEnds);
        }
        if marks.killed {
            if self.kernel.has_any_open(who) {
                possible.push(What::Dies);
            }
            self.possible_to_sleepers(who, automaton, &mut possible);
            if marks.job && !automaton.program(self.locals[who]).runs_for_ever {
                possible.push(What::JobEnds);
            }
            return possible;
        }
        let call = automaton.standing(self.locals[who]).call;
        let program = automaton.program(self.locals[who]);
        match call {
            Call::End(_) => return possible,
            Call::Wait if program.runs_for_ever => {}
            Call::Rest => possible.push(What::Rests),
            Call::SleepForAny { limited, .. } if self.has_sleepers(who) => {
                self.possible_to_sleepers(who, automaton, &mut possible);
                if self.marks[who].awake.is_none() {
                    possible.push(What::Anew);
                    if limited {
                        possible.push(What::Deadline);
                    }
                    if program.wait.may_be_interrupted() {
                        possible.push(What::Signal);
                    }
                }
            }
            _ if self.kernel.is_blocked(who) => {
                if self.kernel.is_woken(who) {
                    possible.push(What::Retry);
                }
                let limited = matches!(call, Call::Lock { limited: true, .. });
                if limited && !marks.spent {
                    possible.push(What::Deadline);
                }
                if program.wait.may_be_interrupted() {
                    possible.push(What::Signal);
                }
            }
            Call::Clock if !marks.over => possible.extend([What::Call, What::TimeIsOver]),
            Call::Signals if !marks.interrupted => {
                possible.extend([What::Call, What::SignalHasCome])
            }
            Call::Lock { waits: true, limited: true, .. }
                if program.makes(Mistake::OneShotDeadline) && !marks.over =>
            {
                possible.extend([What::Call, What::TimerFiresTooEarly]);
            }
            _ => possible.push(What::Call),
        }
        if rules.kills {
            possible.push(What::Kill);
        }
        possible
    }

    /// Goes the steps that follow at once, whatever they return: who was woken tries again, if that is prompt; and
    /// private calls come. (Whether somebody is killed before such a call or after it comes to the same.)
    pub(super) fn settle(
        mut self,
        rules: Rules,
        automaton: &mut Automaton,
        mut way: Way,
        found: &mut Vec<(Way, State)>,
    ) {
        for _ in 0..PRIVATE_AT_MOST {
            let Some((who, [first, second])) = self.at_once(rules, automaton) else {
                return found.push((way, self));
            };
            if first != second {
                let mut other = self;
                other.take(Step { who, what: second }, automaton);
                other.settle(rules, automaton, way.and(true), found);
                way = way.and(false);
            }
            self.take(Step { who, what: first }, automaton);
        }
        panic!("somebody goes round for ever, without a call that others might notice");
    }

    /// Goes one step and those that follow at once, and tells of each.
    pub(super) fn go(
        &mut self,
        mut way: Way,
        rules: Rules,
        automaton: &mut Automaton,
        mut tell: impl FnMut(Step, &State, &State, &Automaton),
    ) {
        let mut coming = Some(way.step());
        while let Some(step) = coming {
            let before = *self;
            self.take(step, automaton);
            tell(step, &before, self, automaton);
            coming = self.at_once(rules, automaton).map(|(who, [first, second])| {
                let what = if first != second && way.turn() { second } else { first };
                Step { who, what }
            });
        }
    }

    /// Who goes on at once, and the two ways in which, or one way twice.
    fn at_once(&self, rules: Rules, automaton: &Automaton) -> Option<(usize, [What; 2])> {
        let mut all = 0..self.count;
        if let Some(who) = all.clone().find(|who| rules.prompt && self.kernel.is_woken(*who)) {
            return Some((who, [What::Retry; 2]));
        }
        if let Some(what) = self.sleepers_at_once(rules) {
            return Some(what);
        }
        let who = all.find(|who| self.is_private(*who, rules, automaton))?;
        let marks = self.marks[who];
        let ways = match automaton.standing(self.locals[who]).call {
            Call::Clock if !marks.over => [What::Call, What::TimeIsOver],
            Call::Signals if !marks.interrupted => [What::Call, What::SignalHasCome],
            Call::ReadHolder => [What::ReadsName, What::ReadsNobody],
            _ => [What::Call; 2],
        };
        Some((who, ways))
    }
}
