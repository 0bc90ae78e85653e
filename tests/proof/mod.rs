//! The proof by exhaustion that withlock never runs twice: the shipped code of steps 2 to 11 against a simulated kernel,
//! in every order of events.
//!
//! It uses the library from outside, as any program can: [`withlock::lock::acquire`] and [`withlock::lock::hold_during`] run
//! over a [`withlock::lock::World`] of the proof's own (`seam`), which replays answers that the simulated kernel has given
//! (`simulated`, `serve`). A walk of the path is one look at the name here; what the walk judges is tested elsewhere.
//!
//! # To add a mistake
//!
//! A change of the protocol needs a mistake that shows why it is there. The shipped code has no switches for that.
//!
//! 1. Name it in `mistakes`, in the group of whoever makes it, with the step that it spoils.
//! 2. A mistake of the code is made by a world that lies to it (`lying`): write the lie into the call where the mistake
//!    changes what the code does. It may leave the call out, return something else, or make another call before it. The
//!    calls that reach the seam must be just those of the wrong code, in its order: read them in the trace. What the lie has
//!    to remember is in `lying::memory`, all of it. A mistake that only another code could make, and no lie, would stand
//!    apart, in `program`; so far there is none.
//! 3. Say in `mistaken` which promise it breaks, with how many runs: none of fewer runs may find anything. It fails if the
//!    mistake breaks nothing (then the step is not needed, or the lie is not the mistake), or if the world is told more than
//!    it remembers ("the code knows more than was thought").
//! 4. Look at the trace: `cargo test --release mistaken -- --nocapture`.

mod automaton;
mod call;
mod edges;
mod explore;
mod grace;
mod known;
mod line;
mod lying;
mod marks;
mod mistaken;
mod mistakes;
mod moment;
mod of_slots;
mod program;
mod promises;
mod replay;
mod rules;
mod scenes;
mod seam;
mod serve;
pub mod simulated;
mod sleepers;
mod slots;
mod state;
mod steps;
mod take;
mod way;
mod words;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use explore::{Found, Scene};
use program::{Backend, Program, Wait};
use scenes::{
    BACKENDS, BEGUN, FOREIGN, SIGNED, all_of, choices, four_alike, four_of_any_kind,
    four_of_one_patience, kinds, main_kinds,
};

/// Of a scene with so many states or more it is told when it has been explored.
const LARGE: usize = 10_000_000;

/// Explores many scenes, and says how much that was.
fn explore_all(what: &str, scenes: &[Scene]) {
    explore_each(what, scenes, |scene| {
        let found = scene.hold();
        if found.states > LARGE {
            println!("{}: {} states", scene.title(), found.states);
        }
        found
    });
}

fn explore_each<S: Sync>(what: &str, scenes: &[S], hold: impl Fn(&S) -> Found + Sync) {
    let start = Instant::now();
    let (next, states, steps) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some(scene) = scenes.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = hold(scene);
            states.fetch_add(found.states, Ordering::Relaxed);
            steps.fetch_add(found.steps, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    println!(
        "{what}: {} scenes, {} states, {} steps between them, in {:.1?}; every promise kept",
        scenes.len(),
        states.into_inner(),
        steps.into_inner(),
        start.elapsed()
    );
}

/// Whether the large explorations are to be left out: the tests run once more for another backend, another build of the
/// program or another user, which changes nothing here, or they are to be quick.
fn is_rerun() -> bool {
    ["WITHLOCK_TEST_BACKEND", "WITHLOCK_UNDER_TEST", "WITHLOCK_TEST_PROVEN", "WITHLOCK_TEST_QUICK"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
}

fn is_long() -> bool {
    std::env::var_os("WITHLOCK_TEST_LONG").is_some_and(|value| value == "yes")
}

#[test]
fn two_runs_never_meet_in_any_order_of_all_their_calls() {
    let scenes: Vec<_> = all_of(2, kinds).into_iter().map(Scene::in_every_order).collect();
    explore_all("two runs, in every order", &scenes);
}

#[test]
fn two_runs_keep_every_promise_whatever_file_is_there_before() {
    let with =
        |there| all_of(2, kinds).into_iter().map(move |scene| scene.with(there).in_every_order());
    let scenes: Vec<_> = [FOREIGN, BEGUN, SIGNED].into_iter().flat_map(with).collect();
    explore_all("two runs and a file, in every order", &scenes);
}

#[test]
fn three_alike_keep_every_promise() {
    let three = |backend| {
        let programs = [Wait::Forever, Wait::Limited, Wait::No].map(|wait| {
            let program = Program::new(backend, wait);
            [Scene::of(&[program; 3]), Scene::of(&[program.shared(); 3])]
        });
        programs.into_iter().flatten()
    };
    let scenes: Vec<_> = BACKENDS.into_iter().flat_map(three).map(Scene::without_kills).collect();
    explore_all("three alike", &scenes);
}

#[test]
fn three_runs_of_any_kind_keep_every_promise_whoever_is_killed() {
    if !is_rerun() {
        explore_all("three runs", &all_of(3, if is_long() { kinds } else { main_kinds }));
    }
}

#[test]
fn runs_that_keep_the_file_or_leave_daemons_keep_every_promise() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let endless = Program::new(backend, Wait::Forever);
        let plain = [endless, endless.shared(), Program::new(backend, Wait::Limited)];
        for other in choices(&plain, 2) {
            scenes.push(Scene::of(&[endless.keeping(), other[0], other[1]]));
            scenes.push(Scene::of(&[endless.shared().keeping(), other[0], other[1]]));
            let daemons = [endless.leaving_a_daemon(), other[0], other[1].leaving_a_daemon()];
            scenes.push(Scene::of(&daemons).without_kills());
        }
    }
    if !is_rerun() {
        explore_all("three runs with -k, or with daemons", &scenes);
    }
}

