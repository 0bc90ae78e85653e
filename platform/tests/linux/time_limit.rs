//! A limit on a wait that leaves all signals but SIGALRM to the caller.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use withlock_platform::backend::Wakeup;
use withlock_platform::process::{Deadline, TimeLimit};

use super::interruption::{Held, lock};
use super::timer::{LONG, SHORT, goes_on, set_timer, timer};
use crate::support::receivers::{all_default, block, ignore, snapshot};
use crate::support::watch::until_waiting;
use crate::support::{Test, fork, tests};

pub(crate) fn tests() -> Vec<Test> {
    tests![
        the_wait_ends_at_its_limit_and_not_before,
        a_limit_holds_though_the_caller_blocks_or_ignores_the_alarm,
        what_ends_a_program_ends_the_waiter,
        a_foreign_alarm_does_not_end_the_waiter,
        afterwards_all_is_as_the_caller_has_set_it,
        the_caller_s_own_alarm_goes_on,
    ]
}

fn limit(time: Duration) -> TimeLimit {
    TimeLimit::set(Deadline::after(time).unwrap()).unwrap()
}

fn the_wait_ends_at_its_limit_and_not_before() {
    all_default();
    let held = Held::new();
    let start = Instant::now();
    let limit = limit(SHORT);
    assert_eq!(lock(&held.path()), Wakeup::Interrupted);
    assert!(start.elapsed() >= SHORT, "before its time");
    assert_eq!(lock(&held.path()), Wakeup::Interrupted, "and again");
    drop(limit);
}

fn a_limit_holds_though_the_caller_blocks_or_ignores_the_alarm() {
    all_default();
    let held = Held::new();
    block(&[libc::SIGALRM]);
    ignore(libc::SIGALRM);
    let limit = limit(SHORT);
    assert_eq!(lock(&held.path()), Wakeup::Interrupted);
    drop(limit);
}

fn what_ends_a_program_ends_the_waiter() {
    all_default();
    let held = Held::new();
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGUSR1] {
        let mut waiter = fork(|| {
            let _limit = limit(LONG);
            lock(&held.path());
            0
        });
        until_waiting(&held.path(), 1);
        waiter.kill(signal);
        assert_eq!(waiter.wait().signal(), Some(signal));
    }
}

fn a_foreign_alarm_does_not_end_the_waiter() {
    all_default();
    let mut held = Held::new();
    let mut waiter = fork(|| {
        let _limit = limit(LONG);
        while lock(&held.path()) == Wakeup::Interrupted {}
        0
    });
    until_waiting(&held.path(), 1);
    waiter.kill(libc::SIGALRM);
    held.unlock();
    assert_eq!(waiter.wait().code(), Some(0));
}

fn afterwards_all_is_as_the_caller_has_set_it() {
    all_default();
    let before = snapshot();
    drop(limit(LONG));
    assert_eq!(snapshot(), before);
    block(&[libc::SIGALRM]);
    ignore(libc::SIGALRM);
    let before = snapshot();
    drop(limit(LONG));
    assert_eq!(snapshot(), before);
    assert_eq!(timer(), (Duration::ZERO, Duration::ZERO));
}

fn the_caller_s_own_alarm_goes_on() {
    all_default();
    for interval in [Duration::ZERO, Duration::from_secs(7)] {
        for time in [LONG / 2, LONG * 2] {
            set_timer(LONG, interval);
            drop(limit(time));
            goes_on(interval);
        }
    }
}
