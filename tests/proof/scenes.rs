//! What is explored: which runs take part, and what is there before they begin.

use super::explore::{Found, Scene};
use super::mistakes::Mistake;
use super::program::{Backend, Program, Wait};
use super::rules::Rules;
use super::simulated::Content;

/// The file that is there before anybody begins.
pub(super) type There = Option<(u16, Content)>;

/// Somebody else's, empty.
pub(super) const FOREIGN: There = Some((0o644, Content::Empty));
/// Left by a run that was killed before it had signed it.
pub(super) const BEGUN: There = Some((0o700, Content::Empty));
/// Left by a run that was killed.
pub(super) const SIGNED: There = Some((0o600, Content::Named));

/// Every backend.
pub(super) const BACKENDS: [Backend; 3] = [Backend::Pair, Backend::Flock, Backend::Process];

/// Everything may happen to everybody.
pub(super) const RULES: Rules = Rules {
    kills: true,
    prompt: false,
    order: false,
    only_exclusion: false,
    every_order: false,
    second_lock_is_private: false,
    redirection: false,
};

impl Scene {
    /// These runs, with nothing there, and everything may happen.
    pub(super) fn of(programs: &[Program]) -> Self {
        let second_lock_is_private = programs.iter().all(|it| it.backend == Backend::Pair);
        let rules = Rules { second_lock_is_private, ..RULES };
        Self { programs: programs.to_vec(), there: None, rules }
    }

    /// Who takes part.
    pub(super) fn title(&self) -> String {
        let of = |program: &Program| {
            let mode = if program.shared { "shared" } else { "exclusive" };
            format!("{:?} {mode} {:?}", program.backend, program.wait)
        };
        self.programs.iter().map(of).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn with(self, there: There) -> Self {
        Self { there, ..self }
    }

    /// Has every participant make the mistake.
    pub(super) fn making(mut self, mistake: Mistake) -> Self {
        self.rules.second_lock_is_private = false;
        for program in &mut self.programs {
            program.mistake = Some(mistake);
        }
        self
    }

    pub(super) fn without_kills(mut self) -> Self {
        self.rules.kills = false;
        self
    }

    /// Visits also the orders of calls that do not concern each other.
    pub(super) fn in_every_order(mut self) -> Self {
        self.rules.every_order = true;
        self.rules.second_lock_is_private = false;
        for program in &mut self.programs {
            program.records = true;
        }
        self
    }

    /// Asks for nothing but that there is one holder.
    pub(super) fn for_exclusion_only(mut self) -> Self {
        self.rules.only_exclusion = true;
        self
    }

    /// Asks that sleepers are served in their order.
    pub(super) fn in_turn(mut self) -> Self {
        (self.rules.prompt, self.rules.order) = (true, true);
        self
    }

    /// Lets the path lead to another directory from any moment on.
    pub(super) fn redirected(mut self) -> Self {
        self.rules.redirection = true;
        self
    }

    /// Explores, and fails at the first broken promise.
    pub(super) fn hold(&self) -> Found {
        self.explore().without_counterexample(self)
    }
}

/// Every kind of run: exclusive or shared; not waiting, waiting until a limit or a signal, and until a signal, if one
/// comes.
pub(super) fn kinds(backend: Backend) -> Vec<Program> {
    let exclusive =
        [Wait::No, Wait::Either, Wait::Interruptible].map(|wait| Program::new(backend, wait));
    exclusive.into_iter().chain(exclusive.map(Program::shared)).collect()
}

/// Those of them that most of what can happen happens to.
pub(super) fn main_kinds(backend: Backend) -> Vec<Program> {
    let [prompt, limited, signalled] =
        [Wait::No, Wait::Limited, Wait::Interruptible].map(|wait| Program::new(backend, wait));
    vec![prompt, limited, signalled, limited.shared()]
}

/// Those that four are chosen of. (A limit may as well never be reached: what a run without one does is among what they
/// do.)
fn few_kinds(backend: Backend) -> Vec<Program> {
    let patient = if backend == Backend::Pair { Wait::Limited } else { Wait::Either };
    let exclusive = [Wait::No, patient].map(|it| Program::new(backend, it));
    exclusive.into_iter().chain(exclusive.map(Program::shared)).collect()
}

/// Every choice of so many kinds, in no order, a kind as often as one likes.
pub(super) fn choices<T: Copy>(kinds: &[T], count: usize) -> Vec<Vec<T>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (number, first) in kinds.iter().enumerate() {
        for mut rest in choices(&kinds[number..], count - 1) {
            rest.insert(0, *first);
            all.push(rest);
        }
    }
    all
}

/// Every choice of so many of these kinds, for every backend.
pub(super) fn all_of(count: usize, kinds: fn(Backend) -> Vec<Program>) -> Vec<Scene> {
    let of = |backend| choices(&kinds(backend), count);
    BACKENDS.into_iter().flat_map(of).map(|programs| Scene::of(&programs)).collect()
}

/// Four alike, that wait for ever; and four that do not wait, by the backend with the fewest calls.
pub(super) fn four_alike() -> Vec<Scene> {
    let endless = BACKENDS.map(|backend| Program::new(backend, Wait::Forever));
    let prompt = Program::new(Backend::Flock, Wait::No);
    let four = |program: Program| [Scene::of(&[program; 4]), Scene::of(&[program.shared(); 4])];
    endless.into_iter().chain([prompt]).flat_map(four).collect()
}

/// Four that do not wait, and four that wait for ever: exclusive or shared, and killed at any moment.
pub(super) fn four_of_one_patience(backend: Backend) -> Vec<Scene> {
    let of = |wait| {
        let program = Program::new(backend, wait);
        choices(&[program, program.shared()], 4)
    };
    let choices = [Wait::No, Wait::Forever].into_iter().flat_map(of);
    choices.map(|programs| Scene::of(&programs)).collect()
}

/// Every choice of four of [`few_kinds`]. With two locks and the marker, signals and kills would make the largest some
/// hundred million states large: they are left to those of three, and to [`four_of_one_patience`].
pub(super) fn four_of_any_kind(backend: Backend) -> Vec<Scene> {
    let choices = choices(&few_kinds(backend), 4);
    let scenes = choices.iter().map(|programs| Scene::of(programs));
    scenes.map(|it| if backend == Backend::Pair { it.without_kills() } else { it }).collect()
}
