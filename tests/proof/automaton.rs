//! The shipped code as a machine with states: learned by running it on every sequence of answers that occurs.
//!
//! Two sequences that leave the code with the same knowledge ([`Standing::essence`]) lead to one state. That is an
//! assumption about the code, so it is tested: each state keeps a sequence for each way that leads to it, and all must go on
//! alike, to the end.

use std::collections::HashMap;

use super::call::Answer;
use super::program::Program;
use super::replay::{Replay, Standing};
use crate::support::random::Random;

/// The state of one participant, as a number.
pub(super) type LocalState = u16;

struct Node {
    program: usize,
    standing: Standing,
    /// Sequences of answers that lead here: one for each edge.
    histories: Vec<Vec<Answer>>,
    edges: Vec<(Answer, LocalState)>,
}

/// The states of all participants found so far.
pub(super) struct Automaton {
    programs: Vec<Program>,
    nodes: Vec<Node>,
    found: HashMap<(usize, Standing), LocalState>,
}

impl Automaton {
    pub(super) fn new() -> Self {
        Self { programs: Vec::new(), nodes: Vec::new(), found: HashMap::new() }
    }

    /// The state in which a program begins.
    pub(super) fn begin(&mut self, program: Program) -> LocalState {
        let number = self.programs.iter().position(|known| *known == program);
        let number = number.unwrap_or_else(|| {
            self.programs.push(program);
            self.programs.len() - 1
        });
        self.state(number, Vec::new())
    }

    pub(super) fn program(&self, state: LocalState) -> &Program {
        &self.programs[self.nodes[usize::from(state)].program]
    }

    /// The program that a state belongs to, as a number: equal programs have one.
    pub(super) fn number(&self, state: LocalState) -> usize {
        self.nodes[usize::from(state)].program
    }

    pub(super) fn standing(&self, state: LocalState) -> &Standing {
        &self.nodes[usize::from(state)].standing
    }

    /// The state after this answer to the pending call.
    pub(super) fn after(&mut self, state: LocalState, answer: Answer) -> LocalState {
        let node = &self.nodes[usize::from(state)];
        if let Some((_, next)) = node.edges.iter().find(|(known, _)| *known == answer) {
            return *next;
        }
        let (program, mut history) = (node.program, node.histories[0].clone());
        history.push(answer);
        let next = self.state(program, history);
        self.nodes[usize::from(state)].edges.push((answer, next));
        next
    }

    /// Tests that all sequences of answers that lead to a state go on alike: with each answer that occurs there, and from
    /// then on with answers taken at random, to the end. Returns one that does not, if any.
    pub(super) fn mismatch(&self) -> Option<String> {
        let mut random = Random::new(self.nodes.len() as u64);
        for node in &self.nodes {
            for history in &node.histories {
                for (answer, next) in &node.edges {
                    let mut history = history.clone();
                    history.push(*answer);
                    let mismatch = self.mismatch_along(node.program, history, *next, &mut random);
                    if mismatch.is_some() {
                        return mismatch;
                    }
                }
            }
        }
        None
    }

    fn mismatch_along(
        &self,
        program: usize,
        mut history: Vec<Answer>,
        mut state: LocalState,
        random: &mut Random,
    ) -> Option<String> {
        loop {
            let standing = Replay::of(&self.programs[program], &history);
            if standing != *self.standing(state) {
                let thought = self.standing(state);
                return Some(format!("{standing:?}, not {thought:?}, after {history:?}"));
            }
            let edges = &self.nodes[usize::from(state)].edges;
            if edges.is_empty() {
                return None;
            }
            let (answer, next) = random.pick(edges);
            history.push(answer);
            state = next;
        }
    }

    fn state(&mut self, program: usize, history: Vec<Answer>) -> LocalState {
        let standing = Replay::of(&self.programs[program], &history);
        let key = (program, standing);
        if let Some(known) = self.found.get(&key) {
            let histories = &mut self.nodes[usize::from(*known)].histories;
            if !histories.contains(&history) {
                histories.push(history);
            }
            return *known;
        }
        let state =
            LocalState::try_from(self.nodes.len()).unwrap_or_else(|_| panic!("too many states"));
        let (program, standing) = key.clone();
        self.nodes.push(Node { program, standing, histories: vec![history], edges: Vec::new() });
        self.found.insert(key, state);
        state
    }
}
