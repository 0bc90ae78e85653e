//! A kernel or file system that can't lock: the job does not run, for nobody knows whether it may.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::complaint::{assert_complains, assert_is_one_line, assert_silent, run};
use crate::support::{
    self, Running, Scratch, find_program, forced_backend, skip, stderr, withlock,
};

/// strace(1), if it is there and may trace and inject.
fn strace() -> Option<PathBuf> {
    let strace = find_program("strace").filter(|strace| {
        let mut command = Command::new(strace);
        command.args(["-f", "-e", "trace=none", "-e", "inject=flock:error=EIO", "true"]);
        run(&mut command).status.success()
    });
    if strace.is_none() {
        skip("strace is not installed, or may not trace");
    }
    strace
}

/// A run under strace, whose own output goes to the file.
fn traced(
    strace: &Path,
    options: &[&str],
    log: &Path,
    words: &[&str],
    scratch: &Scratch,
) -> Output {
    let command = withlock(words);
    let mut traced = Command::new(strace);
    traced.arg("-f").args(options).arg("-o").arg(log);
    traced.arg(command.get_program()).args(command.get_args());
    run(traced.current_dir(scratch.path()))
}

/// The system calls that the backend under test locks with.
fn calls() -> &'static [&'static str] {
    match forced_backend().as_deref() {
        Some("flock") => &["flock"],
        Some("fcntl" | "lockf") => &["fcntl"],
        _ => &["flock", "fcntl"],
    }
}

/// What the C libraries have in common to say, and what withlock says to do.
const ERRORS: [(&str, &str, &str); 7] = [
    ("ENOLCK", "No locks available", "start the lock service"),
    ("EOPNOTSUPP", "ot supported", "another --backend"),
    ("ENOSYS", "not implemented", "another --backend"),
    ("EINVAL", "Invalid argument", "another --backend"),
    ("EDEADLK", "deadlock", "in the same order"),
    ("EIO", " error", "errors of the disk"),
    ("EBADF", "Bad file descriptor", "a file that you may write to"),
];

#[test]
fn where_locking_fails_the_job_does_not_run_beside_another_one() {
    let Some(strace) = strace() else { return };
    let scratch = Scratch::new();
    let log = scratch.join("log");
    for call in calls() {
        for (error, words, advice) in ERRORS {
            for options in [&[][..], &["-w", "inf"], &["-s"]] {
                if (*call, error) == ("fcntl", "EBADF") {
                    // The standard library asks by fcntl whether its descriptors are open, and aborts.
                    continue;
                }
                let case = format!("{call} {error} {options:?}");
                let inject = format!("inject={call}:error={error}");
                let arguments = [options, &["lock", "echo", "ran"]].concat();
                let output = traced(&strace, &["-e", &inject], &log, &arguments, &scratch);
                let parts = ["lock: locking (", words, advice];
                assert_complains(&case, &output, 71, &parts);
                // What stays is signed, and goes with the next run that can lock.
                let output = run(withlock(["lock", "true"]).current_dir(scratch.path()));
                assert_silent(&case, &output, 0);
                assert_eq!(scratch.names(), ["log"], "{case}");
            }
        }
    }
}

/// Whether a line of strace's output is a call that takes a lock.
fn takes_lock(line: &str) -> bool {
    line.contains("LOCK_EX") || line.contains("SETLK") && line.contains("F_WRLCK")
}

#[test]
fn an_interrupted_attempt_is_made_again_and_not_taken_for_an_answer() {
    let Some(strace) = strace() else { return };
    let scratch = Scratch::new();
    let log = scratch.join("log");
    for call in calls() {
        let trace = format!("trace={call}");
        let words = ["lock", "echo", "ran"];
        let output = traced(&strace, &["-e", &trace], &log, &words, &scratch);
        assert_silent(call, &output, 0);
        let whole = fs::read_to_string(&log).unwrap();
        let first = whole.lines().position(takes_lock).unwrap() + 1;
        let inject = format!("inject={call}:error=EINTR:when={first}");
        let options = ["-e", &trace, "-e", &inject];
        let output = traced(&strace, &options, &log, &words, &scratch);
        let interrupted = fs::read_to_string(&log).unwrap();
        assert!(interrupted.contains("EINTR"), "{interrupted}");
        assert_silent(call, &output, 0);
        assert_eq!(output.stdout, b"ran\n", "{call}");
        assert_eq!(scratch.names(), ["log"]);
    }
}

#[test]
fn an_interrupted_wait_goes_on_waiting() {
    let Some(strace) = strace() else { return };
    let scratch = Scratch::new();
    let log = scratch.join("log");
    let lock = scratch.join("lock");
    let call = calls()[0];
    if call == "fcntl" {
        // Which of its calls that would be depends on the library; flock alone is counted safely.
        return;
    }
    let mut holder = Running::start(&["-k"], &lock);
    let contender = withlock(["-w", "inf"]);
    // The second attempt is the one that waits; it is interrupted twice.
    let mut traced = Command::new(&strace);
    traced.args(["-f", "-e", &format!("trace={call}"), "-o"]).arg(&log);
    traced.arg("-e").arg(format!("inject={call}:error=EINTR:when=2..3"));
    traced.arg(contender.get_program()).args(contender.get_args());
    traced.arg(&lock).args(["echo", "ran"]).stdout(std::process::Stdio::piped());
    let waiter = traced.spawn().unwrap();
    support::wait_until("the wait is interrupted, and begins again", || {
        let log = fs::read_to_string(&log).unwrap_or_default();
        log.matches("EINTR").count() == 2
    });
    holder.go_on();
    assert!(holder.wait().0.success());
    let output = waiter.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"ran\n");
}

#[test]
fn a_lock_that_can_not_be_released_in_order_does_not_change_what_the_job_said() {
    let Some(strace) = strace() else { return };
    let scratch = Scratch::new();
    let log = scratch.join("log");
    let inject = ["-e", "inject=unlinkat:error=EROFS"];
    let output = traced(&strace, &inject, &log, &["lock", "sh", "-c", "exit 7"], &scratch);
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_is_one_line("unlinkat", &stderr(&output));
    for part in ["while releasing the lock", "lock: removing failed: Read-only", "is free"] {
        assert!(stderr(&output).contains(part), "{output:?}");
    }
    let output = run(withlock(["lock", "echo", "ran"]).current_dir(scratch.path()));
    assert_silent("next run", &output, 0);
    assert_eq!(scratch.names(), ["log"]);
}
