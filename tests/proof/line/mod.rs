//! Several slots, a limited number of places, and the line: the shipped [`withlock::lock::acquire_in_line`], steps 13 to 17,
//! in every order of events.
//!
//! Each slot, place and the head is an ordinary lock, which the rest of the proof is about. So here each is one thing: it is
//! tried for, slept for, granted and given up at once (`world`), and files play no part.

mod mistakes;
mod promises;
mod replay;
mod run;
mod scene;
mod state;
mod steps;
mod waiters;
mod words;
mod world;

use super::program::Wait;
use super::scenes::choices;
use super::{explore_each, is_long, is_rerun};
use run::Run;
use scene::Scene;

fn explore_all(what: &str, scenes: &[Scene]) {
    explore_each(what, scenes, |scene| scene.explore().without_counterexample(scene));
}

/// So many runs of these kinds, in every combination.
fn all_of(count: usize, kinds: &[Run]) -> Vec<Scene> {
    choices(kinds, count).iter().map(|runs| Scene::of(runs)).collect()
}

/// Runs that wait in each way, with so many slots.
fn waiting(slots: u8) -> [Run; 4] {
    [Wait::No, Wait::Forever, Wait::Limited, Wait::Either].map(|wait| Run::new(slots, wait))
}

#[test]
fn two_runs_of_any_kind_keep_every_promise_of_the_line() {
    let mut kinds = Vec::new();
    for run in (1..=3).flat_map(waiting) {
        kinds.extend([run, run.running_for_ever()]);
        kinds.extend((0..=2).map(|waiters| run.with_places(waiters)));
    }
    explore_all("two runs in line", &all_of(2, &kinds));
}

#[test]
fn three_runs_of_any_kind_keep_every_promise_of_the_line() {
    let mut kinds = Vec::new();
    for slots in if is_long() { 1..=3 } else { 1..=2 } {
        let [prompt, _, limited, either] = waiting(slots);
        kinds.extend([prompt, either, limited.running_for_ever(), either.with_places(1)]);
        kinds.extend(is_long().then_some(limited.with_places(2)));
    }
    if !is_rerun() {
        explore_all("three runs in line", &all_of(3, &kinds));
    }
}

#[test]
fn four_runs_keep_every_promise_of_the_line() {
    let mut scenes = Vec::new();
    for slots in 1..=3 {
        let [_, _, limited, either] = waiting(slots);
        if slots < 3 || is_long() {
            scenes.extend(all_of(4, &[limited, limited.with_places(1)]));
        }
        if slots == 2 || is_long() {
            scenes.extend(all_of(4, &[limited.running_for_ever(), limited.with_places(2)]));
        }
        if is_long() {
            scenes.extend(all_of(4, &[either, limited.running_for_ever(), either.with_places(2)]));
        }
    }
    // Runs that know of different numbers of slots.
    scenes.extend(all_of(4, &[1, 2, 3].map(|slots| Run::new(slots, Wait::Limited))));
    if !is_rerun() {
        explore_all("four runs in line", &scenes);
    }
}

#[test]
fn five_runs_keep_every_promise_of_the_line() {
    let mut scenes = Vec::new();
    for slots in 1..=3 {
        let [_, endless, limited, either] = waiting(slots);
        scenes.push(Scene::of(&[endless; 5]));
        for runs in [[endless.with_places(1); 5], [endless.with_places(2); 5]] {
            let scene = Scene::of(&runs);
            scenes.push(if is_long() { scene } else { scene.without_kills() });
        }
        let kinds = [endless, limited.with_places(1), either.with_places(2)];
        let mixed = all_of(5, &kinds).into_iter();
        let is_small =
            |scene: &Scene| scene.runs.iter().filter(|run| run.wait != Wait::Forever).count() <= 1;
        if is_long() {
            scenes.extend(mixed);
        } else if slots == 2 {
            scenes.extend(mixed.filter(is_small).map(Scene::without_kills));
        }
    }
    if !is_rerun() {
        explore_all("five runs in line", &scenes);
    }
}

#[test]
fn runs_get_slots_in_the_order_in_which_they_came_in_line() {
    let mut scenes = Vec::new();
    for slots in 2..=3 {
        let [prompt, endless, limited, either] = waiting(slots);
        let kinds = [prompt, endless, either, limited.with_places(2)];
        scenes.extend(all_of(4, &kinds).into_iter().map(Scene::without_kills));
        scenes.push(Scene::of(&[endless; 5]));
        if slots == 2 || is_long() {
            scenes.extend(all_of(4, &[endless, limited]));
        }
        scenes.push(Scene::of(&[endless, endless, endless, limited, limited]).without_kills());
    }
    let scenes: Vec<_> = scenes.into_iter().map(Scene::in_turn).collect();
    if !is_rerun() {
        explore_all("runs in line, in turn", &scenes);
    }
}

#[test]
fn of_runs_that_replace_each_other_one_runs() {
    let [prompt, endless, limited, either] = waiting(1);
    let holder = endless.running_for_ever();
    let mut scenes = Vec::new();
    for count in 2..=4 {
        // One is left in the end, if nobody is killed, nor gives up.
        let replacing = all_of(count, &[holder.replacing()]).into_iter();
        scenes.extend(replacing.map(|mut scene| {
            scene.runs.push(holder);
            scene.without_kills()
        }));
    }
    let others = [limited, either, holder].map(Run::replacing);
    let plain = [prompt, limited, Run::new(2, Wait::Limited), limited.with_places(1)];
    for runs in choices(&[&others[..], &plain].concat(), 2) {
        scenes.push(Scene::of(&[&[holder], &runs[..]].concat()));
        scenes.push(Scene::of(&[&[holder, others[0]], &runs[..]].concat()));
    }
    explore_all("runs that replace each other", &scenes);
}
