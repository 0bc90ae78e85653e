//! The contract as Linux keeps it: who sees whom, sleeping waiters, interruption, errors.

use crate::support::peer::letter;
use crate::support::watch::{locks, switches, until_asleep, until_waiting, waiting};
use crate::support::{Peer, Scratch, Test, tests, tests_of_backends};
use withlock_platform::backend::{self, Choice, LockBackend, Mode, Ownership};

pub(crate) fn tests() -> Vec<Test> {
    let mut tests: Vec<Test> = tests![
        tools_of_both_families_exclude_each_other_as_the_table_says,
        the_default_excludes_users_of_either_kind_of_lock,
        whoever_asks_for_a_backend_by_name_gets_it,
        a_try_that_meets_half_a_lock_leaves_no_other_half,
        a_waiter_that_gives_up_at_the_second_half_leaves_no_first_half,
        a_waiter_for_the_second_half_gets_both,
        two_that_wait_for_each_other_are_told_of_the_deadlock,
    ];
    tests.extend(tests_of_backends![
        waiting_costs_no_wake_up,
        every_waiter_gets_its_turn,
        a_signal_ends_the_wait_and_leaves_nothing_locked,
        a_signal_ends_a_readers_wait_and_leaves_nothing_locked,
        a_waiter_that_is_killed_leaves_nothing_locked,
        an_upgrade_that_failed_keeps_what_the_manual_says,
        bytes_beyond_the_lock_stay_free_for_the_marker,
    ]);
    tests
}

type Backend = &'static dyn LockBackend;

const X: Mode = Mode::Exclusive;
const S: Mode = Mode::Shared;

fn by_name(name: &str) -> Backend {
    backend::all()
        .into_iter()
        .find(|backend| backend.name() == name)
        .expect("a backend of that name")
}

/// flock(2), NOTES: "on local filesystems, fcntl() locks and flock() locks do not interact".
#[rustfmt::skip]
const CONFLICTS: [(&str, [bool; 5]); 5] = [
    //            fcntl  lockf  ofd    flock  flock+ofd
    ("fcntl",     [true,  true,  true,  false, true]),
    ("lockf",     [true,  true,  true,  false, true]),
    ("ofd",       [true,  true,  true,  false, true]),
    ("flock",     [false, false, false, true,  true]),
    ("flock+ofd", [true,  true,  true,  true,  true]),
];

fn tools_of_both_families_exclude_each_other_as_the_table_says() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut holder, mut other) = (Peer::with(&path), Peer::with(&path));
    assert_eq!(CONFLICTS.len(), backend::all().len(), "the table has every backend");
    for (held, row) in CONFLICTS {
        for ((tried, _), conflict) in CONFLICTS.iter().zip(row) {
            for (first, second) in [(X, X), (X, S), (S, X), (S, S)] {
                let expected =
                    if conflict && (first, second) != (S, S) { "busy" } else { "granted" };
                assert_eq!(
                    holder.try_lock(by_name(held), first),
                    "granted",
                    "{held} left something locked"
                );
                let got = other.try_lock(by_name(tried), second);
                assert_eq!(
                    got,
                    expected,
                    "{held} {} is held, {tried} {} is tried",
                    letter(first),
                    letter(second)
                );
                holder.unlock(by_name(held));
                if got == "granted" {
                    other.unlock(by_name(tried));
                }
                assert_eq!(locks(&path), [""; 0]);
            }
        }
    }
}

fn the_default_excludes_users_of_either_kind_of_lock() {
    let default = backend::select(Choice::Auto, true).expect("a default");
    assert_eq!(default.name(), "flock+ofd");
    assert_eq!(backend::select(Choice::Auto, false).expect("a default").name(), "ofd");
    assert_eq!(default.ownership(), Ownership::Description);
}

fn whoever_asks_for_a_backend_by_name_gets_it() {
    for choice in Choice::ALL.iter().filter(|choice| **choice != Choice::Auto) {
        let backend = backend::select(*choice, true).expect("Linux has all of them");
        assert_eq!(backend.name(), choice.name());
    }
}

fn a_try_that_meets_half_a_lock_leaves_no_other_half() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut holder, mut other) = (Peer::with(&path), Peer::with(&path));
    for half in ["flock", "fcntl", "ofd"] {
        assert_eq!(holder.try_lock(by_name(half), X), "granted");
        assert_eq!(other.try_lock(by_name("flock+ofd"), X), "busy");
        assert_eq!(other.try_lock(by_name("flock+ofd"), S), "busy");
        assert_eq!(locks(&path).len(), 1, "{half}: {:?}", locks(&path));
        holder.unlock(by_name(half));
    }
}

fn a_waiter_that_gives_up_at_the_second_half_leaves_no_first_half() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut holder, mut waiter, mut third) =
        (Peer::with(&path), Peer::with(&path), Peer::with(&path));
    assert_eq!(waiter.ask(&format!("handle {}", libc::SIGUSR1)), "done");
    for mode in [X, S] {
        assert_eq!(holder.try_lock(by_name("fcntl"), X), "granted");
        waiter.start_lock(by_name("flock+ofd"), mode);
        until_waiting(&path, 1);
        assert_eq!(waiting(&path), ["OFDLCK"]);
        assert!(!third.is_free(by_name("flock")), "it holds the first half");
        crate::support::kill(waiter.pid(), libc::SIGUSR1);
        assert_eq!(waiter.answer(), "interrupted");
        assert!(third.is_free(by_name("flock")), "users of flock(2) would be locked out for good");
        holder.unlock(by_name("fcntl"));
        assert_eq!(locks(&path), [""; 0]);
    }
}

