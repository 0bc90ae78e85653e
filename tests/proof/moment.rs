//! What the exploration needs to know of whatever it explores.

use std::fmt::Debug;

use super::automaton::{Automaton, Code};
use super::edges::Kind;
use super::explore::Scene;
use super::program::{Backend, Program};
use super::promises::Violation;
use super::state::State;
use super::way::Way;
use super::words;

/// Everything at one moment.
pub(super) trait Moment: Copy {
    /// What is explored.
    type Scene: Debug;
    type Code: Code;
    /// How one moment leads to another.
    type Way: Copy;

    /// Where everything begins.
    fn first(scene: &Self::Scene, automaton: &mut Automaton<Self::Code>) -> Self;

    /// Everything that tells this moment from another one.
    fn write_to(&self, automaton: &Automaton<Self::Code>, bytes: &mut Vec<u8>);

    /// Every way that may be gone next, and where it leads; returns whether one of them must be.
    fn ways(
        &self,
        scene: &Self::Scene,
        automaton: &mut Automaton<Self::Code>,
        found: &mut Vec<(Self::Way, Self)>,
    ) -> bool;

    fn kind(way: Self::Way) -> Kind;

    /// Whether somebody has ended in a way that it must not. It is asked for each way that leads here.
    fn wrong_end(
        &self,
        scene: &Self::Scene,
        automaton: &Automaton<Self::Code>,
    ) -> Option<Violation>;

    /// What is wrong at this moment.
    fn wrong(&self, scene: &Self::Scene, automaton: &Automaton<Self::Code>) -> Option<Violation>;

    /// What is wrong when nothing more must happen.
    fn wrong_at_last(
        &self,
        scene: &Self::Scene,
        automaton: &mut Automaton<Self::Code>,
    ) -> Option<Violation>;

    /// Goes a way, and says in words what happens on it.
    fn tell(
        &mut self,
        way: Self::Way,
        scene: &Self::Scene,
        automaton: &mut Automaton<Self::Code>,
        lines: &mut Vec<String>,
    );

    /// Whether to look for ways that lead round for ever.
    fn looks_for_cycles(scene: &Self::Scene) -> bool;
}

impl Moment for State {
    type Scene = Scene;
    type Code = Program;
    type Way = Way;

    fn first(scene: &Scene, automaton: &mut Automaton) -> Self {
        Self::new(scene, automaton)
    }

    fn write_to(&self, automaton: &Automaton, bytes: &mut Vec<u8>) {
        self.write_to(automaton, bytes);
    }

    fn ways(&self, scene: &Scene, automaton: &mut Automaton, found: &mut Vec<(Way, Self)>) -> bool {
        self.next(scene.rules, automaton, found)
    }

    fn kind(way: Way) -> Kind {
        way.step().what.kind()
    }

    fn wrong_end(&self, scene: &Scene, automaton: &Automaton) -> Option<Violation> {
        self.false_end(automaton).filter(|_| !scene.rules.only_exclusion)
    }

    fn wrong(&self, scene: &Scene, automaton: &Automaton) -> Option<Violation> {
        self.violation(scene.rules, automaton)
    }

    fn wrong_at_last(&self, scene: &Scene, automaton: &mut Automaton) -> Option<Violation> {
        self.final_violation(scene, automaton)
    }

    fn tell(
        &mut self,
        way: Way,
        scene: &Scene,
        automaton: &mut Automaton,
        lines: &mut Vec<String>,
    ) {
        self.go(way, scene.rules, automaton, |step, before, after, automaton| {
            lines.push(words::step(step, before, after, automaton));
        });
    }

    /// Of four runs, there would be too many steps, but for the backends with few.
    fn looks_for_cycles(scene: &Scene) -> bool {
        let programs = &scene.programs;
        let is_small = |it: &Program| it.slots > 1 && it.backend != Backend::Pair;
        programs.len() < 4 || programs.iter().any(is_small)
    }
}
