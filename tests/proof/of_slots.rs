//! Runs for which either of two slots would do: they never meet in one, nobody waits while one is free, and no file stays.
//!
//! With one run less than it takes to fill the slots, nobody waits: so here there are three at least. They wait for the slots
//! all at once: that one at a time does is what the line is for ([`super::line`]).

use super::explore::Scene;
use super::explore_all;
use super::mistaken::leads_to;
use super::mistakes::Mistake;
use super::program::{Backend, Program, Wait};
use super::scenes::{BACKENDS, choices};
use super::{is_long, is_rerun};

const fn slotted(backend: Backend, wait: Wait) -> Program {
    Program::new(backend, wait).with_two_slots()
}

#[test]
fn two_slots_have_two_holders_at_most_whoever_is_killed() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let kinds = [Wait::No, Wait::Limited, Wait::Interruptible].map(|it| slotted(backend, it));
        for programs in choices(&kinds, 3) {
            let is_large = backend == Backend::Pair && programs.contains(&kinds[0]);
            let scene = Scene::of(&programs);
            scenes.push(if is_large && !is_long() { scene.without_kills() } else { scene });
        }
    }
    if !is_rerun() {
        explore_all("three runs and two slots", &scenes);
    }
}

#[test]
fn two_slots_have_two_holders_at_most_in_any_order_of_all_calls() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let endless = slotted(backend, Wait::Forever);
        scenes.push(Scene::of(&[endless; 3]).without_kills().in_every_order());
        let kinds = [Wait::Either, Wait::Interruptible].map(|it| slotted(backend, it));
        let alike = match backend {
            _ if is_long() => choices(&kinds, 3),
            Backend::Pair => Vec::new(),
            _ => vec![vec![kinds[1]; 3]],
        };
        scenes.extend(alike.iter().map(|programs| Scene::of(programs).in_every_order()));
        let both = [endless, slotted(backend, Wait::No)];
        scenes.extend(choices(&both, 2).iter().map(|it| Scene::of(it).in_every_order()));
    }
    if !is_rerun() {
        explore_all("three runs and two slots, in every order", &scenes);
    }
}

#[test]
fn a_run_that_knows_one_slot_only_shares_it_with_those_that_know_two() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let [limited, signalled] =
            [Wait::Limited, Wait::Interruptible].map(|it| slotted(backend, it));
        for plain in [Wait::Forever, Wait::Limited].map(|it| Program::new(backend, it)) {
            scenes.push(Scene::of(&[plain, limited, signalled]));
            scenes.push(Scene::of(&[plain, plain, signalled]));
        }
    }
    if !is_rerun() {
        explore_all("runs with one slot and with two", &scenes);
    }
}

#[test]
fn nobody_waits_for_a_slot_that_is_never_free_while_another_one_is() {
    let mut scenes = Vec::new();
    for backend in BACKENDS {
        let holder = Program::new(backend, Wait::Forever).running_for_ever();
        for wait in [Wait::Interruptible, Wait::Limited] {
            scenes.push(Scene::of(&[holder, slotted(backend, wait), slotted(backend, wait)]));
        }
        let endless = slotted(backend, Wait::Forever);
        if backend == Backend::Flock && !is_rerun() || is_long() {
            scenes.push(Scene::of(&[holder, endless, endless, endless]).without_kills());
        }
    }
    if !is_rerun() {
        explore_all("runs with two slots, of which one is never free", &scenes);
    }
}

#[test]
fn four_runs_share_two_slots() {
    let mut scenes = Vec::new();
    for backend in [Backend::Flock, Backend::Process, Backend::Pair] {
        let endless = slotted(backend, Wait::Forever);
        let plain = Program::new(backend, Wait::Forever);
        if backend == Backend::Flock || is_long() {
            scenes.push(Scene::of(&[endless; 4]).without_kills());
            scenes.push(Scene::of(&[plain, endless, endless, endless]).without_kills());
        }
    }
    if !is_rerun() {
        explore_all("four runs and two slots", &scenes);
    }
}

#[test]
fn a_job_that_dies_of_a_signal_keeps_its_slot_as_long_as_anything_that_it_has_started() {
    let scenes = BACKENDS.map(|backend| {
        let endless = slotted(backend, Wait::Forever);
        Scene::of(&[endless.dying(), endless, slotted(backend, Wait::Limited)]).without_kills()
    });
    if !is_rerun() {
        explore_all("runs with two slots whose jobs die of signals", &scenes);
    }
}

const ENDLESS: Program = slotted(Backend::Pair, Wait::Forever);
const LIMITED: Program = slotted(Backend::Pair, Wait::Limited);

#[test]
fn without_a_last_try_of_the_slots_a_file_stays() {
    leads_to(Mistake::NoLastTry, &[ENDLESS, LIMITED], 3, "stays when all have ended");
}

#[test]
fn with_a_try_of_one_slot_only_after_the_sleep_a_file_stays() {
    leads_to(Mistake::TriesOneSlot, &[ENDLESS, LIMITED], 3, "stays when all have ended");
}

#[test]
fn with_a_surplus_slot_closed_only_a_file_stays() {
    leads_to(Mistake::ClosesTheSurplus, &[ENDLESS], 3, "stays when all have ended");
}

#[test]
fn with_the_sleepers_ended_and_the_announcements_left_a_file_stays() {
    leads_to(Mistake::NoWithdrawal, &[ENDLESS, LIMITED], 3, "stays when all have ended");
}
