//! Two runs on one lock file, in every order of their system calls: the first one is held up right before its i-th, the
//! second one then gets as far as right before its j-th, the first one goes on as far as it can, and then the second one.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

mod hand_over;
mod pair;
mod replace;
mod run;
mod slots;
mod stage;

use crate::support::before::Before;
use hand_over::{HandOver, Waiter};
use pair::Pairing;

/// Waits for as long as it takes.
const PATIENT: &[&str] = &["-w", "inf"];
const PATIENT_READER: &[&str] = &["-s", "-w", "inf"];
const PROMPT: &[&str] = &[];
const PROMPT_READER: &[&str] = &["-s"];
/// Gives up while the other one is held up.
const BRIEF: &[&str] = &["-w", "0.01"];
const BRIEF_READER: &[&str] = &["-s", "-w", "0.01"];

fn pairing(first: &'static [&'static str], second: &'static [&'static str]) -> Pairing {
    Pairing { first, second, before: Before::Nothing }
}

#[test]
fn two_that_wait_run_one_after_the_other_whatever_the_order() {
    pairing(PATIENT, PATIENT).try_all_orders();
}

#[test]
fn of_two_that_do_not_wait_one_runs_and_the_other_runs_later_or_is_told() {
    pairing(PROMPT, PROMPT).try_all_orders();
}

#[test]
fn one_that_gives_up_in_the_midst_of_a_hand_over_leaves_no_file() {
    pairing(PROMPT, BRIEF).try_all_orders();
}

#[test]
fn one_that_gives_up_does_not_disturb_one_that_waits() {
    pairing(BRIEF, PATIENT).try_all_orders();
}

#[test]
fn two_that_give_up_leave_no_file() {
    pairing(BRIEF, BRIEF).try_all_orders();
}

#[test]
fn two_readers_that_wait_both_run_and_leave_no_file() {
    pairing(PATIENT_READER, PATIENT_READER).try_all_orders();
}

#[test]
fn two_readers_that_do_not_wait_leave_no_file() {
    pairing(PROMPT_READER, PROMPT_READER).try_all_orders();
}

#[test]
fn a_writer_that_waits_never_runs_beside_an_earlier_reader() {
    pairing(PROMPT_READER, PATIENT).try_all_orders();
}

#[test]
fn a_reader_that_waits_never_runs_beside_an_earlier_writer() {
    pairing(PROMPT, PATIENT_READER).try_all_orders();
}

#[test]
fn a_writer_that_does_not_wait_never_runs_beside_a_reader() {
    pairing(PATIENT_READER, PROMPT).try_all_orders();
}

#[test]
fn a_reader_that_gives_up_leaves_no_file() {
    pairing(PROMPT, BRIEF_READER).try_all_orders();
}

#[test]
fn a_file_of_somebody_else_is_locked_by_one_at_a_time_and_stays() {
    Pairing { before: Before::Foreign, ..pairing(PATIENT, PATIENT) }.try_all_orders();
}

#[test]
fn a_file_left_by_a_killed_run_is_taken_over_by_one_at_a_time_and_removed() {
    Pairing { before: Before::Stale, ..pairing(PATIENT, PATIENT) }.try_all_orders();
}

#[test]
fn a_file_that_a_killed_run_has_only_begun_is_taken_over_by_one_at_a_time_and_removed() {
    Pairing { before: Before::Begun, ..pairing(PATIENT, PROMPT) }.try_all_orders();
}

fn hand_over(
    holder: &'static [&'static str],
    waiter: &'static [&'static str],
    becomes: Waiter,
) -> HandOver {
    HandOver { holder, waiter, becomes }
}

#[test]
fn a_waiter_takes_over_at_whatever_step_of_the_release() {
    hand_over(PROMPT, PATIENT, Waiter::TakesOver).try_all_orders();
    hand_over(PROMPT, PATIENT_READER, Waiter::TakesOver).try_all_orders();
    hand_over(PROMPT_READER, PATIENT, Waiter::TakesOver).try_all_orders();
}

#[test]
fn a_waiter_that_is_told_to_give_up_at_whatever_step_of_the_release_leaves_no_file() {
    hand_over(PROMPT, PATIENT, Waiter::IsTold).try_all_orders();
    hand_over(PROMPT, PATIENT_READER, Waiter::IsTold).try_all_orders();
    hand_over(PROMPT_READER, PATIENT, Waiter::IsTold).try_all_orders();
}
