//! Visits every order of events, the shortest first.

use std::collections::VecDeque;
use std::fmt;
use std::hint;

use super::automaton::Automaton;
use super::edges::Edges;
use super::known::Known;
use super::moment::Moment;
use super::program::Program;
use super::promises::Violation;
use super::rules::Rules;
use super::simulated::Content;
use super::state::State;

/// What is explored.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) programs: Vec<Program>,
    /// The file that is there before anybody begins: its mode and content.
    pub(super) there: Option<(u16, Content)>,
    pub(super) rules: Rules,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// How many states were visited.
    pub(super) states: usize,
    /// How many steps lead from one to another.
    pub(super) steps: usize,
    pub(super) counterexample: Option<Counterexample>,
}

impl Found {
    /// Fails if a promise was broken.
    pub(super) fn without_counterexample(self, scene: &impl fmt::Debug) -> Self {
        if let Some(counterexample) = &self.counterexample {
            panic!("{scene:?}:\n{counterexample}");
        }
        self
    }
}

/// A promise that was broken, and the shortest way there.
#[derive(Debug)]
pub(super) struct Counterexample {
    pub(super) violation: Violation,
    pub(super) trace: Vec<String>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in self.trace.iter().enumerate() {
            writeln!(f, "{:4}. {line}", number + 1)?;
        }
        write!(f, "      So {}.", self.violation)
    }
}

impl Scene {
    /// Explores everything, or up to the first broken promise.
    pub(super) fn explore(&self) -> Found {
        explore::<State>(self)
    }
}

/// Explores everything, or up to the first broken promise.
pub(super) fn explore<M: Moment>(scene: &M::Scene) -> Found {
    Exploration::<M>::of(scene).run()
}

/// Where a state was first met: from which one, by which step.
#[derive(Clone, Copy)]
struct Origin<W> {
    from: u32,
    /// `None`: everything begins there.
    way: Option<W>,
}

struct Exploration<'a, M: Moment> {
    scene: &'a M::Scene,
    automaton: Automaton<M::Code>,
    seen: Known,
    /// Which state leads to which, if that is to be looked at.
    edges: Edges,
    origins: Vec<Origin<M::Way>>,
    waiting: VecDeque<(u32, M)>,
    bytes: Vec<u8>,
    fingerprints: Vec<u64>,
    steps: usize,
    looks_for_cycles: bool,
}

impl<'a, M: Moment> Exploration<'a, M> {
    fn of(scene: &'a M::Scene) -> Self {
        Self {
            scene,
            automaton: Automaton::new(),
            seen: Known::new(),
            edges: Edges::default(),
            origins: Vec::new(),
            waiting: VecDeque::new(),
            bytes: Vec::new(),
            fingerprints: Vec::new(),
            steps: 0,
            looks_for_cycles: M::looks_for_cycles(scene),
        }
    }

    fn run(mut self) -> Found {
        let first = M::first(self.scene, &mut self.automaton);
        // Nobody begins with a private call.
        let fingerprint = self.fingerprint(&first);
        let mut broken = self.meet(&first, fingerprint, Origin { from: 0, way: None });
        let mut found = Vec::new();
        while broken.is_none() {
            let Some((number, state)) = self.waiting.pop_front() else { break };
            let must_go_on = state.ways(self.scene, &mut self.automaton, &mut found);
            if !must_go_on {
                self.edges.end(number);
                let last = state.wrong_at_last(self.scene, &mut self.automaton);
                broken = last.map(|violation| (number, violation));
            }
            let mut fingerprints = std::mem::take(&mut self.fingerprints);
            fingerprints.clear();
            fingerprints.extend(found.iter().map(|(_, next)| self.fingerprint(next)));
            hint::black_box(self.seen.bring(&fingerprints));
            for ((way, next), fingerprint) in found.iter().zip(&fingerprints) {
                self.steps += 1;
                let origin = Origin { from: number, way: Some(*way) };
                broken = broken.or(self.meet(next, *fingerprint, origin));
            }
            self.fingerprints = fingerprints;
            found.clear();
        }
        let mismatch = self.automaton.mismatch();
        assert!(mismatch.is_none(), "the code knows more than was thought: {mismatch:?}");
        if broken.is_none() {
            let count = self.origins.len();
            assert!(
                !self.edges.have_a_cycle(count),
                "somebody may go round for ever: {:?}",
                self.scene
            );
            assert!(
                self.edges.lead_to_an_end(count),
                "somebody may wait for ever: {:?}",
                self.scene
            );
        }
        let counterexample = broken.map(|(number, violation)| Counterexample {
            violation,
            trace: self.trace(first, number),
        });
        Found { states: self.seen.len(), steps: self.steps, counterexample }
    }

    /// Notes a state, unless it is known; returns what is wrong with it. Two states are taken for one if the 64 bits of
    /// their fingerprints agree: among a hundred million states, that any two do so by chance has a probability of three
    /// in ten thousand.
    fn meet(
        &mut self,
        state: &M,
        fingerprint: u64,
        origin: Origin<M::Way>,
    ) -> Option<(u32, Violation)> {
        if let Some(violation) = state.wrong_end(self.scene, &self.automaton) {
            return Some((self.note(origin), violation));
        }
        let next = u32::try_from(self.origins.len()).unwrap_or_else(|_| panic!("too many"));
        let number = self.seen.number(fingerprint, next);
        if let Some(way) = origin.way.filter(|_| self.looks_for_cycles) {
            self.edges.note(M::kind(way), origin.from, number);
        }
        if number != next {
            return None;
        }
        self.note(origin);
        self.waiting.push_back((number, *state));
        let violation = state.wrong(self.scene, &self.automaton);
        violation.map(|violation| (number, violation))
    }

    fn fingerprint(&mut self, state: &M) -> u64 {
        state.write_to(&self.automaton, &mut self.bytes);
        fingerprint(&self.bytes)
    }

    fn note(&mut self, origin: Origin<M::Way>) -> u32 {
        let number = u32::try_from(self.origins.len()).unwrap_or_else(|_| panic!("too many"));
        self.origins.push(origin);
        number
    }

    /// The steps that lead to a state, in words.
    fn trace(&mut self, first: M, number: u32) -> Vec<String> {
        let mut ways = Vec::new();
        let mut at = self.origins[number as usize];
        while let Some(way) = at.way {
            ways.push(way);
            at = self.origins[at.from as usize];
        }
        let mut state = first;
        let mut lines = Vec::new();
        for way in ways.into_iter().rev() {
            state.tell(way, self.scene, &mut self.automaton, &mut lines);
        }
        lines
    }
}

/// 64 bits that differ for different bytes, almost certainly: each word is mixed in by a multiplication to 128 bits.
fn fingerprint(bytes: &[u8]) -> u64 {
    const MIXERS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];
    let mut sum = MIXERS[0] ^ bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let product =
            u128::from(sum ^ u64::from_le_bytes(word)).wrapping_mul(u128::from(MIXERS[1]));
        sum = (product as u64 ^ (product >> 64) as u64).wrapping_add(MIXERS[0]);
    }
    let product = u128::from(sum ^ MIXERS[1]).wrapping_mul(u128::from(MIXERS[0]));
    product as u64 ^ (product >> 64) as u64
}