#[test]
fn a_job_that_dies_of_a_signal_keeps_the_lock_as_long_as_anything_that_it_has_started() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let dying = Program::new(backend, Wait::Forever).dying();
        let limited = Program::new(backend, Wait::Limited);
        let others = kinds(backend).into_iter().chain([dying, dying.shared(), limited.keeping()]);
        for other in others {
            for dying in [dying, dying.shared(), limited.dying(), dying.keeping()] {
                scenes.push(Scene::of(&[dying, other]).in_every_order());
            }
        }
        let others = [dying, dying.shared(), limited, limited.shared()];
        for other in choices(&others, 2) {
            if !is_rerun() {
                scenes.push(Scene::of(&[dying, other[0], other[1]]).without_kills());
            }
        }
    }
    explore_all("runs whose jobs die of signals", &scenes);
}

#[test]
fn what_a_job_has_written_into_the_lock_file_stays_whoever_created_that() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let writing = Program::new(backend, Wait::Forever).writing();
        scenes.push(Scene::of(&[writing]).in_every_order());
        for other in kinds(backend).into_iter().chain([writing, writing.keeping(), writing.dying()])
        {
            let scene = Scene::of(&[writing, other]);
            scenes.extend([scene.clone().in_every_order(), scene.with(SIGNED)]);
        }
        let limited = Program::new(backend, Wait::Limited);
        scenes.push(Scene::of(&[writing, limited, limited.shared()]).without_kills());
    }
    explore_all("runs whose jobs write into the file", &scenes);
}

#[test]
fn no_file_stays_where_the_path_leads_to_another_directory_while_runs_wait() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        for programs in choices(&kinds(backend), 2) {
            let scene = Scene::of(&programs).redirected();
            scenes.extend([scene.clone(), scene.without_kills().in_every_order()]);
        }
        let dying = Program::new(backend, Wait::Forever).dying();
        let limited = Program::new(backend, Wait::Limited);
        let three = match (is_rerun(), is_long()) {
            (true, _) => Vec::new(),
            (_, true) => choices(&[dying, limited, limited.shared()], 3),
            _ => vec![vec![dying, limited, limited], vec![limited, limited, limited.shared()]],
        };
        let three = three.iter().map(|programs| Scene::of(programs).redirected());
        scenes.extend(three.map(Scene::without_kills));
    }
    explore_all("runs whose path leads elsewhere", &scenes);
}

#[test]
fn a_run_with_a_limit_gives_up_behind_a_job_that_never_ends() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let [limited, prompt] = [Wait::Limited, Wait::No].map(|wait| Program::new(backend, wait));
        let others = [limited, prompt, limited.shared(), prompt.shared()];
        // The backends differ in nothing that concerns a run that stands behind such a job with another one.
        let count = if backend == Backend::Pair && is_long() { 2 } else { 1 };
        for other in choices(&others, count) {
            let holder = Program::new(backend, Wait::No).running_for_ever();
            for holder in [holder, holder.shared()] {
                scenes.push(Scene::of(&[&[holder], other.as_slice()].concat()));
            }
        }
    }
    explore_all("two runs behind a job that never ends", &scenes);
}

#[test]
fn tools_that_lock_the_same_file_are_kept_out_and_keep_out() {
    let flock = Program::flock_tool(Wait::Forever);
    let [ours, reader] = [Wait::Limited, Wait::Interruptible].map(|wait| {
        let program = Program::new(Backend::Pair, wait);
        if wait == Wait::Interruptible { program.shared() } else { program }
    });
    let ex = Program::with_lock_ex(Wait::Forever);
    let mut scenes = Vec::new();
    for ours in choices(&[ours, reader, Program::new(Backend::Pair, Wait::Forever)], 2) {
        // One that does not compare needs a file that is nobody's to remove.
        scenes.push(Scene::of(&[flock, ours[0], ours[1]]).with(FOREIGN));
        scenes.push(Scene::of(&[flock.shared(), ours[0], ours[1]]).with(FOREIGN));
        scenes.push(Scene::of(&[flock, ex, ours[0]]).with(FOREIGN));
        scenes.push(Scene::of(&[ex, ours[0], ours[1]]).with(FOREIGN));
        // One that compares does not.
        scenes.push(Scene::of(&[ex, ours[0], ours[1]]));
    }
    explore_all("two runs beside flock(1) or with-lock-ex", &scenes);
}

#[test]
fn sleepers_are_served_in_the_order_in_which_they_fell_asleep() {
    let kinds = [Wait::Limited, Wait::Interruptible, Wait::No]
        .map(|wait| Program::new(Backend::Pair, wait));
    let scenes: Vec<_> =
        choices(&kinds, 3).iter().map(|programs| Scene::of(programs).in_turn()).collect();
    if !is_rerun() {
        explore_all("three runs, in turn", &scenes);
    }
}

#[test]
fn four_runs_keep_every_promise() {
    if is_rerun() {
        return;
    }
    explore_all("four alike", &four_alike());
    if !is_long() {
        return;
    }
    // The smallest first.
    for backend in [Backend::Flock, Backend::Process, Backend::Pair] {
        explore_all(&format!("four runs, {backend:?}"), &four_of_any_kind(backend));
    }
    explore_all("four runs, Pair, killed at any moment", &four_of_one_patience(Backend::Pair));
}