fn a_waiter_for_the_second_half_gets_both() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut holder, mut waiter) = (Peer::with(&path), Peer::with(&path));
    assert_eq!(holder.try_lock(by_name("ofd"), X), "granted");
    waiter.start_lock(by_name("flock+ofd"), X);
    until_waiting(&path, 1);
    holder.unlock(by_name("ofd"));
    assert_eq!(waiter.answer(), "granted");
    assert!(!holder.is_free(by_name("flock")));
    assert!(!holder.is_free(by_name("fcntl")));
}

fn two_that_wait_for_each_other_are_told_of_the_deadlock() {
    for by in ["fcntl", "lockf"] {
        let scratch = Scratch::new();
        let (one, two) = (scratch.file("one"), scratch.file("two"));
        let (mut first, mut second) = (Peer::with(&one), Peer::with(&two));
        first.open(&two);
        second.open(&one);
        assert_eq!(first.try_lock(by_name(by), X), "granted");
        assert_eq!(second.try_lock(by_name(by), X), "granted");
        first.order(&format!("lock 1 {by} x"));
        until_waiting(&two, 1);
        assert_eq!(second.ask(&format!("lock 1 {by} x")), format!("deadlock {}", libc::EDEADLK));
        second.unlock(by_name(by));
        assert_eq!(first.answer(), "granted");
    }
}

fn waiting_costs_no_wake_up(by: Backend) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut holder, mut waiter, mut third) =
        (Peer::with(&path), Peer::with(&path), Peer::with(&path));
    assert_eq!(holder.try_lock(by, X), "granted");
    waiter.start_lock(by, X);
    until_waiting(&path, 1);
    until_asleep(waiter.pid());
    let before = switches(waiter.pid());
    for _ in 0..200 {
        assert_eq!(third.try_lock(by, X), "busy");
    }
    assert_eq!(switches(waiter.pid()), before, "it ran while there was nothing to do");
    holder.unlock(by);
    assert_eq!(waiter.answer(), "granted");
    assert_eq!(third.try_lock(by, X), "busy");
}

fn every_waiter_gets_its_turn(by: Backend) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let mut holder = Peer::with(&path);
    let mut waiters: Vec<Peer> = (0..5).map(|_| Peer::with(&path)).collect();
    assert_eq!(holder.try_lock(by, X), "granted");
    for (index, waiter) in waiters.iter_mut().enumerate() {
        waiter.start_lock(by, X);
        until_waiting(&path, index + 1);
        waiter.order(&format!("unlock 0 {}", by.name()));
    }
    holder.unlock(by);
    for waiter in &mut waiters {
        assert_eq!(waiter.answer(), "granted");
        assert_eq!(waiter.answer(), "done");
    }
    assert!(holder.is_free(by));
}

fn a_signal_ends_the_wait_and_leaves_nothing_locked(by: Backend) {
    interrupted(by, X);
}

fn a_signal_ends_a_readers_wait_and_leaves_nothing_locked(by: Backend) {
    interrupted(by, S);
}

fn interrupted(by: Backend, mode: Mode) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut holder, mut waiter) = (Peer::with(&path), Peer::with(&path));
    assert_eq!(waiter.ask(&format!("handle {}", libc::SIGUSR1)), "done");
    assert_eq!(holder.try_lock(by, X), "granted");
    waiter.start_lock(by, mode);
    until_waiting(&path, 1);
    crate::support::kill(waiter.pid(), libc::SIGUSR1);
    assert_eq!(waiter.answer(), "interrupted");
    assert_eq!(waiting(&path), [""; 0]);
    holder.unlock(by);
    assert_eq!(locks(&path), [""; 0]);
    assert_eq!(waiter.try_lock(by, mode), "granted", "it may try again");
}

fn a_waiter_that_is_killed_leaves_nothing_locked(by: Backend) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut holder, mut waiter) = (Peer::with(&path), Peer::with(&path));
    assert_eq!(holder.try_lock(by, X), "granted");
    waiter.start_lock(by, X);
    until_waiting(&path, 1);
    waiter.process().kill(libc::SIGKILL);
    waiter.process().wait();
    holder.unlock(by);
    assert_eq!(locks(&path), [""; 0]);
}

/// flock(2): "the existing lock is first removed, then a new lock is established". fcntl(2) converts in one step.
fn an_upgrade_that_failed_keeps_what_the_manual_says(by: Backend) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let (mut reader, mut other) = (Peer::with(&path), Peer::with(&path));
    assert_eq!(reader.try_lock(by, S), "granted");
    assert_eq!(other.try_lock(by, S), "granted");
    assert_eq!(reader.try_lock(by, X), "busy");
    let kept = locks(&path).len();
    let expected = match by.name() {
        "flock" => 1,
        "flock+ofd" => 3,
        _ => 2,
    };
    assert_eq!(kept, expected, "{:?}", locks(&path));
}

/// Waiters mark themselves at byte 2^62, and holders look there, without seeing the lock itself.
fn bytes_beyond_the_lock_stay_free_for_the_marker(by: Backend) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let mut holder = Peer::with(&path);
    for mode in [X, S] {
        assert_eq!(holder.try_lock(by, mode), "granted");
        for line in locks(&path) {
            let last = line.split_whitespace().last().expect("where the range ends").to_owned();
            let whole = line.starts_with("FLOCK") || (by.name() == "lockf" && mode == X);
            assert_eq!(
                last,
                if whole { "EOF".to_owned() } else { ((1_u64 << 62) - 1).to_string() },
                "{line}"
            );
        }
        holder.unlock(by);
    }
}
