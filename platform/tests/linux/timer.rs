//! Ending a blocked lock call by a deadline, beside a caller's own alarm.

use std::time::{Duration, Instant};

use withlock_platform::backend::Wakeup;
use withlock_platform::process::{Deadline, Interruption, Receive, Signals};

use super::interruption::{Held, lock};
use crate::support::receivers::{all_default, block, ignore};
use crate::support::{Test, tests_of_receivers, until};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_receivers![
        a_deadline_ends_the_wait,
        a_deadline_that_passed_before_the_call_still_ends_it,
        a_deadline_in_the_far_future_is_no_error,
        the_callers_alarm_goes_on_after_the_wait,
        the_callers_alarm_goes_on_after_a_deadline,
        the_callers_alarm_goes_on_after_a_signal,
        the_callers_alarm_ends_the_wait,
        the_callers_alarm_ends_the_wait_though_it_ran_out_before,
        an_alarm_that_the_caller_ignores_does_not_end_the_wait,
        an_alarm_that_the_caller_blocks_does_not_end_the_wait,
        no_alarm_is_left_over_for_the_job,
        no_timer_is_left_over_for_the_job,
    ]
}

pub(super) const LONG: Duration = Duration::from_secs(1000);
pub(super) const SHORT: Duration = Duration::from_millis(20);

/// Sets the real-time timer; (first, interval).
pub(super) fn set_timer(first: Duration, interval: Duration) {
    let of = |time: Duration| libc::timeval {
        tv_sec: time.as_secs() as _,
        tv_usec: time.subsec_micros() as _,
    };
    let new = libc::itimerval { it_value: of(first), it_interval: of(interval) };
    // SAFETY: the struct is alive during the call; the old value is not asked for.
    let answer =
        unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const new, std::ptr::null_mut()) };
    assert_eq!(answer, 0);
}

/// What is left of the timer, and its interval.
pub(super) fn timer() -> (Duration, Duration) {
    let zero = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let mut now = libc::itimerval { it_value: zero, it_interval: zero };
    // SAFETY: the struct is alive during the call.
    let answer = unsafe { libc::getitimer(libc::ITIMER_REAL, &raw mut now) };
    assert_eq!(answer, 0);
    let of = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
    };
    (of(now.it_value), of(now.it_interval))
}

fn hold<R: Receive>() -> Signals<R> {
    Signals::hold_by().expect("hold")
}

fn a_deadline_ends_the_wait<R: Receive>() {
    all_default();
    let held = Held::new();
    let signals = hold::<R>();
    let start = Instant::now();
    let deadline = Deadline::after(SHORT).expect("a deadline");
    let interruption = Interruption::allow(&signals, Some(deadline)).expect("allow");
    assert_eq!(lock(&held.path()), Wakeup::Interrupted);
    assert!(deadline.has_passed() && start.elapsed() >= SHORT, "before its time");
    assert_eq!(lock(&held.path()), Wakeup::Interrupted, "and again");
    assert_eq!(interruption.signal(), None, "nobody told it to end");
}

fn a_deadline_that_passed_before_the_call_still_ends_it<R: Receive>() {
    all_default();
    let held = Held::new();
    let signals = hold::<R>();
    let interruption =
        Interruption::allow(&signals, Deadline::after(Duration::from_micros(1))).expect("allow");
    let start = Instant::now();
    until("the deadline is long past", || start.elapsed() > SHORT);
    assert_eq!(lock(&held.path()), Wakeup::Interrupted);
    assert_eq!(interruption.signal(), None);
}

fn a_deadline_in_the_far_future_is_no_error<R: Receive>() {
    all_default();
    let signals = hold::<R>();
    for after in [Duration::MAX, LONG * (1 << 30), Duration::ZERO, Duration::from_nanos(1)] {
        drop(Interruption::allow(&signals, Deadline::after(after)).expect("allow"));
        assert_eq!(timer().0, Duration::ZERO);
    }
}

pub(super) fn goes_on(interval: Duration) {
    let (left, again) = timer();
    assert!(left <= LONG && left > LONG - Duration::from_secs(300), "{left:?} are left");
    assert_eq!(again, interval);
}

fn the_callers_alarm_goes_on_after_the_wait<R: Receive>() {
    all_default();
    for interval in [Duration::ZERO, Duration::from_secs(7)] {
        for after in [None, Some(LONG / 2), Some(LONG * 2)] {
            set_timer(LONG, interval);
            let signals = hold::<R>();
            drop(Interruption::allow(&signals, after.and_then(Deadline::after)).expect("allow"));
            drop(signals);
            goes_on(interval);
        }
    }
}

