//! The library, by itself: a program that takes a lock without running a command.

use std::error::Error as _;

use withlock::{Attempt, Error, LockPath, Policy, Signals, Wait};

use crate::support::alone::alone;
use crate::support::{Running, Scratch, withlock};

#[test]
fn a_program_that_holds_a_lock_keeps_others_out_until_it_lets_go() {
    alone(|| {
        let place = Scratch::new();
        let signals = Signals::hold().unwrap();
        let lock = LockPath::new(place.join("lock"));
        let checked = lock.check(&Policy::default(), &signals).unwrap();
        let Attempt::Held(held) = checked.acquire(Wait::No).unwrap() else { panic!("busy") };
        assert!(format!("{held:?}").contains("lock"), "{held:?}");
        let second = || withlock([lock.path()]).arg("true").status().unwrap().code();
        assert_eq!(second(), Some(1));
        held.release().unwrap();
        assert_eq!(place.names(), [""; 0]);
        assert_eq!(second(), Some(0));
    });
}

#[test]
fn a_lock_that_is_held_is_an_answer_and_no_error() {
    alone(|| {
        let place = Scratch::new();
        let lock = place.join("lock");
        let running = Running::start(&[], &lock);
        let signals = Signals::hold().unwrap();
        let checked = LockPath::new(&lock).check(&Policy::default(), &signals).unwrap();
        let Attempt::Busy(busy) = checked.acquire(Wait::No).unwrap() else { panic!("held") };
        assert_eq!(busy.holder.unwrap().pid, running.child.id());
        assert!(running.finish().0.success());
    });
}

#[test]
fn an_error_names_its_cause() {
    alone(|| {
        let place = Scratch::new();
        let signals = Signals::hold().unwrap();
        let missing = LockPath::new(place.join("missing/lock"));
        let error = missing.check(&Policy::default(), &signals).unwrap_err();
        assert!(error.source().is_some_and(|cause| cause.to_string().contains("No such file")));
        assert!(Error::Told { signal: 15 }.source().is_none());
    });
}
