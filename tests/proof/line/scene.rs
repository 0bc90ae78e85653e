//! What is explored, and how.

use super::mistakes::Mistake;
use super::run::{Call, Run};
use super::state::{AT_MOST, Automaton, State};
use super::steps::{Step, What};
use super::words;
use crate::proof::edges::Kind;
use crate::proof::explore::{Found, explore};
use crate::proof::moment::Moment;
use crate::proof::promises::Violation;
use crate::proof::state::name;

/// Which runs take part, and what may happen.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) runs: Vec<Run>,
    /// Anybody may be killed at any moment.
    pub(super) kills: bool,
    /// Who sleeps first is granted a lock as soon as it is free, and all are to run in the order in which they came in line.
    pub(super) in_turn: bool,
}

impl Scene {
    pub(super) fn of(runs: &[Run]) -> Self {
        assert!(runs.len() <= AT_MOST, "too many runs");
        Self { runs: runs.to_vec(), kills: true, in_turn: false }
    }

    pub(super) fn without_kills(self) -> Self {
        Self { kills: false, ..self }
    }

    pub(super) fn in_turn(self) -> Self {
        Self { in_turn: true, ..self }
    }

    /// Has every run make the mistake.
    pub(super) fn making(mut self, mistake: Mistake) -> Self {
        for run in &mut self.runs {
            run.mistake = Some(mistake);
        }
        self
    }

    pub(super) fn explore(&self) -> Found {
        explore::<State>(self)
    }
}

impl Moment for State {
    type Scene = Scene;
    type Code = Run;
    type Way = Step;

    fn first(scene: &Scene, automaton: &mut Automaton) -> Self {
        Self::new(scene, automaton)
    }

    fn write_to(&self, automaton: &Automaton, bytes: &mut Vec<u8>) {
        self.write_to(automaton, bytes);
    }

    fn ways(
        &self,
        scene: &Scene,
        automaton: &mut Automaton,
        found: &mut Vec<(Step, Self)>,
    ) -> bool {
        let mut must_go_on = false;
        // Behind a job that never ends, nothing else comes.
        let waits_in_vain = self.all().any(|who| self.runs_for_ever(who, automaton));
        for who in self.all() {
            for what in self.possible(who, scene, automaton) {
                must_go_on |= what.kind() == Kind::Certain;
                must_go_on |= what == What::Deadline && waits_in_vain;
                let mut state = *self;
                state.take(Step { who, what }, automaton);
                found.push((Step { who, what }, state));
            }
        }
        must_go_on
    }

    fn kind(step: Step) -> Kind {
        step.what.kind()
    }

    fn wrong_end(&self, _: &Scene, automaton: &Automaton) -> Option<Violation> {
        self.false_end(automaton)
    }

    fn wrong(&self, _: &Scene, automaton: &Automaton) -> Option<Violation> {
        self.violation(automaton)
    }

    fn wrong_at_last(&self, scene: &Scene, automaton: &mut Automaton) -> Option<Violation> {
        self.final_violation(scene, automaton)
    }

    fn tell(&mut self, step: Step, _: &Scene, automaton: &mut Automaton, lines: &mut Vec<String>) {
        lines.push(words::step(step, self.standing(step.who, automaton)));
        self.take(step, automaton);
        if let Call::End(outcome) = self.standing(step.who, automaton).call {
            lines.push(format!("{}      has ended: {outcome:?}", name(step.who)));
        }
    }

    fn looks_for_cycles(_: &Scene) -> bool {
        true
    }
}