fn the_callers_alarm_goes_on_after_a_deadline<R: Receive>() {
    all_default();
    let held = Held::new();
    set_timer(LONG, Duration::ZERO);
    let signals = hold::<R>();
    let interruption = Interruption::allow(&signals, Deadline::after(SHORT)).expect("allow");
    assert_eq!(lock(&held.path()), Wakeup::Interrupted);
    drop((interruption, signals));
    goes_on(Duration::ZERO);
}

fn the_callers_alarm_goes_on_after_a_signal<R: Receive>() {
    all_default();
    let held = Held::new();
    for after in [None, Some(LONG / 2), Some(LONG * 2)] {
        set_timer(LONG, Duration::ZERO);
        let signals = hold::<R>();
        let interruption =
            Interruption::allow(&signals, after.and_then(Deadline::after)).expect("allow");
        crate::support::kill(std::process::id() as libc::pid_t, libc::SIGTERM);
        assert_eq!(lock(&held.path()), Wakeup::Interrupted);
        assert_eq!(interruption.signal(), Some(libc::SIGTERM));
        drop((interruption, signals));
        goes_on(Duration::ZERO);
    }
}

fn the_callers_alarm_ends_the_wait<R: Receive>() {
    all_default();
    let held = Held::new();
    for after in [None, Some(LONG)] {
        set_timer(SHORT, Duration::ZERO);
        let signals = hold::<R>();
        let interruption =
            Interruption::allow(&signals, after.and_then(Deadline::after)).expect("allow");
        assert_eq!(lock(&held.path()), Wakeup::Interrupted);
        assert_eq!(interruption.signal(), Some(libc::SIGALRM));
        drop((interruption, signals));
        assert_eq!(timer(), (Duration::ZERO, Duration::ZERO), "it was a single one");
    }
}

fn the_callers_alarm_ends_the_wait_though_it_ran_out_before<R: Receive>() {
    all_default();
    let held = Held::new();
    for after in [None, Some(LONG)] {
        set_timer(SHORT, Duration::ZERO);
        let signals = hold::<R>();
        until("the alarm", || signals.pending().expect("pending"));
        let interruption =
            Interruption::allow(&signals, after.and_then(Deadline::after)).expect("allow");
        assert_eq!(lock(&held.path()), Wakeup::Interrupted);
        assert_eq!(interruption.signal(), Some(libc::SIGALRM));
    }
}

fn an_alarm_that_the_caller_ignores_does_not_end_the_wait<R: Receive>() {
    all_default();
    ignore(libc::SIGALRM);
    not_ended_by_alarm::<R>();
}

fn an_alarm_that_the_caller_blocks_does_not_end_the_wait<R: Receive>() {
    all_default();
    block(&[libc::SIGALRM]);
    not_ended_by_alarm::<R>();
}

fn not_ended_by_alarm<R: Receive>() {
    let held = Held::new();
    for after in [None, Some(SHORT * 4), Some(LONG)] {
        set_timer(SHORT, Duration::ZERO);
        let signals = hold::<R>();
        let interruption =
            Interruption::allow(&signals, after.and_then(Deadline::after)).expect("allow");
        let start = Instant::now();
        until("the alarm is past", || start.elapsed() > SHORT * 2);
        assert_eq!(interruption.signal(), None);
        if after == Some(SHORT * 4) {
            assert_eq!(lock(&held.path()), Wakeup::Interrupted, "the deadline itself");
            assert_eq!(interruption.signal(), None);
            assert!(start.elapsed() + Duration::from_millis(5) >= SHORT * 4, "before its time");
        }
        drop((interruption, signals));
        until("the caller's alarm has run out", || timer() == (Duration::ZERO, Duration::ZERO));
    }
}

/// A timer that fires while it is being stopped must not reach the job as a signal that somebody sent.
fn no_alarm_is_left_over_for_the_job<R: Receive>() {
    all_default();
    let signals = hold::<R>();
    for micros in (1..150).cycle().take(3000) {
        drop(
            Interruption::allow(&signals, Deadline::after(Duration::from_micros(micros)))
                .expect("allow"),
        );
        assert!(!signals.pending().expect("pending"), "after {micros} us");
    }
}

fn no_timer_is_left_over_for_the_job<R: Receive>() {
    all_default();
    let held = Held::new();
    let signals = hold::<R>();
    for told in [false, true] {
        let interruption = Interruption::allow(&signals, Deadline::after(SHORT)).expect("allow");
        if told {
            crate::support::kill(std::process::id() as libc::pid_t, libc::SIGTERM);
        }
        assert_eq!(lock(&held.path()), Wakeup::Interrupted);
        drop(interruption);
        assert_eq!(timer(), (Duration::ZERO, Duration::ZERO));
    }
}
