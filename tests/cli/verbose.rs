//! What -v tells, and what -q does not silence.

use std::fs;
use std::process::Output;

use super::options::attempt;
use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{Running, Scratch, forced_backend, stderr, withlock};

/// The lines of a run with -v.
fn lines(output: &Output) -> Vec<String> {
    stderr(output)
        .lines()
        .map(|line| line.strip_prefix("withlock: ").unwrap_or_else(|| panic!("{line}")).to_owned())
        .collect()
}

#[test]
fn verbose_says_what_happens_in_order() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let output = run(withlock(["-v"]).arg(&lock).args(["sh", "-c", "exit 7"]));
    assert_eq!(output.status.code(), Some(7));
    let said = lines(&output);
    let backend = forced_backend().unwrap_or_default();
    let expected = [
        format!("{}: safe", scratch.path().display()),
        format!("lock file {} (", lock.display()),
        format!("backend {backend}"),
        if backend.is_empty() && cfg!(target_os = "linux") {
            "handed to waiters in order"
        } else {
            "removed at each release"
        }
        .to_owned(),
        "lock file created".to_owned(),
        "lock acquired".to_owned(),
        "command started, pid ".to_owned(),
        "lock file removed, lock released".to_owned(),
        "command exited with status 7".to_owned(),
    ];
    let mut rest = said.iter().peekable();
    for part in &expected {
        while rest.peek().is_some_and(|line| !line.contains(part)) {
            rest.next();
        }
        assert!(rest.peek().is_some(), "{part:?} is missing or out of order in {said:#?}");
    }
    assert_eq!(rest.count(), 1, "nothing is said after the end: {said:#?}");
    // One verdict for each directory from the root on.
    let directories =
        said.iter().filter(|line| line.starts_with('/') && line.ends_with(": safe")).count();
    assert_eq!(directories, scratch.path().components().count(), "{said:#?}");
}

#[test]
fn verbose_says_how_the_file_was_used_and_how_the_job_ended() {
    let scratch = Scratch::new();
    let last = |words: &[&str]| lines(&attempt(&scratch, words)).split_off(0).join("\n");
    let said = last(&["-v", "-k", "lock", "true"]);
    assert!(said.contains("lock released, lock file left: as asked (--keep)"), "{said}");
    let said = last(&["-v", "lock", "sh", "-c", "kill -TERM $$"]);
    assert!(said.contains("command died of signal 15 (TERM)"), "{said}");
    assert!(!said.contains("lock file created"), "{said}");
    fs::write(scratch.join("lock"), "").unwrap();
    let said = last(&["-v", "lock", "true"]);
    assert!(said.contains("on a file that withlock did not make"), "{said}");
    assert!(said.contains("lock file left: withlock did not make it"), "{said}");
    fs::remove_file(scratch.join("lock")).unwrap();
    let said = last(&["-v", "lock", "sh", "-c", "rm lock"]);
    assert!(
        said.contains("lock file left: the path leads to another file now, or to none"),
        "{said}"
    );
    let running = Running::start(&["-s"], &scratch.join("lock"));
    let said = last(&["-v", "-s", "lock", "true"]);
    assert!(said.contains("lock file left: others share the lock or wait for it"), "{said}");
    running.finish();
}

#[test]
fn quiet_silences_the_busy_message_only_and_verbose_still_tells_the_rest() {
    let scratch = Scratch::new();
    let running = Running::start(&[], &scratch.join("lock"));
    let output = attempt(&scratch, &["-q", "-v", "lock", "echo", "ran"]);
    assert_eq!(output.status.code(), Some(0));
    let said = stderr(&output);
    assert!(said.contains("backend") && !said.contains("is held by"), "{said}");
    running.finish();
    assert_silent("job's status", &attempt(&scratch, &["-q", "lock", "sh", "-c", "exit 7"]), 7);
    let output = attempt(&scratch, &["-q", "none/lock", "echo"]);
    assert_complains("errors", &output, 73, &["none"]);
    let output = attempt(&scratch, &["-q", "-E", "9", "lock", "no-such-program"]);
    assert_complains("errors", &output, 127, &["no-such-program"]);
}
