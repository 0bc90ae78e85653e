//! All participants and the kernel at one moment: a state of what is explored.

use super::automaton::{Automaton, LocalState};
use super::call::Call;
use super::explore::Scene;
use super::marks::Marks;
use super::simulated::Kernel;
use super::sleepers::sleeper_of;

/// How many participants there may be.
pub(super) const AT_MOST: usize = 4;

/// The name that all is about; after a redirection of the path, it is the next one, in another directory.
pub(super) const NAME: usize = 0;

/// What tells participants apart: the program, its state, its marks, and where it is.
type SortKey = (usize, LocalState, u32, [u8; 4]);

/// Everything at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) kernel: Kernel,
    pub(super) locals: [LocalState; AT_MOST],
    pub(super) count: usize,
    pub(super) marks: [Marks; AT_MOST],
    /// Who fell asleep when is noted.
    pub(super) notes_order: bool,
    /// Some would do with another slot than the first, which has another name.
    pub(super) has_slots: bool,
    /// The name that the path leads to.
    pub(super) path: u8,
}

impl State {
    pub(super) fn new(scene: &Scene, automaton: &mut Automaton) -> Self {
        let mut kernel = Kernel::new();
        if let Some((mode, content)) = scene.there {
            kernel.put(NAME, mode, content);
        }
        let mut locals = [0; AT_MOST];
        for (local, program) in locals.iter_mut().zip(&scene.programs) {
            *local = automaton.begin(*program);
        }
        let (count, marks) = (scene.programs.len(), [Marks::default(); AT_MOST]);
        let (notes_order, path) = (scene.rules.order, NAME as u8);
        let has_slots = scene.programs.iter().any(|program| program.slots > 1);
        Self { kernel, locals, count, marks, notes_order, has_slots, path }
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
        let mut processes = [0; 3 * AT_MOST];
        for (at, (_, who)) in order.iter().enumerate() {
            (processes[at], processes[self.count + at]) = (*who, job_of(*who));
            processes[2 * self.count + at] = sleeper_of(*who, 1);
        }
        let sleepers = if self.has_slots { self.count } else { 0 };
        self.kernel.write_to(&processes[..2 * self.count + sleepers], bytes);
        for ((_, state, marks, _), who) in &*order {
            bytes.extend(state.to_be_bytes());
            bytes.extend(marks.to_be_bytes());
            let before = order.iter().map(|(_, other)| self.marks[*who].before >> other & 1);
            bytes.push(before.fold(0, |sum, bit| sum << 1 | bit));
        }
    }

    fn sort_key(&self, who: usize, automaton: &Automaton) -> SortKey {
        let state = self.locals[who];
        let program = automaton.number(state);
        let marks = self.marks[who];
        let is_dead = marks.killed && !marks.job && !self.kernel.has_any_open(who);
        let is_dead = is_dead && !self.has_sleepers(who);
        if is_dead || matches!(automaton.standing(state).call, Call::End(_)) {
            // How it ended has been looked at.
            let left = Marks { family: true, place: marks.place, ..Marks::default() };
            let bits = if marks.family { left.bits() } else { 0 };
            return (program, LocalState::MAX, bits, self.kernel.place_of(job_of(who)));
        }
        (program, state, self.marks[who].bits(), self.kernel.place_of(who))
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
