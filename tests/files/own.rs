//! Withlock's own files: taken over, removed or kept, and the owner's alone.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::left_alone::assert_locked_and_left;
use crate::support::people::chmod;
use crate::support::{self, JOB, Running, Scratch, withlock};

pub(super) const SIGNATURE: &[u8] = b"{\"withlock\":1}\n";

#[test]
fn what_a_run_left_that_was_killed_while_it_made_its_file_is_removed() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    fs::write(&lock, "").unwrap();
    chmod(&lock, 0o700);
    let output = run(withlock([lock.as_os_str()]).args(["sh", "-c", "cat \"$WITHLOCK_LOCKFILE\""]));
    assert_silent("begun", &output, 0);
    assert!(output.stdout.starts_with(b"{\"withlock\":1,\"pid\":"), "{output:?}");
    assert!(scratch.names().is_empty());
}

#[test]
fn what_a_killed_run_left_is_taken_over_and_removed() {
    let whole = "{\"withlock\":1,\"pid\":1,\"user\":0,\"host\":\"h\",\"since\":9,\
        \"token\":\"0123456789abcdef\",\"command\":\"true\"}\n";
    for signature in ["{\"withlock\":1}\n", whole, &whole[..13], &whole[..30], &whole[..80]] {
        let scratch = Scratch::new();
        let lock = scratch.join("lock");
        fs::write(&lock, signature).unwrap();
        chmod(&lock, 0o600);
        let output =
            run(withlock([lock.as_os_str()]).args(["sh", "-c", "cat \"$WITHLOCK_LOCKFILE\""]));
        assert_silent(signature, &output, 0);
        let record = String::from_utf8(output.stdout).unwrap();
        assert!(record.contains("\"command\":\"sh -c"), "{record}");
        assert_eq!(record.lines().count(), 1, "{record}");
        assert!(scratch.names().is_empty());
    }
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let mut running = Running::start(&[], &lock);
    running.signal(libc::SIGKILL);
    running.go_on();
    running.wait();
    support::wait_until("the job has ended", || unheld(&lock));
    let output = run(withlock([lock.as_os_str()]).args(["echo", "ran"]));
    assert_silent("after a kill", &output, 0);
    assert!(scratch.names().is_empty());
}

/// Whether nobody holds the lock: by a run that keeps the file as it is.
fn unheld(lock: &Path) -> bool {
    run(withlock(["-q", "-E", "9", "-k"]).arg(lock).arg("true")).status.success()
}

#[test]
fn keep_leaves_a_file_that_says_that_nobody_holds_it() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let running = Running::start(&["-k"], &lock);
    assert!(fs::read_to_string(&lock).unwrap().contains("\"pid\":"));
    running.finish();
    assert_eq!(fs::read(&lock).unwrap(), SIGNATURE);
    assert_eq!(fs::metadata(&lock).unwrap().mode() & 0o7777, 0o600);
    // It is withlock's own still, and without -k it goes.
    assert_silent("again", &run(withlock([lock.as_os_str()]).arg("true")), 0);
    assert!(scratch.names().is_empty());
}

#[test]
fn a_link_is_kept_and_what_it_leads_to_is_kept_or_removed_by_whose_it_is() {
    let scratch = Scratch::new();
    symlink("target", scratch.join("link")).unwrap();
    let link = scratch.join("link");
    let running = Running::start(&[], &link);
    assert_eq!(scratch.names(), ["link", "target"]);
    let output = run(withlock([scratch.join("target").as_os_str()]).arg("echo"));
    assert_complains("by its other name", &output, 1, &["target is held by pid"]);
    running.finish();
    assert_eq!(scratch.names(), ["link"]);
    fs::write(scratch.join("target"), "").unwrap();
    assert_locked_and_left("foreign target", &link, &[]);
    assert_eq!(scratch.names(), ["link", "target"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn a_file_that_took_the_lock_file_s_place_is_not_removed() {
    let replace: [(&str, &[&str]); 5] = [
        ("rm \"$L\"; echo precious > \"$L\"", &["lock"]),
        ("echo precious > new; mv new \"$L\"", &["lock"]),
        ("rm \"$L\"", &[]),
        ("mv \"$L\" elsewhere", &["elsewhere"]),
        ("rm \"$L\"; mkdir \"$L\"", &["lock"]),
    ];
    for (script, names) in replace {
        for options in [&[][..], &["-q"], &["-s"], &["-k"], &["-o"]] {
            let scratch = Scratch::new();
            let script = format!("L=$WITHLOCK_LOCKFILE; {script}; exit 7");
            let mut command = withlock(options);
            command.args(["lock", "sh", "-c", &script]).current_dir(scratch.path());
            let output = run(&mut command);
            // Another run may have run beside it meanwhile: nobody should have to ask for that.
            let parts = ["warning: lock was re", "at the same time", "leave lock files alone"];
            assert_complains(&script, &output, 7, &parts);
            assert_eq!(scratch.names(), names, "{script}");
            if let Ok(content) = fs::read_to_string(scratch.join("lock")) {
                assert_eq!(content, "precious\n");
            }
        }
    }
}

#[test]
fn a_job_that_writes_its_own_words_into_the_lock_file_keeps_them() {
    let scratch = Scratch::new();
    fs::write(scratch.join("lock"), "").unwrap();
    let script = "echo mine > \"$WITHLOCK_LOCKFILE\"";
    let output = run(withlock(["lock", "sh", "-c", script]).current_dir(scratch.path()));
    assert_silent("foreign", &output, 0);
    assert_eq!(fs::read_to_string(scratch.join("lock")).unwrap(), "mine\n");
}

#[test]
fn the_lock_file_is_the_owner_s_alone_whatever_the_umask() {
    for umask in ["0", "022", "077", "0177", "0777"] {
        let scratch = Scratch::new();
        let lock = scratch.join("lock");
        let command = withlock([lock.as_os_str()]);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]);
        shell.arg(command.get_program()).args(command.get_args()).args(["sh", "-c"]);
        shell.arg(format!("test $(umask) -eq {umask} && {JOB}"));
        let running = Running::of(shell);
        assert_eq!(fs::metadata(&lock).unwrap().mode() & 0o7777, 0o600, "{umask}");
        let output = run(withlock([lock.as_os_str()]).arg("echo"));
        assert_complains(umask, &output, 1, &["lock is held by pid"]);
        assert!(running.finish().0.success(), "{umask}");
        assert!(!lock.exists(), "{umask}");
    }
}
