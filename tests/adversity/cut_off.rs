//! A limit on the size of files: what was cut off in the lock file does no harm.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::scarcity::after;
use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{
    JOB, Running, Scratch, find_program, skip, stderr, wait_until, waits_for_lock, withlock,
};

#[test]
fn a_job_that_may_write_no_file_at_all_runs_and_its_lock_file_goes() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let mut command = withlock([lock.as_os_str()]);
    command.args(["sh", "-c", "test -f \"$WITHLOCK_LOCKFILE\" && echo ran"]);
    let output = run(&mut after("ulimit -f 0", &command));
    assert_silent("no size", &output, 0);
    assert_eq!(output.stdout, b"ran\n");
    assert!(scratch.names().is_empty());
    // Under the same limit, a held lock is still busy, if by someone unknown.
    let inner = "\"$0\" \"$@\" \"$WITHLOCK_LOCKFILE\" echo ran";
    let mut command = withlock([lock.as_os_str()]);
    let contender = withlock::<&str>([]);
    command.args(["sh", "-c", inner]).arg(contender.get_program()).args(contender.get_args());
    let output = run(&mut after("ulimit -f 0", &command));
    assert_complains("busy", &output, 1, &["lock is held by the run that this one is part of"]);
    assert!(scratch.names().is_empty());
}

/// A run that may write files of so many bytes at most, and whose job goes on until it is told to end; `None` where that
/// limit can't be set.
fn start_limited(bytes: usize, lock: &Path) -> Option<Running> {
    if find_program("prlimit").is_none() {
        skip("prlimit is not installed");
        return None;
    }
    let command = withlock([lock.as_os_str(), "sh".as_ref(), "-c".as_ref(), JOB.as_ref()]);
    Some(Running::of(after(&format!("prlimit --pid $$ --fsize={bytes}"), &command)))
}

#[test]
fn a_file_whose_signature_was_cut_off_goes_all_the_same() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    // The signature has 13 bytes, the line without a holder 15.
    for bytes in [1, 5, 12, 13, 14, 15, 16, 40] {
        let Some(holder) = start_limited(bytes, &lock) else { return };
        // It gets the file that is there, which it has not created itself.
        let mut waiter = withlock(["-w", "inf"]);
        let mut waiter = waiter.arg(&lock).arg("true").spawn().unwrap();
        wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
        assert!(holder.finish().0.success(), "{bytes}");
        assert!(waiter.wait().unwrap().success(), "{bytes}");
        assert_eq!(scratch.names(), Vec::<String>::new(), "{bytes}");
    }
}

#[test]
fn a_record_that_was_cut_off_does_not_pass_for_what_stood_there_before() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let killed = "{\"withlock\":1,\"pid\":4711,\"user\":0,\"host\":\"old\",\"since\":1,\"token\":\"0000000000000000\",\
        \"command\":\"old and older, and so long that it goes on behind every record that may come\"}\n";
    for bytes in (0..200).step_by(3) {
        fs::write(&lock, killed).unwrap();
        let Some(holder) = start_limited(bytes, &lock) else { return };
        let output = run(withlock([lock.as_os_str(), "echo".as_ref()]).stdin(Stdio::null()));
        assert_complains(&format!("{bytes}"), &output, 1, &["lock is held by "]);
        let errors = stderr(&output);
        let told = errors.split_once(" is held by ").unwrap().1.trim_end();
        let named = format!("pid {} (", holder.child.id());
        assert!(
            told == "someone unknown" || told.starts_with(&named) && !told.contains("@old"),
            "{bytes}: {told}"
        );
        // The signature is still there, or the file would stay.
        assert!(holder.finish().0.success(), "{bytes}");
        assert_eq!(scratch.names(), Vec::<String>::new(), "{bytes}");
    }
}
