//! All participants and the kernel at one moment, and every step that may come next.

use super::automaton::{Automaton, State};
use super::explore::Scene;
use super::marks::Marks;
use super::mistakes::Mistake;
use super::replay::{Answer, Call};
use super::rules::Rules;
use super::simulated::{Content, Kernel, MARKER, Tried};
use super::way::{Step, Way, What};

/// How many participants there may be.
pub(super) const AT_MOST: usize = 4;

/// The name that all is about; after a redirection of the path, it is the next one, in another directory.
pub(super) const NAME: usize = 0;

/// What tells participants apart: the program, its state, its marks, and where it is.
type SortKey = (usize, State, u16, [u8; 4]);

/// How many private calls may follow each other, or more: a bound to see that they end.
const PRIVATE_AT_MOST: usize = 100;

/// Everything at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct World {
    pub(super) kernel: Kernel,
    pub(super) states: [State; AT_MOST],
    pub(super) count: usize,
    pub(super) marks: [Marks; AT_MOST],
    /// Who fell asleep when is noted.
    pub(super) notes_order: bool,
    /// The name that the path leads to.
    pub(super) path: u8,
}

impl World {
    pub(super) fn new(scene: &Scene, automaton: &mut Automaton) -> Self {
        let mut kernel = Kernel::new();
        if let Some((mode, content)) = scene.there {
            kernel.put(NAME, mode, content);
        }
        let mut states = [0; AT_MOST];
        for (state, program) in states.iter_mut().zip(&scene.programs) {
            *state = automaton.begin(*program);
        }
        let (count, marks) = (scene.programs.len(), [Marks::default(); AT_MOST]);
        let (notes_order, path) = (scene.rules.order, NAME as u8);
        Self { kernel, states, count, marks, notes_order, path }
    }

    /// Everything that tells this moment from another one. Moments that differ in no more than which of several equal
    /// participants is where are one.
    pub(super) fn write_to(&self, automaton: &Automaton, bytes: &mut Vec<u8>) {
        bytes.clear();
        let any = |is: fn(&Marks) -> bool| u8::from(self.marks.iter().any(is));
        let [killed, outlived] = [any(|marks| marks.killed), any(|marks| marks.outlived)];
        bytes.push(self.path << 2 | killed << 1 | outlived);
        let mut order = [0, 1, 2, 3].map(|who| (SortKey::default(), who));
        let order = &mut order[..self.count];
        for (key, who) in &mut *order {
            *key = self.sort_key(*who, automaton);
        }
        order.sort_unstable();
        let mut processes = [0; 2 * AT_MOST];
        for (at, (_, who)) in order.iter().enumerate() {
            (processes[at], processes[self.count + at]) = (*who, job_of(*who));
        }
        self.kernel.write_to(&processes[..2 * self.count], bytes);
        for ((_, state, marks, _), who) in &*order {
            bytes.extend(state.to_be_bytes());
            bytes.extend(marks.to_be_bytes());
            let before = order.iter().map(|(_, other)| self.marks[*who].before >> other & 1);
            bytes.push(before.fold(0, |sum, bit| sum << 1 | bit));
        }
    }

    fn sort_key(&self, who: usize, automaton: &Automaton) -> SortKey {
        let state = self.states[who];
        let program = automaton.number(state);
        let marks = self.marks[who];
        let is_dead = marks.killed && !marks.job && !self.kernel.has_open(who, 0);
        if is_dead || matches!(automaton.standing(state).call, Call::End(_)) {
            // How it ended has been looked at.
            let left = Marks { family: true, place: marks.place, ..Marks::default() };
            let bits = if marks.family { left.bits() } else { 0 };
            return (program, State::MAX, bits, self.kernel.place_of(job_of(who)));
        }
        (program, state, self.marks[who].bits(), self.kernel.place_of(who))
    }

    /// Every step that may come next, and where it leads; answers whether one of them must come.
    pub(super) fn next(
        &self,
        rules: Rules,
        automaton: &mut Automaton,
        found: &mut Vec<(Way, World)>,
    ) -> bool {
        let mut must_go_on = false;
        for who in 0..self.count {
            for what in self.possible(who, rules, automaton) {
                must_go_on |= !what.is_optional();
                // Behind such a job, nothing else comes.
                must_go_on |= what == What::Deadline && self.somebody_runs_for_ever(automaton);
                let mut world = *self;
                let step = Step { who, what };
                world.take(step, automaton);
                world.settle(rules, automaton, Way::of(step), found);
            }
        }
        if rules.redirection && usize::from(self.path) == NAME {
            let step = Step { who: 0, what: What::Redirection };
            let mut world = *self;
            world.take(step, automaton);
            world.settle(rules, automaton, Way::of(step), found);
        }
        must_go_on
    }

