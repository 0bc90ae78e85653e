//! Runs for the slots of one lock, in every order of their steps; and the first in line for them, who is killed at each.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};

use super::hand_over::Waiter;
use super::run::Reached;
use super::stage::{Stage, can_trace, stride};
use super::{PATIENT, PROMPT, hand_over, pairing};
use crate::support::before::Before;
use crate::support::procfs::{children, has_ended};
use crate::support::{process_owned, wait_until, waits_for_any, withlock};

const SLOTS: &[&str] = &["-j", "2"];
const PATIENT_FOR_SLOTS: &[&str] = &["-j", "2", "-w", "inf"];

#[test]
fn one_for_the_only_slot_and_one_for_two_never_have_the_same() {
    pairing(PROMPT, SLOTS).try_all_orders();
    pairing(SLOTS, PATIENT).try_all_orders();
}

#[test]
fn of_two_for_two_slots_neither_is_refused_or_waits() {
    pairing(SLOTS, SLOTS).try_all_orders();
    pairing(PATIENT_FOR_SLOTS, PATIENT_FOR_SLOTS).try_all_orders();
}

#[test]
fn the_first_in_line_takes_a_slot_over_at_whatever_step_of_its_release() {
    if !process_owned() {
        hand_over(SLOTS, PATIENT_FOR_SLOTS, Waiter::TakesOver).try_all_orders();
    }
}

#[test]
fn the_first_in_line_that_is_told_to_give_up_at_whatever_step_of_a_release_leaves_no_file() {
    if !process_owned() {
        hand_over(SLOTS, PATIENT_FOR_SLOTS, Waiter::IsTold).try_all_orders();
    }
}

/// Holders of both slots, and two in line: the first one is killed right before one of its calls. As soon as it sleeps, the
/// first holder's job ends.
#[test]
fn a_first_in_line_that_is_killed_at_whatever_step_keeps_neither_slot_nor_place_nor_children() {
    if !can_trace() || process_owned() {
        return;
    }
    let steps = (1..).step_by(stride()).take_while(|step| kill_at(*step)).count();
    println!("the first in line was killed at {steps} steps");
    assert!(steps > 0);
}

/// Returns whether it makes so many calls.
fn kill_at(step: usize) -> bool {
    let stage = Stage::new(Before::Nothing);
    let mut leaver = Some(stage.hold_slot());
    let stayer = stage.hold_slot();
    let mut first = stage.start("A", PATIENT_FOR_SLOTS);
    let mut reached = first.go_to(step);
    let mut second = None;
    if reached == Reached::Asleep {
        second = Some(begin_behind(&stage));
        assert!(leaver.take().unwrap().finish().0.success());
        reached = first.go_to(step);
    }
    if reached == Reached::End {
        assert!(second.is_some_and(|second| end(second).1.is_empty()));
        assert!(stayer.finish().0.success());
        return false;
    }
    let second = second.unwrap_or_else(|| begin_behind(&stage));
    let left = children(first.pid());
    first.kill();
    first.end_job();
    wait_until("its children end", || left.iter().all(|pid| has_ended(*pid)));
    if let Some(leaver) = leaver {
        assert!(leaver.finish().0.success());
    }
    // Whatever the first one was granted, it gets; the other slot is held all the while.
    let output = end(second);
    assert_eq!((output.0.as_slice(), output.1.as_str()), (&b"ran\n"[..], ""), "step {step}");
    assert!(stayer.finish().0.success());
    assert_eq!(stage.place.names(), [""; 0], "step {step}");
    assert_eq!(first.outcome().0.signal(), Some(libc::SIGKILL), "step {step}");
    true
}

fn begin_behind(stage: &Stage) -> Child {
    let mut command = withlock(PATIENT_FOR_SLOTS);
    command.arg(stage.place.join("lock")).args(["echo", "ran"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let waiter = command.spawn().unwrap();
    wait_until("the second waits", || waits_for_any(waiter.id(), 2));
    waiter
}

fn end(waiter: Child) -> (Vec<u8>, String) {
    wait_until("the second gets the slot", || has_ended(waiter.id()));
    let output = waiter.wait_with_output().unwrap();
    let errors = crate::support::stderr(&output);
    (output.stdout, errors)
}
