//! Who may die when, and what then becomes of the lock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use support::procfs::{has_ended, has_open, is_settled, state};
use support::{
    Running, Scratch, excludes_flock, find_program, kill, kill_group, process_owned, signals, skip,
    stderr, wait_until, waits_for_lock, withlock,
};

fn run(options: &[&str], lock: &Path) -> Output {
    withlock(options).arg(lock).args(["echo", "ran"]).output().unwrap()
}

/// Starts a run that goes on until it is told to end, with every signal at its default.
fn start(options: &[&str], place: &Scratch, script: &str) -> Running {
    let mut command = withlock(options);
    command.arg(place.join("lock")).args(["sh", "-c", script]).current_dir(place.path());
    signals::plain(&mut command);
    Running::of(command)
}

/// Asserts that a second run is refused; with a lock that ends with a killed wrapper, that it isn't.
fn assert_held_after_crash(lock: &Path) {
    let second = run(&[], lock);
    assert_eq!(
        second.status.code(),
        Some(if process_owned() { 0 } else { 1 }),
        "{}",
        stderr(&second)
    );
}

#[test]
fn a_second_run_is_refused_until_the_job_of_a_killed_wrapper_has_ended() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut crashed = start(&[], &place, support::JOB);
    crashed.signal(libc::SIGKILL);
    assert_eq!(crashed.child.wait().unwrap().signal(), Some(libc::SIGKILL));
    assert!(!has_ended(crashed.job));
    assert_held_after_crash(&lock);
    let mut waiter = withlock(["-w", "inf"]);
    let waiter = waiter.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped()).spawn().unwrap();
    if !process_owned() {
        wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    }
    crashed.go_on();
    assert_eq!(waiter.wait_with_output().unwrap().stdout, b"ran\n");
    wait_until("the job ends", || has_ended(crashed.job));
    assert_eq!(run(&[], &lock).stdout, b"ran\n");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn after_wrapper_and_job_are_killed_the_next_run_works_and_leaves_no_file() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut crashed = start(&[], &place, support::JOB);
    crashed.signal(libc::SIGKILL);
    kill(crashed.job, libc::SIGKILL);
    crashed.child.wait().unwrap();
    wait_until("the job ends", || has_ended(crashed.job));
    assert_eq!(place.names(), ["lock"]);
    let next = run(&[], &lock);
    assert_eq!((next.status.code(), stderr(&next).as_str()), (Some(0), ""));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_killed_job_leaves_neither_lock_nor_file() {
    let place = Scratch::new();
    let running = start(&[], &place, support::JOB);
    kill(running.job, libc::SIGKILL);
    let (status, _, errors) = running.wait();
    assert_eq!((status.signal(), errors.as_str()), (Some(libc::SIGKILL), ""));
    assert_eq!(place.names(), [""; 0]);
}

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
            "(trap 'sleep 0.02; exit' TERM; echo $$; while :; do sleep 1000 & wait; done) & wait";
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

#[test]
fn the_job_has_the_lock_descriptor_just_as_asked() {
    for (options, expected) in
        [(&[] as &[&str], !process_owned()), (&["-o"], false), (&["--close"], false)]
    {
        let place = Scratch::new();
        let running = start(options, &place, support::JOB);
        let inode = fs::metadata(place.join("lock")).unwrap().ino();
        assert!(has_open(running.child.id(), inode));
        assert_eq!(has_open(running.job, inode), expected, "{options:?}");
        assert!(running.finish().0.success());
    }
}

#[test]
fn with_close_the_lock_ends_with_a_killed_wrapper() {
    let place = Scratch::new();
    let mut crashed = start(&["-o"], &place, support::JOB);
    crashed.signal(libc::SIGKILL);
    crashed.child.wait().unwrap();
    assert!(!has_ended(crashed.job));
    let next = run(&[], &place.join("lock"));
    assert_eq!(next.stdout, b"ran\n", "{}", stderr(&next));
    assert_eq!(place.names(), [""; 0]);
    crashed.go_on();
    wait_until("the job ends", || has_ended(crashed.job));
}

/// A job that no signal but KILL and STOP has an effect on: it says its process id, waits for a line, and exits with
/// status 7. By the kernel's own call: a shell can't ignore what the C library keeps for itself.
const DEAF: &str = "
import ctypes, os, platform, sys
call = {'x86_64': 14, 'aarch64': 135, 'riscv64': 135}.get(platform.machine(), 175)
every = ctypes.c_uint64(2**64 - 1)
assert ctypes.CDLL(None).syscall(call, 0, ctypes.byref(every), None, 8) == 0
print(os.getpid(), flush=True)
sys.stdin.readline()
os._exit(7)
";

#[test]
fn no_signal_to_the_wrapper_frees_the_lock_before_the_job_has_ended() {
    let Some(python) = find_program("python3") else { return skip("python3 is not installed") };
    let place = Scratch::new();
    let lock = place.join("lock");
    for options in [&[] as &[&str], &["-o"]] {
        let mut command = withlock(options);
        command.arg(&lock).arg(&python).args(["-c", DEAF]).current_dir(place.path());
        let running = Running::of(command);
        // KILL and STOP can't be held back.
        for signal in (1..65).filter(|signal| ![libc::SIGKILL, libc::SIGSTOP].contains(signal)) {
            running.signal(signal);
            wait_until("the signal is taken", || is_settled(running.child.id()));
            let second = run(&[], &lock);
            assert_eq!(second.status.code(), Some(1), "signal {signal}: {}", stderr(&second));
        }
        assert_eq!(running.finish().0.code(), Some(7));
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn a_job_that_is_traced_and_stopped_has_not_ended() {
    let Some(python) = find_program("python3") else { return skip("python3 is not installed") };
    let traced = "
import ctypes, os
print(os.getpid(), flush=True)
ctypes.CDLL(None).ptrace(0, 0, 0, 0)
os.execvp('sleep', ['sleep', '1000'])
";
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut command = withlock([&lock]);
    let running = Running::of({
        command.arg(&python).args(["-c", traced]);
        command
    });
    wait_until("it is stopped at exec", || state(running.job) == Some('t'));
    wait_until("that is noticed", || is_settled(running.child.id()));
    let second = run(&[], &lock);
    assert_eq!(second.status.code(), Some(1), "{}", stderr(&second));
    kill(running.job, libc::SIGKILL);
    assert_eq!(running.wait().0.signal(), Some(libc::SIGKILL));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn whoever_gets_the_lock_next_finds_no_file_that_is_about_to_be_removed() {
    let (tool, options) = if excludes_flock() { ("flock", "-x") } else { ("lckdo", "-w") };
    let Some(tool) = find_program(tool) else {
        return skip(&format!("{tool} is not installed"));
    };
    let place = Scratch::new();
    let lock = place.join("lock");
    for _ in 0..50 {
        let holder = Running::start(&[], &lock);
        // It does not compare, and so gets the lock of the removed file: the name has gone before the lock.
        let mut next = Command::new(&tool);
        next.arg(options).arg(&lock).args(["test", "!", "-e"]).arg(&lock);
        let mut next = next.spawn().unwrap();
        wait_until("the next one sleeps", || waits_for_lock(next.id()));
        assert!(holder.finish().0.success());
        assert!(next.wait().unwrap().success(), "the file was still there");
    }
    assert_eq!(place.names(), [""; 0]);
}
