//! The contract that every backend keeps, on every system: `withlock_platform::backend`.

use crate::support::Test;
use crate::support::{Peer, Scratch, kill, tests_of_backends, until};
use withlock_platform::backend::{LockBackend, Mode, Ownership};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_backends![
        a_second_run_is_told_busy_until_the_first_unlocks,
        a_waiter_gets_the_lock_when_the_holder_unlocks,
        readers_share_and_a_writer_stays_out,
        a_killed_holder_leaves_nothing_locked,
        closing_the_last_descriptor_frees_the_lock,
        a_holder_that_becomes_a_reader_lets_readers_in,
        a_lone_reader_that_becomes_the_holder_keeps_readers_out,
        an_upgrade_that_failed_can_be_given_back_whole,
        a_job_keeps_the_lock_when_its_wrapper_dies_if_the_description_owns_it,
        a_job_keeps_the_lock_when_its_wrapper_closes_if_the_description_owns_it,
        an_unlock_frees_the_lock_though_a_daemon_still_has_the_descriptor,
        a_job_that_ends_does_not_free_its_wrappers_lock,
        a_program_that_inherits_the_descriptor_keeps_the_lock_if_the_description_owns_it,
        a_program_that_does_not_inherit_the_descriptor_keeps_nothing,
        a_wrapper_that_becomes_the_command_still_holds,
        a_wrapper_that_becomes_the_command_without_the_descriptor_holds_nothing,
        unlocking_a_duplicate_frees_the_lock,
        closing_a_duplicate_frees_only_what_the_process_owns,
        opening_and_closing_the_file_again_frees_only_what_the_process_owns,
        unlocking_what_is_not_locked_is_no_error,
        locking_twice_through_one_descriptor_is_no_conflict,
    ]
}

type Backend = &'static dyn LockBackend;

const X: Mode = Mode::Exclusive;
const S: Mode = Mode::Shared;

/// A holder of the lock, and somebody else who would like to have it.
struct Pair {
    holder: Peer,
    other: Peer,
    by: Backend,
    scratch: Scratch,
}

impl Pair {
    fn held(by: Backend, mode: Mode) -> Self {
        let scratch = Scratch::new();
        let path = scratch.file("lock");
        let mut holder = Peer::with(&path);
        let other = Peer::with(&path);
        assert_eq!(holder.try_lock(by, mode), "granted");
        Self { holder, other, by, scratch }
    }

    fn is_free(&mut self) -> bool {
        self.other.is_free(self.by)
    }

    /// Whether the lock is gone, if it belongs to the process, or still there, if it belongs to the description.
    fn is_as_owned(&mut self) -> bool {
        self.is_free() == (self.by.ownership() == Ownership::Process)
    }

    /// A process that was killed, or has just become another program, may take a moment to close its descriptors.
    fn becomes_free(&mut self) {
        until("the lock is free", || self.is_free());
    }
}

fn a_second_run_is_told_busy_until_the_first_unlocks(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.other.try_lock(by, X), "busy");
    assert_eq!(pair.other.try_lock(by, S), "busy");
    pair.holder.unlock(by);
    assert_eq!(pair.other.try_lock(by, X), "granted");
    assert_eq!(pair.holder.try_lock(by, X), "busy");
    pair.other.unlock(by);
    assert_eq!(pair.holder.ask(&format!("lock 0 {} x", by.name())), "granted");
    assert!(!pair.is_free());
}

fn a_waiter_gets_the_lock_when_the_holder_unlocks(by: Backend) {
    let mut pair = Pair::held(by, X);
    pair.other.start_lock(by, X);
    pair.holder.unlock(by);
    assert_eq!(pair.other.answer(), "granted");
    assert!(!pair.holder.is_free(by));
}

fn readers_share_and_a_writer_stays_out(by: Backend) {
    let mut pair = Pair::held(by, S);
    let mut writer = Peer::with(&pair.scratch.path().join("lock"));
    assert_eq!(pair.other.try_lock(by, S), "granted");
    assert_eq!(writer.try_lock(by, X), "busy");
    pair.holder.unlock(by);
    assert_eq!(writer.try_lock(by, X), "busy");
    pair.other.unlock(by);
    assert_eq!(writer.try_lock(by, X), "granted");
    assert_eq!(pair.other.try_lock(by, S), "busy");
}

fn a_killed_holder_leaves_nothing_locked(by: Backend) {
    let mut pair = Pair::held(by, X);
    pair.holder.process().kill(libc::SIGKILL);
    pair.holder.process().wait();
    assert!(pair.is_free());
}

fn closing_the_last_descriptor_frees_the_lock(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.ask("close 0"), "done");
    assert!(pair.is_free());
}

fn a_holder_that_becomes_a_reader_lets_readers_in(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.try_lock(by, S), "granted");
    assert_eq!(pair.other.try_lock(by, X), "busy");
    assert_eq!(pair.other.try_lock(by, S), "granted");
    pair.other.unlock(by);
    pair.holder.unlock(by);
    assert!(pair.is_free());
}

