//! A run that replaces the holder is held up right before each of its calls, while the holder ends by itself; and somebody
//! else may come then.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::run::{Reached, STATUS};
use super::stage::{Stage, can_trace, stride};
use crate::support::before::Before;
use crate::support::scripts;
use crate::support::{Running, wait_until};

#[test]
fn a_holder_that_ends_by_itself_at_whatever_step_is_replaced_all_the_same() {
    try_all_steps(&["--replace"], false);
}

#[test]
fn whoever_comes_after_a_holder_that_was_to_be_replaced_is_told_to_end_or_left_alone() {
    try_all_steps(&["--replace", "-w", "0.3"], true);
}

fn try_all_steps(options: &[&str], is_followed: bool) {
    if can_trace() {
        let steps = (1..).step_by(stride());
        let steps = steps.take_while(|step| play(options, *step, is_followed) == Reached::There);
        println!("{options:?}, held up at {} steps", steps.count());
    }
}

/// Returns how far the run that replaces had come when the holder ended.
fn play(options: &[&str], step: usize, is_followed: bool) -> Reached {
    let stage = Stage::new(Before::Nothing);
    let lock = stage.place.join("lock");
    let holder = Running::start(&[], &lock);
    let mut run = stage.start("A", options);
    let reached = run.go_to(step);
    let (status, _, errors) = holder.finish();
    assert!((status.success() || was_told(status)) && errors.is_empty(), "{step}: {errors}");
    // As long as the run is held up, this remains so.
    let is_still_to_run = is_followed && stage.log().is_empty();
    let is_free = is_still_to_run && scripts::run(&["-E", "9"], &lock).status.success();
    let next = is_free.then(|| Running::start(&[], &lock));
    let _ = run.go_on();
    wait_until("it ends", || run.has_ended());
    let (status, errors) = run.outcome();
    let has_run = stage.log() == "A begins\nA ends\n";
    if has_run {
        assert_eq!((status.code(), errors.as_str()), (Some(STATUS), ""), "{step}");
    } else {
        assert!(is_followed, "{step}: {errors}");
        assert_eq!((status.code(), errors.lines().count()), (Some(1), 1), "{step}: {errors}");
    }
    if let Some(next) = next {
        let (status, _, errors) = next.finish();
        assert_eq!(errors, "", "{step}");
        // It may also have been told, and have ended too late for the run.
        assert!(was_told(status) || status.success() && !has_run, "{step}: {status}");
    }
    assert_eq!(stage.place.names(), [""; 0], "{step}");
    reached
}

fn was_told(status: ExitStatus) -> bool {
    status.signal() == Some(libc::SIGTERM)
}
