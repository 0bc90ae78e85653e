//! All runs and all locks at one moment.

use super::replay::Standing;
use super::run::{Call, PARTS, Run};
use super::scene::Scene;
use crate::proof::automaton::LocalState;

/// What has been found of the code of these runs.
pub(super) type Automaton = crate::proof::automaton::Automaton<Run>;

/// How many runs there may be.
pub(super) const AT_MOST: usize = 5;
pub(super) const NOBODY: u8 = u8::MAX;

/// One lock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lock {
    pub(super) holder: u8,
    /// Who sleeps for it, in the order in which they fell asleep.
    queue: [u8; AT_MOST],
}

const FREE: Lock = Lock { holder: NOBODY, queue: [NOBODY; AT_MOST] };

impl Lock {
    pub(super) fn first(&self) -> Option<usize> {
        self.sleepers().next()
    }

    pub(super) fn sleepers(&self) -> impl Iterator<Item = usize> + '_ {
        self.queue.iter().take_while(|it| **it != NOBODY).map(|it| usize::from(*it))
    }

    pub(super) fn enqueue(&mut self, who: usize) {
        if let Some(end) = self.queue.iter_mut().find(|it| **it == NOBODY) {
            *end = who as u8;
        }
    }

    pub(super) fn leave(&mut self, who: usize) {
        let at = self.sleepers().position(|it| it == who);
        if let Some(at) = at {
            self.queue[at..].rotate_left(1);
            self.queue[AT_MOST - 1] = NOBODY;
        }
    }

    fn place_of(&self, who: usize) -> u8 {
        let place = self.sleepers().position(|it| it == who);
        place.map_or(0, |place| place as u8 + 1)
    }
}

/// What is known about a run besides its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) killed: bool,
    /// Its job lives.
    pub(super) job: bool,
    /// It was told to end.
    pub(super) told: bool,
    pub(super) over: bool,
    pub(super) interrupted: bool,
    pub(super) asleep: bool,
    /// Nobody was there to be told to end.
    pub(super) refused: bool,
    /// It has tried for a place before it had tried each slot.
    pub(super) hasty: bool,
    /// While it asked for a place, as many others waited or asked as there are places.
    pub(super) crowded: bool,
    /// It was served before one that was in line before it.
    pub(super) jumped: bool,
    /// It waits in line, and has not been served, nor given up.
    pub(super) in_line: bool,
    /// The slot that its job keeps, once it was killed.
    pub(super) slot: u8,
    /// The locks that sleepers are still to be laid down for.
    pub(super) to_lie_down: u8,
    /// Those that its sleepers were granted.
    pub(super) granted: u8,
    /// Those that it has tried for last in vain.
    pub(super) met: u8,
    /// Who was in line before it, and still is.
    pub(super) before: u8,
}

impl Marks {
    fn bits(self) -> u64 {
        let Self { killed, job, told, over, interrupted, asleep, in_line, .. } = self;
        let Self { refused, hasty, crowded, jumped, .. } = self;
        let bits = [
            killed,
            job,
            told,
            over,
            interrupted,
            asleep,
            in_line,
            refused,
            hasty,
            crowded,
            jumped,
        ];
        let bits = bits.iter().fold(0, |sum, bit| sum << 1 | u64::from(*bit));
        let Self { slot, to_lie_down, granted, met, before: _, .. } = self;
        [slot, to_lie_down, granted, met].iter().fold(bits, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

/// Everything at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) locks: [Lock; PARTS],
    pub(super) locals: [LocalState; AT_MOST],
    pub(super) marks: [Marks; AT_MOST],
    pub(super) count: usize,
    /// Who sleeps first is granted a lock as soon as it is free. Else it takes time to wake up, and others may get between.
    pub(super) in_turn: bool,
}

type SortKey = (usize, LocalState, u64, [u8; PARTS]);

impl State {
    pub(super) fn new(scene: &Scene, automaton: &mut Automaton) -> Self {
        let mut locals = [0; AT_MOST];
        for (local, run) in locals.iter_mut().zip(&scene.runs) {
            *local = automaton.begin(*run);
        }
        let marks = [Marks::default(); AT_MOST];
        Self {
            locks: [FREE; PARTS],
            locals,
            marks,
            count: scene.runs.len(),
            in_turn: scene.in_turn,
        }
    }

    pub(super) fn standing<'a>(&self, who: usize, automaton: &'a Automaton) -> &'a Standing {
        automaton.standing(self.locals[who])
    }

    pub(super) fn run<'a>(&self, who: usize, automaton: &'a Automaton) -> &'a Run {
        automaton.program(self.locals[who])
    }

    pub(super) fn all(&self) -> std::ops::Range<usize> {
        0..self.count
    }

    pub(super) fn has_ended(&self, who: usize, automaton: &Automaton) -> bool {
        !self.marks[who].killed && matches!(self.standing(who, automaton).call, Call::End(_))
    }

    pub(super) fn has(&self, who: usize, part: u8) -> bool {
        usize::from(self.locks[usize::from(part)].holder) == who
    }

    /// The slot that it or its job holds.
    pub(super) fn slot(&self, who: usize, automaton: &Automaton) -> Option<u8> {
        let marks = self.marks[who];
        match marks.killed {
            true => marks.job.then_some(marks.slot),
            false => self.standing(who, automaton).slot,
        }
    }

    /// Whether its job would end only if it was told to, and was not.
    pub(super) fn runs_for_ever(&self, who: usize, automaton: &Automaton) -> bool {
        let marks = self.marks[who];
        marks.job && self.run(who, automaton).runs_for_ever && (marks.killed || !marks.told)
    }

    /// Everything that tells this moment from another one, whichever of several equal runs is where.
    pub(super) fn write_to(&self, automaton: &Automaton, bytes: &mut Vec<u8>) {
        bytes.clear();
        let mut order = std::array::from_fn::<_, AT_MOST, _>(|who| (SortKey::default(), who));
        let order = &mut order[..self.count];
        for (key, who) in &mut *order {
            *key = self.sort_key(*who, automaton);
        }
        order.sort_unstable();
        let mut labels = [NOBODY; AT_MOST];
        for (label, (_, who)) in (0..).zip(&*order) {
            labels[*who] = label;
        }
        let label = |who: u8| labels.get(usize::from(who)).copied().unwrap_or(NOBODY);
        for lock in &self.locks {
            bytes.push(label(lock.holder));
            bytes.extend(lock.sleepers().map(|who| labels[who]));
            bytes.push(NOBODY);
        }
        for ((_, local, bits, _), who) in &*order {
            bytes.extend(local.to_be_bytes());
            bytes.extend(bits.to_be_bytes());
            let before = order.iter().map(|(_, other)| self.marks[*who].before >> other & 1);
            bytes.push(before.fold(0, |sum, bit| sum << 1 | bit));
        }
    }

    fn sort_key(&self, who: usize, automaton: &Automaton) -> SortKey {
        let local = self.locals[who];
        let place =
            |lock: &Lock| u8::from(usize::from(lock.holder) == who) << 3 | lock.place_of(who);
        let places = self.locks.each_ref().map(place);
        let is_dead = self.marks[who].killed && !self.marks[who].job;
        // How it ended has been looked at.
        if self.has_ended(who, automaton) || is_dead && places == [0; PARTS] {
            return (automaton.number(local), LocalState::MAX, 0, places);
        }
        (automaton.number(local), local, self.marks[who].bits(), places)
    }
}
