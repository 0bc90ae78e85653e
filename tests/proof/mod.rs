//! The proof by exhaustion that withlock never runs twice: the shipped code of steps 2 to 10 against a simulated kernel,
//! in every order of events.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail by panicking"
)]

mod automaton;
mod explore;
pub(crate) mod mistakes;
mod program;
mod scenes;
mod seam;
mod simulated;
mod words;
mod world;

use explore::{Found, Scene};
use scenes::{BACKENDS, choices, kinds};

/// Explores many scenes, and says how much that was.
fn explore_all(what: &str, scenes: &[Scene]) {
    let start = std::time::Instant::now();
    let mut total = [0, 0];
    for scene in scenes {
        let at = std::time::Instant::now();
        let Found { states, steps, .. } = scene.hold();
        if at.elapsed().as_secs() > 5 {
            println!("{:?} {states} states, {:?}", scene.programs, at.elapsed());
        }
        total = [total[0] + states, total[1] + steps];
    }
    let [states, steps] = total;
    println!(
        "{what}: {} scenes, {states} states, {steps} steps, {:.1?}",
        scenes.len(),
        start.elapsed()
    );
}

fn all_of(count: usize) -> Vec<Scene> {
    let of = |backend| choices(&kinds(backend), count);
    BACKENDS.into_iter().flat_map(of).map(|programs| Scene::of(&programs)).collect()
}

#[test]
fn two_in_every_order() {
    let scenes: Vec<_> = all_of(2).into_iter().map(Scene::in_every_order).collect();
    explore_all("two, every order", &scenes);
}

#[test]
fn three() {
    explore_all("three", &all_of(3));
}