fn a_lone_reader_that_becomes_the_holder_keeps_readers_out(by: Backend) {
    let mut pair = Pair::held(by, S);
    assert_eq!(pair.holder.try_lock(by, X), "granted");
    assert_eq!(pair.other.try_lock(by, S), "busy");
    pair.holder.unlock(by);
    assert!(pair.is_free());
}

fn an_upgrade_that_failed_can_be_given_back_whole(by: Backend) {
    let mut pair = Pair::held(by, S);
    assert_eq!(pair.other.try_lock(by, S), "granted");
    assert_eq!(pair.holder.try_lock(by, X), "busy");
    pair.holder.unlock(by);
    assert_eq!(pair.other.try_lock(by, X), "granted");
    pair.other.unlock(by);
    assert!(pair.holder.is_free(by));
}

fn a_job_keeps_the_lock_when_its_wrapper_dies_if_the_description_owns_it(by: Backend) {
    let mut pair = Pair::held(by, X);
    let job = pair.holder.fork_keeper();
    pair.holder.process().kill(libc::SIGKILL);
    pair.holder.process().wait();
    assert!(pair.is_as_owned());
    kill(job, libc::SIGKILL);
    pair.becomes_free();
}

fn a_job_keeps_the_lock_when_its_wrapper_closes_if_the_description_owns_it(by: Backend) {
    let mut pair = Pair::held(by, X);
    let job = pair.holder.fork_keeper();
    assert_eq!(pair.holder.ask("close 0"), "done");
    assert!(pair.is_as_owned());
    kill(job, libc::SIGKILL);
    pair.becomes_free();
}

fn an_unlock_frees_the_lock_though_a_daemon_still_has_the_descriptor(by: Backend) {
    let mut pair = Pair::held(by, X);
    pair.holder.fork_keeper();
    pair.holder.unlock(by);
    assert!(pair.is_free());
}

fn a_job_that_ends_does_not_free_its_wrappers_lock(by: Backend) {
    let mut pair = Pair::held(by, X);
    // Reaped by its parent: so all its descriptors are closed.
    assert_eq!(pair.holder.ask("fork-and-end"), "done");
    assert!(!pair.is_free());
}

fn a_program_that_inherits_the_descriptor_keeps_the_lock_if_the_description_owns_it(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.ask("keep 0"), "done");
    let program: libc::pid_t = pair.holder.ask("spawn").parse().expect("a process id");
    assert_eq!(pair.holder.ask("close 0"), "done");
    assert!(pair.is_as_owned());
    kill(program, libc::SIGKILL);
    pair.becomes_free();
}

fn a_program_that_does_not_inherit_the_descriptor_keeps_nothing(by: Backend) {
    let mut pair = Pair::held(by, X);
    // Answered after exec, when the descriptor is closed in the program.
    pair.holder.ask("spawn").parse::<libc::pid_t>().expect("a process id");
    assert!(!pair.is_free(), "the wrapper still holds it");
    assert_eq!(pair.holder.ask("close 0"), "done");
    pair.becomes_free();
}

fn a_wrapper_that_becomes_the_command_still_holds(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.ask("keep 0"), "done");
    // No answer but the end of the connection, which exec closes.
    assert_eq!(pair.holder.ask("exec"), "");
    assert!(!pair.is_free());
    pair.holder.process().kill(libc::SIGKILL);
    pair.holder.process().wait();
    assert!(pair.is_free());
}

fn a_wrapper_that_becomes_the_command_without_the_descriptor_holds_nothing(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.ask("exec"), "");
    pair.becomes_free();
}

fn unlocking_a_duplicate_frees_the_lock(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.ask("dup 0"), "done");
    assert_eq!(pair.holder.ask(&format!("unlock 1 {}", by.name())), "done");
    assert!(pair.is_free());
}

fn closing_a_duplicate_frees_only_what_the_process_owns(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.ask("dup 0"), "done");
    assert_eq!(pair.holder.ask("close 0"), "done");
    assert!(pair.is_as_owned());
    assert_eq!(pair.holder.ask("close 1"), "done");
    assert!(pair.is_free());
}

fn opening_and_closing_the_file_again_frees_only_what_the_process_owns(by: Backend) {
    let mut pair = Pair::held(by, X);
    pair.holder.open(&pair.scratch.path().join("lock"));
    assert_eq!(pair.holder.ask("close 1"), "done");
    assert!(pair.is_as_owned());
}

fn unlocking_what_is_not_locked_is_no_error(by: Backend) {
    let mut pair = Pair::held(by, X);
    pair.other.unlock(by);
    assert!(!pair.is_free(), "somebody else's lock must not go");
    pair.holder.unlock(by);
    pair.holder.unlock(by);
    assert!(pair.is_free());
}

fn locking_twice_through_one_descriptor_is_no_conflict(by: Backend) {
    let mut pair = Pair::held(by, X);
    assert_eq!(pair.holder.try_lock(by, X), "granted");
    assert_eq!(pair.holder.ask(&format!("lock 0 {} x", by.name())), "granted");
    pair.holder.unlock(by);
    assert!(pair.is_free(), "one unlock is enough");
}
