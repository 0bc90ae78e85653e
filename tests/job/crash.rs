//! Who may die when, and what then becomes of the lock.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::procfs::{has_ended, has_open, is_settled, state};
use crate::support::scripts::run;
use crate::support::{
    self, Running, Scratch, excludes_flock, find_program, kill, process_owned, signals, skip,
    stderr, wait_until, waits_for_lock, withlock,
};

/// Starts a run that goes on until it is told to end, with every signal at its default.
pub(super) fn start(options: &[&str], place: &Scratch, script: &str) -> Running {
    let mut command = withlock(options);
    command.arg(place.join("lock")).args(["sh", "-c", script]).current_dir(place.path());
    signals::plain(&mut command);
    Running::of(command)
}

/// Asserts that a second run is refused; with a lock that ends with a killed wrapper, that it isn't.
pub(super) fn assert_held_after_crash(lock: &Path) {
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
