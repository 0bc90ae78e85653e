//! The command can't be started, or can't be waited for: what the run's child does before it is the command, and what
//! comes after.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::{
    self, Running, Scratch, find_program, kill, process_owned, procfs, programs, skip, stderr,
    wait_until, withlock,
};

/// The run under strace(1), with its children if `follow`.
pub(super) fn tampered(
    injections: &[&str],
    follow: &[&str],
    options: &[&str],
    lock: &Path,
) -> Option<Command> {
    let Some(strace) = find_program("strace") else {
        skip("strace");
        return None;
    };
    let plain = withlock(options);
    let mut command = Command::new(strace);
    command.args(follow).args(["-qq", "-o", "/dev/null", "-e", "signal=none"]);
    for injection in injections {
        command.arg("-e").arg(format!("inject={injection}"));
    }
    command.arg(plain.get_program()).args(plain.get_args()).arg(lock);
    Some(command)
}

pub(super) fn assert_next_runs(case: &str, place: &Scratch) {
    let next = withlock([place.join("lock")]).args(["sh", "-c", "exit 42"]).output().unwrap();
    assert_eq!((next.status.code(), stderr(&next).as_str()), (Some(42), ""), "{case}");
    assert_eq!(place.names(), [""; 0], "{case}");
}

/// How execve(2) may fail, and the status that tells it.
const REFUSALS: [(&str, i32); 15] = [
    ("ENOENT", 127),
    ("ENOTDIR", 127),
    ("ENAMETOOLONG", 127),
    ("EACCES", 126),
    ("EPERM", 126),
    ("ELOOP", 126),
    ("ETXTBSY", 126),
    ("EIO", 126),
    ("E2BIG", 126),
    ("EISDIR", 126),
    ("ELIBBAD", 126),
    ("ENOMEM", 71),
    ("EAGAIN", 71),
    ("EMFILE", 71),
    ("ENFILE", 71),
];

/// Runs a script that is found in the second directory of PATH; its execve(2) is told by its path from the run's own.
fn start_script(errno: &str, place: &Scratch, aside: &Scratch) -> Option<Output> {
    let script = aside.join("job");
    programs::write_program(&script, b"#!/bin/sh\necho ran\nexit 42\n", 0o755);
    let injection = format!("execve:error={errno}");
    let script = script.to_str().unwrap();
    let mut command = tampered(&[&injection], &["-f", "-P", script], &[], &place.join("lock"))?;
    command.env("PATH", format!("{}:{}", aside.join("none").display(), aside.path().display()));
    Some(command.arg("job").output().unwrap())
}

#[test]
fn a_command_that_cannot_be_executed_keeps_no_lock_and_the_status_says_why() {
    for (errno, status) in REFUSALS {
        let (place, aside) = (Scratch::new(), Scratch::new());
        let Some(output) = start_script(errno, &place, &aside) else { return };
        let errors = stderr(&output);
        assert_eq!(output.status.code(), Some(status), "{errno}: {errors}");
        assert!(errors.starts_with("withlock: ") && errors.lines().count() == 1, "{errors}");
        assert_eq!(output.stdout, b"", "{errno}");
        assert_eq!(place.names(), [""; 0], "{errno}");
        assert_next_runs(errno, &place);
    }
}

#[test]
fn a_script_that_the_system_does_not_know_how_to_execute_is_run_once_by_a_shell() {
    let (place, aside) = (Scratch::new(), Scratch::new());
    let Some(output) = start_script("ENOEXEC", &place, &aside) else { return };
    let said = (output.status.code(), output.stdout.as_slice(), stderr(&output));
    assert_eq!(said, (Some(42), b"ran\n".as_slice(), String::new()));
    assert_next_runs("ENOEXEC", &place);
}

#[test]
fn a_run_that_cannot_wait_for_its_job_leaves_it_the_lock() {
    for injection in ["rt_sigtimedwait:error=EPERM", "wait4:error=ECHILD"] {
        let (place, aside) = (Scratch::new(), Scratch::new());
        let lock = place.join("lock");
        let Some(mut command) = tampered(&[injection], &[], &[], &lock) else { return };
        command.args(["sh", "-c", support::JOB]).current_dir(aside.path());
        let mut run = Running::of(command);
        if injection.starts_with("wait4") {
            // Something to wake up for while the job lives.
            kill(procfs::child(run.child.id()).unwrap(), libc::SIGCHLD);
        }
        let status = run.child.wait().unwrap();
        assert_eq!(status.code(), Some(71), "{injection}");
        assert!(!procfs::has_ended(run.job), "{injection}");
        let rival = withlock(["-E", "9"]).arg(&lock).arg("true").output().unwrap();
        let expected = if process_owned() { 0 } else { 9 };
        assert_eq!(rival.status.code(), Some(expected), "{injection}: {}", stderr(&rival));
        run.go_on();
        wait_until("the job ends", || procfs::has_ended(run.job));
        assert_next_runs(injection, &place);
    }
}
