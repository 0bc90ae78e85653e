//! The line with one mistake in it: each breaks a promise. The shipped code stays as it is; the world lies to it, so that it
//! makes just the calls that it would make with the mistake.

use super::run::Run;
use super::scene::Scene;
use crate::proof::mistaken::shows;
use crate::proof::program::Wait;
use crate::proof::scenes::choices;

/// A mistake, made where the code asks for that lock ([`super::world`]), or for what it needs to take it ([`super::run`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// \[13] is left out.
    PlacesBeforeSlots,
    /// \[14] takes a place for its own that somebody else has.
    RefusedPlaceTaken,
    /// \[14] gives up the place before the run waits.
    PlaceGivenUpEarly,
    /// \[15] is left out.
    NoHead,
    /// \[15] gives up at the head without a last try of the slots.
    NoLastTry,
    /// \[15] gives up the head before \[16].
    HeadGivenUpEarly,
    /// \[16] lays down one sleeper only.
    SleepsForOneSlot,
    /// \[16] keeps what was granted in surplus.
    SurplusKept,
    /// \[17] keeps the head.
    HeadKept,
}

const ENDLESS: Run = Run::new(2, Wait::Forever);
const LIMITED: Run = Run::new(2, Wait::Limited);

/// Explores with the mistake: none of fewer runs than `count`, of these kinds, finds anything; so many do.
fn leads_to(mistake: Mistake, kinds: &[Run], count: usize, violation: &str) {
    shows(&mistake, count, violation, |count| {
        let of = |runs: Vec<Run>| Scene::of(&runs).making(mistake).without_kills().in_turn();
        let scenes = choices(kinds, count).into_iter().map(of);
        scenes.filter_map(|scene| scene.explore().counterexample).collect()
    });
}

#[test]
fn without_a_try_of_the_slots_a_run_that_need_not_wait_needs_a_place() {
    leads_to(
        Mistake::PlacesBeforeSlots,
        &[ENDLESS.with_places(1)],
        1,
        "before it has tried for each slot",
    );
}

#[test]
fn with_a_refused_place_taken_for_held_too_many_wait() {
    leads_to(Mistake::RefusedPlaceTaken, &[ENDLESS.with_places(1)], 4, "2 wait at once");
}

#[test]
fn with_the_place_given_up_before_the_wait_too_many_wait() {
    leads_to(Mistake::PlaceGivenUpEarly, &[ENDLESS.with_places(1)], 4, "2 wait at once");
}

#[test]
fn without_the_head_a_run_overtakes_another_one() {
    leads_to(Mistake::NoHead, &[ENDLESS], 4, "before one that was in line before it");
}

#[test]
fn with_the_head_given_up_before_a_slot_is_held_a_run_overtakes_another_one() {
    leads_to(Mistake::HeadGivenUpEarly, &[ENDLESS], 4, "before one that was in line before it");
}

#[test]
fn without_a_last_try_at_the_head_busy_is_said_of_slots_that_were_not_looked_at() {
    leads_to(Mistake::NoLastTry, &[ENDLESS, LIMITED], 2, "has not met a holder in each slot");
}

#[test]
fn with_a_sleep_for_one_slot_a_run_waits_for_ever_beside_a_free_one() {
    let kinds = [ENDLESS, ENDLESS.running_for_ever()];
    leads_to(Mistake::SleepsForOneSlot, &kinds, 3, "waits for ever, and slot 2 is free");
}

#[test]
fn with_the_surplus_kept_a_run_has_two_slots() {
    leads_to(Mistake::SurplusKept, &[ENDLESS], 3, "runs its job, and still has slot 2");
}

#[test]
fn with_the_head_kept_a_run_keeps_others_from_free_slots() {
    leads_to(Mistake::HeadKept, &[ENDLESS], 1, "still has the head of the line");
}
