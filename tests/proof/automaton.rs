//! The shipped code as a machine with states: learned by running it on every sequence of answers that occurs.
//!
//! Two sequences that leave the code with the same knowledge ([`Standing::essence`]) lead to one state. That is an
//! assumption about the code, so it is tested: each state keeps a sequence for each way that leads to it, and all must go on
//! alike, to the end.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use super::call::Answer;
use super::program::Program;
use super::replay::{Replay, Standing};
use crate::support::random::Random;

/// Code that is a function of the answers that it gets.
pub(super) trait Code: Copy + PartialEq {
    /// What the system says.
    type Answer: Copy + PartialEq + Debug;
    /// Where the code stands: what it asks next, and all that it still knows.
    type Standing: Clone + Eq + Hash + Debug;

    /// Runs it up to the first call that nobody has answered yet. Returns where it stands then, and before that each time it
    /// asked, from the call after `from` answers on.
    fn replay(&self, history: &[Self::Answer], from: usize) -> Vec<Self::Standing>;
}

impl Code for Program {
    type Answer = Answer;
    type Standing = Standing;

    fn replay(&self, history: &[Answer], from: usize) -> Vec<Standing> {
        Replay::along(self, history, from)
    }
}

/// The state of one participant, as a number.
pub(super) type LocalState = u16;

struct Node<C: Code> {
    program: usize,
    standing: C::Standing,
    /// Sequences of answers that lead here: one for each edge.
    histories: Vec<Vec<C::Answer>>,
    edges: Vec<(C::Answer, LocalState)>,
}

/// The states of all participants found so far.
pub(super) struct Automaton<C: Code = Program> {
    /// Each with the state in which it begins.
    programs: Vec<(C, LocalState)>,
    nodes: Vec<Node<C>>,
    found: HashMap<(usize, C::Standing), LocalState>,
}

impl<C: Code> Automaton<C> {
    pub(super) fn new() -> Self {
        Self { programs: Vec::new(), nodes: Vec::new(), found: HashMap::new() }
    }

    /// The state in which a program begins.
    pub(super) fn begin(&mut self, program: C) -> LocalState {
        if let Some((_, state)) = self.programs.iter().find(|(known, _)| *known == program) {
            return *state;
        }
        let number = self.programs.len();
        self.programs.push((program, 0));
        let state = self.state(number, Vec::new());
        self.programs[number].1 = state;
        state
    }

    pub(super) fn program(&self, state: LocalState) -> &C {
        &self.programs[self.nodes[usize::from(state)].program].0
    }

    /// The program that a state belongs to, as a number: equal programs have one.
    pub(super) fn number(&self, state: LocalState) -> usize {
        self.nodes[usize::from(state)].program
    }

    pub(super) fn standing(&self, state: LocalState) -> &C::Standing {
        &self.nodes[usize::from(state)].standing
    }

    /// The state after this answer to the pending call.
    pub(super) fn after(&mut self, state: LocalState, answer: C::Answer) -> LocalState {
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
        mut history: Vec<C::Answer>,
        mut state: LocalState,
        random: &mut Random,
    ) -> Option<String> {
        let from = history.len();
        let mut states = vec![state];
        while !self.nodes[usize::from(state)].edges.is_empty() {
            let (answer, next) = random.pick(&self.nodes[usize::from(state)].edges);
            history.push(answer);
            state = next;
            states.push(state);
        }
        let passed = self.programs[program].0.replay(&history, from);
        let thought: Vec<_> = states.iter().map(|state| self.standing(*state).clone()).collect();
        (passed != thought).then(|| format!("{passed:?}, not {thought:?}, along {history:?}"))
    }

    fn state(&mut self, program: usize, history: Vec<C::Answer>) -> LocalState {
        let Some(standing) = self.programs[program].0.replay(&history, history.len()).pop() else {
            panic!("the code stands nowhere");
        };
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
