//! Visits every order of events, the shortest first.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use super::automaton::Automaton;
use super::mistakes::{self, Mistake};
use super::program::Program;
use super::simulated::Content;
use super::words;
use super::world::{Rules, Step, Violation, World};

/// What is explored.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) programs: Vec<Program>,
    /// The file that is there before anybody begins: its mode and content.
    pub(super) there: Option<(u16, Content)>,
    pub(super) rules: Rules,
    pub(super) mistake: Option<Mistake>,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// How many states were visited.
    pub(super) states: usize,
    /// How many steps lead from one to another.
    pub(super) steps: usize,
    /// How many states the code itself has.
    pub(super) code_states: usize,
    pub(super) counterexample: Option<Counterexample>,
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
        mistakes::while_making(self.mistake, || Exploration::of(self).run())
    }
}

/// Where a state was first met: from which one, by which step.
#[derive(Clone, Copy)]
struct Origin {
    from: u32,
    step: Option<Step>,
}

struct Exploration<'a> {
    scene: &'a Scene,
    automaton: Automaton,
    seen: HashSet<u64, BuildHasherDefault<Known>>,
    origins: Vec<Origin>,
    waiting: VecDeque<(u32, World)>,
    bytes: Vec<u8>,
    steps: usize,
}

impl<'a> Exploration<'a> {
    fn of(scene: &'a Scene) -> Self {
        Self {
            scene,
            automaton: Automaton::new(),
            seen: HashSet::default(),
            origins: Vec::new(),
            waiting: VecDeque::new(),
            bytes: Vec::new(),
            steps: 0,
        }
    }

    fn run(mut self) -> Found {
        let first = World::new(&self.scene.programs, self.scene.there, &mut self.automaton);
        let mut broken = self.meet(first, Origin { from: 0, step: None });
        let mut found = Vec::new();
        while broken.is_none() {
            let Some((number, world)) = self.waiting.pop_front() else { break };
            let rules = self.scene.rules;
            if !world.next(rules, &mut self.automaton, &mut found) {
                let last = world.final_violation(self.scene.there, rules, &mut self.automaton);
                broken = last.map(|violation| (number, violation));
            }
            for (step, next) in found.drain(..) {
                self.steps += 1;
                let origin = Origin { from: number, step: Some(step) };
                let violation = next.false_end(step.who, &self.automaton);
                if let Some(violation) = violation {
                    broken = broken.or(Some((self.note(origin), violation)));
                } else {
                    broken = broken.or(self.meet(next, origin));
                }
            }
        }
        self.automaton.check();
        let counterexample = broken.map(|(number, violation)| Counterexample {
            violation,
            trace: self.trace(first, number),
        });
        Found {
            states: self.seen.len(),
            steps: self.steps,
            code_states: self.automaton.len(),
            counterexample,
        }
    }

    /// Notes a state, unless it is known. Two states are taken for one if the 64 bits of their fingerprints agree:
    /// among a hundred million states, that any two do so by chance has a probability of three in ten thousand.
    fn meet(&mut self, world: World, origin: Origin) -> Option<(u32, Violation)> {
        world.write_to(&self.automaton, &mut self.bytes);
        if !self.seen.insert(fingerprint(&self.bytes)) {
            return None;
        }
        let number = self.note(origin);
        self.waiting.push_back((number, world));
        let violation = world.violation(self.scene.rules, &self.automaton);
        violation.map(|violation| (number, violation))
    }

    fn note(&mut self, origin: Origin) -> u32 {
        let number = u32::try_from(self.origins.len()).unwrap_or_else(|_| panic!("too many"));
        self.origins.push(origin);
        number
    }

    /// The steps that lead to a state, in words.
    fn trace(&mut self, first: World, number: u32) -> Vec<String> {
        let mut steps = Vec::new();
        let mut at = self.origins[number as usize];
        while let Some(step) = at.step {
            steps.push(step);
            at = self.origins[at.from as usize];
        }
        let mut world = first;
        let mut lines = Vec::new();
        for step in steps.into_iter().rev() {
            let before = world;
            world.take(step, &mut self.automaton);
            lines.push(words::step(step, &before, &world, &self.automaton));
            if self.scene.rules.prompt {
                world.wake_all(&mut self.automaton);
            }
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

/// A hasher for what is a fingerprint already.
#[derive(Default)]
struct Known(u64);

impl Hasher for Known {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
