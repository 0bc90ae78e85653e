//! The library, by itself: a program that takes a lock without running a command.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]

mod support;

use std::error::Error as _;

use support::{Running, Scratch, withlock};
use withlock::{Attempt, Error, LockPath, Policy};

#[test]
fn a_program_that_holds_a_lock_keeps_others_out_until_it_lets_go() {
    let place = Scratch::new();
    let lock = LockPath::new(place.join("lock"));
    let checked = lock.check(&Policy::default()).unwrap();
    let Attempt::Held(held) = checked.try_acquire().unwrap() else { panic!("busy") };
    assert!(format!("{held:?}").contains("lock"), "{held:?}");
    let second = || withlock([lock.path()]).arg("true").status().unwrap().code();
    assert_eq!(second(), Some(1));
    held.release().unwrap();
    assert_eq!(place.names(), [""; 0]);
    assert_eq!(second(), Some(0));
}

#[test]
fn a_lock_that_is_held_is_an_answer_and_no_error() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let running = Running::start(&[], &lock);
    let checked = LockPath::new(&lock).check(&Policy::default()).unwrap();
    let Attempt::Busy(busy) = checked.try_acquire().unwrap() else { panic!("held") };
    assert_eq!(busy.holder.unwrap().pid, running.child.id());
    assert!(running.finish().0.success());
}

#[test]
fn an_error_names_its_cause() {
    let place = Scratch::new();
    let missing = LockPath::new(place.join("missing/lock"));
    let error = missing.check(&Policy::default()).unwrap_err();
    assert!(error.source().is_some_and(|cause| cause.to_string().contains("No such file")));
    let loops = Error::TooManyLinks { path: "/l".into() };
    assert!(loops.source().is_none());
}
