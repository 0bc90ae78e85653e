//! Ending a blocked lock call by a signal.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use withlock_platform::backend::{self, Choice, LockBackend, Mode, Wakeup};
use withlock_platform::process::{Deadline, Interruption, Receive, Signals};

use crate::support::receivers::{all_default, block, ignore, snapshot};
use crate::support::scratch::open;
use crate::support::watch::{locks, until_waiting, waiting};
use crate::support::{Forked, Peer, Scratch, Test, fork, kill, tests_of_receivers};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_receivers![
        a_waiter_that_is_told_to_end_gives_up,
        a_signal_that_came_before_the_wait_ends_it,
        the_first_of_two_signals_is_reported,
        a_signal_that_the_caller_ignores_does_not_end_the_wait,
        a_signal_that_the_caller_blocks_does_not_end_the_wait,
        a_waiter_stops_and_goes_on_at_the_terminals_wish,
        a_waiter_dies_of_a_signal_that_nobody_looks_after,
        after_the_wait_signals_are_held_as_before,
    ]
}

pub(crate) fn default() -> &'static dyn LockBackend {
    backend::select(Choice::Auto, true).expect("a default")
}

/// A file that is locked by a process of its own.
pub(crate) struct Held {
    pub(crate) scratch: Scratch,
    pub(crate) holder: Peer,
}

impl Held {
    pub(crate) fn new() -> Self {
        let scratch = Scratch::new();
        let mut holder = Peer::with(&scratch.file("lock"));
        assert_eq!(holder.try_lock(default(), Mode::Exclusive), "granted");
        Self { scratch, holder }
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.scratch.path().join("lock")
    }

    pub(crate) fn unlock(&mut self) {
        self.holder.unlock(default());
    }
}

pub(crate) fn lock(path: &Path) -> Wakeup {
    default().lock(&open(path), Mode::Exclusive).expect("no error")
}

fn own_pid() -> libc::pid_t {
    libc::pid_t::try_from(std::process::id()).expect("a process id")
}

/// Waits until there is a signal to report; that a call may end early again and again is part of the promise.
fn wait_for_signal<R: Receive>(path: &Path) -> Option<i32> {
    let signals = Signals::<R>::hold_by().expect("hold");
    let interruption = Interruption::allow(&signals, None).expect("allow");
    assert_eq!(lock(path), Wakeup::Interrupted);
    let signal = interruption.signal();
    assert_eq!(lock(path), Wakeup::Interrupted, "it is told again, should it have missed it");
    assert_eq!(interruption.signal(), signal);
    signal
}

/// A process that waits in the kernel, and exits with 0 when it was granted the lock and no signal was reported.
fn waiter<R: Receive>(path: &Path) -> Forked {
    let waiter = fork(|| {
        let signals = Signals::<R>::hold_by().expect("hold");
        let interruption = Interruption::allow(&signals, None).expect("allow");
        i32::from(!(lock(path) == Wakeup::Granted && interruption.signal().is_none()))
    });
    until_waiting(path, 1);
    waiter
}

fn a_waiter_that_is_told_to_end_gives_up<R: Receive>() {
    all_default();
    let held = Held::new();
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM] {
        let path = held.path();
        let mut waiter = fork(|| i32::from(wait_for_signal::<R>(&path) != Some(signal)));
        until_waiting(&path, 1);
        waiter.kill(signal);
        assert!(waiter.wait().success(), "signal {signal}");
        assert_eq!(waiting(&path), [""; 0]);
    }
}

fn a_signal_that_came_before_the_wait_ends_it<R: Receive>() {
    all_default();
    let held = Held::new();
    let signals = Signals::<R>::hold_by().expect("hold");
    kill(own_pid(), libc::SIGTERM);
    let interruption = Interruption::allow(&signals, None).expect("allow");
    // Had it not been said a second time, this would sleep for ever.
    assert_eq!(interruption.signal(), Some(libc::SIGTERM));
    assert_eq!(lock(&held.path()), Wakeup::Interrupted);
    drop(interruption);
    let later = Interruption::allow(&signals, None).expect("allow");
    assert_eq!(later.signal(), None, "it was said once");
}

fn the_first_of_two_signals_is_reported<R: Receive>() {
    all_default();
    let signals = Signals::<R>::hold_by().expect("hold");
    let interruption = Interruption::allow(&signals, None).expect("allow");
    kill(own_pid(), libc::SIGTERM);
    kill(own_pid(), libc::SIGHUP);
    assert_eq!(interruption.signal(), Some(libc::SIGTERM));
}

fn a_signal_that_the_caller_ignores_does_not_end_the_wait<R: Receive>() {
    all_default();
    ignore(libc::SIGHUP);
    ignore(libc::SIGINT);
    undisturbed::<R>(&[libc::SIGHUP, libc::SIGINT, libc::SIGWINCH, libc::SIGCHLD]);
}

fn a_signal_that_the_caller_blocks_does_not_end_the_wait<R: Receive>() {
    all_default();
    block(&[libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1]);
    undisturbed::<R>(&[libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1]);
}

fn undisturbed<R: Receive>(signals: &[i32]) {
    let mut held = Held::new();
    let mut waiter = waiter::<R>(&held.path());
    signals.iter().for_each(|signal| waiter.kill(*signal));
    held.unlock();
    let end = waiter.wait();
    assert!(end.success(), "{end:?}");
}

fn a_waiter_stops_and_goes_on_at_the_terminals_wish<R: Receive>() {
    all_default();
    let mut held = Held::new();
    let mut waiter = waiter::<R>(&held.path());
    waiter.kill(libc::SIGTSTP);
    assert_eq!(waiter.wait_for_stop().stopped_signal(), Some(libc::SIGTSTP));
    waiter.kill(libc::SIGCONT);
    held.unlock();
    assert!(waiter.wait().success());
}

fn a_waiter_dies_of_a_signal_that_nobody_looks_after<R: Receive>() {
    all_default();
    let held = Held::new();
    let mut waiter = waiter::<R>(&held.path());
    waiter.kill(libc::SIGVTALRM);
    assert_eq!(waiter.wait().signal(), Some(libc::SIGVTALRM));
    assert_eq!(locks(&held.path()).len(), 2, "the holder's pair and nothing else");
}

fn after_the_wait_signals_are_held_as_before<R: Receive>() {
    all_default();
    ignore(libc::SIGHUP);
    block(&[libc::SIGUSR2]);
    let before_all = snapshot();
    let signals = Signals::<R>::hold_by().expect("hold");
    let before = snapshot();
    let interruption =
        Interruption::allow(&signals, Deadline::after(std::time::Duration::from_secs(1000)))
            .expect("allow");
    assert_ne!(snapshot(), before);
    drop(interruption);
    assert_eq!(snapshot(), before);
    kill(own_pid(), libc::SIGTERM);
    assert_eq!(signals.next().expect("a signal").signal, libc::SIGTERM, "held, and taken");
    drop(signals);
    assert_eq!(snapshot(), before_all);
}
