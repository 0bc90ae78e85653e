//! What a job leaves running: it keeps the lock after a death by signal, and not after an exit.

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Stdio;

use super::crash::{assert_held_after_crash, start};
use crate::support::procfs::has_ended;
use crate::support::scripts::run;
use crate::support::{
    self, Running, Scratch, kill, kill_group, process_owned, signals, stderr, wait_until,
    waits_for_lock, withlock,
};

/// A daemon, ended when the test is over.
struct Daemon(u32);

impl Drop for Daemon {
    fn drop(&mut self) {
        if !has_ended(self.0) {
            kill(self.0, libc::SIGKILL);
        }
    }
}

#[test]
fn a_daemon_that_the_job_leaves_behind_does_not_block_the_next_run() {
    for starter in ["", "setsid "] {
        for options in [&[] as &[&str], &["-s"], &["-k"]] {
            let place = Scratch::new();
            let lock = place.join("lock");
            let script = format!("{starter}sleep 1000 </dev/null >/dev/null 2>&1 & echo $!");
            let output = withlock(options).arg(&lock).args(["sh", "-c", &script]).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            let daemon = Daemon(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap());
            let next = run(&[], &lock);
            assert_eq!(next.stdout, b"ran\n", "{}", stderr(&next));
            assert!(!has_ended(daemon.0));
            assert_eq!(place.names(), [""; 0]);
        }
    }
}

/// A run whose job has started a process that goes on, and then died of a signal: the run has ended as the job did. The
/// process, which has the lock's descriptor if the job had it.
fn die_of_a_signal(options: &[&str], place: &Scratch) -> Daemon {
    let script = "sleep 1000 </dev/null >/dev/null 2>&1 & echo $$; echo $!; wait";
    let mut running = start(options, place, script);
    let left = Daemon(running.line().parse().unwrap());
    running.signal(libc::SIGTERM);
    let (status, _, errors) = running.wait();
    assert_eq!((status.signal(), errors.as_str()), (Some(libc::SIGTERM), ""), "{options:?}");
    assert!(!has_ended(left.0));
    left
}

#[test]
fn what_a_job_that_died_of_a_signal_has_left_running_keeps_the_lock_and_then_the_file_goes() {
    for options in [&[] as &[&str], &["-s"], &["-k"]] {
        let place = Scratch::new();
        let lock = place.join("lock");
        let left = die_of_a_signal(options, &place);
        assert_held_after_crash(&lock);
        if process_owned() {
            continue;
        }
        assert_eq!(place.names(), ["lock"]);
        let mut waiter = withlock(["-w", "inf"]);
        let waiter =
            waiter.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped()).spawn().unwrap();
        wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
        assert!(!has_ended(left.0));
        drop(left);
        assert_eq!(waiter.wait_with_output().unwrap().stdout, b"ran\n");
        assert_eq!(place.names(), [""; 0], "{options:?}");
    }
}

#[test]
fn whoever_waits_behind_a_job_that_dies_of_a_signal_comes_after_what_that_has_left_running() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let script = "sleep 1000 </dev/null >/dev/null 2>&1 & echo $$; echo $!; wait";
    let mut running = start(&[], &place, script);
    let left = Daemon(running.line().parse().unwrap());
    let mut waiter = withlock(["-w", "inf"]);
    let waiter = waiter.arg(&lock).args([
        "sh",
        "-c",
        &format!("! kill -0 {} || test $(ps -o stat= -p {}) = Z", left.0, left.0),
    ]);
    let waiter = waiter.stderr(Stdio::null()).spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    kill(running.job, libc::SIGKILL);
    assert_eq!(running.wait().0.signal(), Some(libc::SIGKILL));
    if !process_owned() {
        assert!(waits_for_lock(waiter.id()), "it has run beside what was left");
        drop(left);
        assert!(waiter.wait_with_output().unwrap().status.success());
    } else {
        drop(waiter.wait_with_output().unwrap());
    }
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn the_next_run_removes_the_file_that_outlived_what_a_job_has_left_running() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let left = die_of_a_signal(&[], &place);
    kill(left.0, libc::SIGKILL);
    wait_until("it ends", || has_ended(left.0));
    assert_eq!(place.names(), ["lock"]);
    assert_eq!(run(&[], &lock).stdout, b"ran\n");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_job_that_dies_of_a_signal_leaves_nothing_locked_that_it_was_not_given() {
    let place = Scratch::new();
    let left = die_of_a_signal(&["-o"], &place);
    assert_eq!(place.names(), [""; 0]);
    assert_eq!(run(&[], &place.join("lock")).stdout, b"ran\n");
    assert!(!has_ended(left.0));
}

#[test]
fn a_file_of_somebody_else_s_stays_after_a_job_that_died_of_a_signal() {
    let place = Scratch::new();
    let lock = place.join("lock");
    fs::write(&lock, "theirs").unwrap();
    let left = die_of_a_signal(&[], &place);
    assert_held_after_crash(&lock);
    kill(left.0, libc::SIGKILL);
    wait_until("it ends", || has_ended(left.0));
    let running = start(&[], &place, support::JOB);
    kill(running.job, libc::SIGKILL);
    assert_eq!(running.wait().0.signal(), Some(libc::SIGKILL));
    assert_eq!(fs::read(&lock).unwrap(), b"theirs");
    assert_eq!(run(&[], &lock).stdout, b"ran\n");
}

#[test]
fn a_job_and_what_it_has_started_that_are_ended_together_leave_no_file() {
    // What it has started takes a moment longer to die than the job. How long the wrapper allows for that is not much for a
    // loaded machine, so that it may need more than one attempt; without any allowance, none would do.
    let leaves_none = || {
        let place = Scratch::new();
        let script =
            "(trap 'sleep 0.02; exit' TERM; sleep 1000 & echo $$; wait; sleep 0.02) & wait";
        let mut command = withlock([place.join("lock").as_os_str()]);
        command.args(["sh", "-c", script]).process_group(0);
        signals::plain(&mut command);
        let mut group = Running::of(command);
        kill_group(group.child.id(), libc::SIGTERM);
        let status = group.child.wait().unwrap();
        assert_eq!(status.signal(), Some(libc::SIGTERM));
        place.names().is_empty()
    };
    assert!((0..20).any(|_| leaves_none()));
}