    fn somebody_runs_for_ever(&self, automaton: &Automaton) -> bool {
        self.states[..self.count].iter().any(|state| automaton.program(*state).runs_for_ever)
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
        match automaton.standing(self.states[who]).call {
            Call::Clock | Call::Told | Call::Start => true,
            Call::ReadHolder => true,
            // Signed already, it is withlock's own with either mode.
            Call::Chmod => self.kernel.fstat(who, 0).content != Content::Empty,
            Call::Close => self.kernel.is_unlocked(who, 0),
            // Where all who take part ask for the first lock first, nobody meets the second.
            Call::Lock { request, .. } if rules.is_second(request) => true,
            // Unlocking everything may open the queue, which others notice.
            Call::Unlock(request) if rules.is_second(request) => {
                !self.kernel.has_locked(who, 0, MARKER)
            }
            Call::Lock { .. } | Call::Unlock(_) | Call::Test(_) => {
                self.kernel.is_alone_with(&[who, job_of(who)], 0)
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
            if self.kernel.has_open(who, 0) {
                possible.push(What::Dies);
            }
            if marks.job && !automaton.program(self.states[who]).runs_for_ever {
                possible.push(What::JobEnds);
            }
            return possible;
        }
        let call = automaton.standing(self.states[who]).call;
        let program = automaton.program(self.states[who]);
        match call {
            Call::End(_) => return possible,
            Call::Wait if program.runs_for_ever => {}
            _ if self.kernel.is_blocked(who) => {
                if self.kernel.is_woken(who) {
                    possible.push(What::Retry);
                }
                let limited = matches!(call, Call::Lock { limited: true, .. });
                if limited && !marks.spent {
                    possible.push(What::Deadline);
                }
                if program.may_be_told() {
                    possible.push(What::Signal);
                }
            }
            Call::Clock if !marks.over => possible.extend([What::Call, What::TimeIsOver]),
            Call::Told if !marks.told => possible.extend([What::Call, What::SignalHasCome]),
            Call::Lock { waits: true, limited: true, .. }
                if Mistake::OneShotDeadline.is_on() && !marks.over =>
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

    /// Goes one step.
    pub(super) fn take(&mut self, Step { who, what }: Step, automaton: &mut Automaton) {
        let call = automaton.standing(self.states[who]).call;
        match what {
            What::Call => {
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
                self.marks[who].told = true;
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
                marks.told |= what == What::Signal;
                marks.before = 0;
                self.kernel.interrupt(who);
                self.answer(who, Answer::Interrupted, automaton);
            }
            What::Kill => {
                if self.kernel.is_blocked(who) {
                    self.kernel.interrupt(who);
                } else {
                    self.kernel.end(who);
                }
                let Marks { job, family, place, .. } = self.marks[who];
                self.marks[who] = Marks { killed: true, job, family, place, ..Marks::default() };
                self.forget_sleeper(who);
                // Where it was plays no part any more.
                let program = *automaton.program(self.states[who]);
                self.states[who] = automaton.begin(program);
            }
            What::Dies => self.kernel.end(who),
            What::JobEnds => {
                let program = automaton.program(self.states[who]);
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
            What::Redirection => self.path = NAME as u8 + 1,
        }
    }

    /// Goes the steps that follow at once, whatever they are answered: who was woken tries again, if that is prompt; and
    /// private calls come. (Whether somebody is killed before such a call or after it comes to the same.)
    pub(super) fn settle(
        mut self,
        rules: Rules,
        automaton: &mut Automaton,
        mut way: Way,
        found: &mut Vec<(Way, World)>,
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
        mut tell: impl FnMut(Step, &World, &World, &Automaton),
    ) {
        let mut coming = way.step();
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
        let who = all.find(|who| self.is_private(*who, rules, automaton))?;
        let marks = self.marks[who];
        let ways = match automaton.standing(self.states[who]).call {
            Call::Clock if !marks.over => [What::Call, What::TimeIsOver],
            Call::Told if !marks.told => [What::Call, What::SignalHasCome],
            Call::ReadHolder => [What::ReadsName, What::ReadsNobody],
            _ => [What::Call; 2],
        };
        Some((who, ways))
    }

    fn answer(&mut self, who: usize, answer: Answer, automaton: &mut Automaton) {
        self.states[who] = automaton.after(self.states[who], answer);
        let standing = automaton.standing(self.states[who]);
        // What an attempt at another file has met says nothing any more.
        self.marks[who].met_holder &= standing.call != Call::Look;
        if standing.holds || answer == Answer::Interrupted || matches!(standing.call, Call::End(_))
        {
            self.forget_sleeper(who);
        }
        if standing.holds {
            // What comes from here on does not depend on how it came here.
            let Marks { job, told, spoils, intrudes, place, before, .. } = self.marks[who];
            let kept = Marks { job, told, spoils, intrudes, place, before, ..Marks::default() };
            self.marks[who] = kept;
        }
    }

    fn forget_sleeper(&mut self, who: usize) {
        for marks in &mut self.marks[..self.count] {
            marks.before &= !(1 << who);
        }
    }
}

/// The process of a participant's job.
pub(super) fn job_of(who: usize) -> usize {
    AT_MOST + who
}
/// How a participant is called.
pub(super) fn name(who: usize) -> char {
    ['A', 'B', 'C', 'D'][who]
}
