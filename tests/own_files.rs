//! Files that withlock did not make: locked, and left exactly as they were.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

#[path = "support/complaint.rs"]
mod complaint;
#[path = "support/left_alone.rs"]
mod left_alone;
#[path = "support/people.rs"]
mod people;
#[path = "support/programs.rs"]
mod programs;
mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;

use complaint::{assert_complains, assert_silent, run};
use left_alone::{State, assert_locked_and_left, known};
use people::{ALICE, BOB, Public, chmod, give};
use support::{JOB, Running, Scratch, forced_backend, is_root, stderr, withlock};

const SIGNATURE: &[u8] = b"{\"withlock\":1}\n";

#[test]
fn a_file_that_was_there_before_is_locked_and_not_changed_in_any_way() {
    let large = vec![b'x'; 100_000];
    let contents: [&[u8]; 14] = [
        b"",
        b"{\"withlock\":10,\"note\":\"precious\"}\n",
        b"{\"withlock\":1,\"note\":\"precious\"}\n",
        b"{\"withlock\":1}\nprecious\n",
        b"{\"withlock\":1}precious",
        b"{\"withlock\":1,\"pid\":4711,precious",
        b"4711\n",
        b"precious data",
        b"\0\0\0\0",
        b"{\"withlock\":2,\"pid\":1}\n",
        b"{\"withlock\" :1}\n",
        b" {\"withlock\":1}\n",
        b"{\"with",
        &large,
    ];
    for content in contents {
        for options in [&[][..], &["-k"], &["-s"], &["--no-create"], &["-o"]] {
            let scratch = Scratch::new();
            let lock = scratch.join("lock");
            fs::write(&lock, content).unwrap();
            chmod(&lock, 0o600);
            let case = format!("{:?}", String::from_utf8_lossy(&content[..content.len().min(30)]));
            assert_locked_and_left(&case, &lock, options);
        }
    }
}

/// Whether a file that may only be read can be locked: flock(2) alone does not ask how it was opened.
fn reading_suffices() -> bool {
    match forced_backend().as_deref() {
        Some("flock") => true,
        None => cfg!(not(any(target_os = "linux", target_os = "illumos", target_os = "solaris"))),
        _ => false,
    }
}

#[test]
fn a_read_only_file_or_one_without_any_mode_is_left_so() {
    let scratch = Scratch::new();
    for mode in [0o444, 0o400, 0o000, 0o4755, 0o2755, 0o666] {
        let lock = scratch.join(format!("{mode:o}"));
        fs::write(&lock, "content").unwrap();
        chmod(&lock, mode);
        let reads = mode & 0o400 != 0 && reading_suffices();
        if is_root() || mode & 0o600 == 0o600 || reads {
            assert_locked_and_left(&format!("{mode:o}"), &lock, &[]);
        } else {
            let output = run(withlock([lock.as_os_str()]).arg("echo"));
            assert_complains("denied", &output, 73, &["opening failed: Permission denied"]);
        }
    }
}

#[test]
fn an_empty_file_that_may_not_be_written_is_told_as_that() {
    let Some(public) = Public::new() else { return };
    let place = public.directory("alice", ALICE, 0o700);
    for mode in [0o000, 0o200, 0o400, 0o444] {
        let lock = place.join("lock");
        fs::write(&lock, "").unwrap();
        give(&lock, ALICE);
        chmod(&lock, mode);
        let output = run(&mut public.withlock_as(ALICE, [lock.as_os_str(), "echo".as_ref()]));
        let parts = ["lock: opening failed: Permission denied", "may write to"];
        if mode & 0o400 != 0 && reading_suffices() {
            assert_eq!(output.status.code(), Some(0), "{mode:o}");
        } else {
            assert_complains(&format!("{mode:o}"), &output, 73, &parts);
        }
        fs::remove_file(&lock).unwrap();
    }
}

#[test]
fn a_second_name_makes_a_file_somebody_else_s_even_with_a_record_in_it() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    fs::write(&lock, SIGNATURE).unwrap();
    fs::hard_link(&lock, scratch.join("other")).unwrap();
    assert_locked_and_left("two names", &lock, &[]);
    assert_eq!(scratch.names(), ["lock", "other"]);
}

#[test]
fn another_user_s_file_is_theirs_even_with_a_record_in_it() {
    let Some(public) = Public::new() else { return };
    let place = public.directory("place", 0, 0o755);
    for (owner, runner) in [(ALICE, 0), (BOB, 0), (0, ALICE), (ALICE, ALICE)] {
        let lock = place.join("lock");
        fs::write(&lock, SIGNATURE).unwrap();
        chmod(&lock, if owner == runner { 0o600 } else { 0o666 });
        give(&lock, owner);
        let before = State::of(&lock);
        let output = run(public.withlock_as(runner, [lock.as_os_str()]).args(["cat"]).arg(&lock));
        if owner == runner {
            // Alice's own file, in a directory where she may not remove it: her record was in it, and the run succeeded.
            assert_eq!(output.status.code(), Some(0), "{output:?}");
            assert!(output.stdout.starts_with(b"{\"withlock\":1,\"pid\":"), "{output:?}");
            assert!(stderr(&output).contains("removing failed: Permission denied"), "{output:?}");
        } else {
            assert_silent(&format!("{owner} {runner}"), &output, 0);
            assert_eq!(output.stdout, SIGNATURE);
            assert_eq!(State::of(&lock), before);
        }
        fs::remove_file(&lock).unwrap();
    }
}

#[test]
fn a_record_in_a_file_that_others_can_write_to_proves_nothing() {
    for mode in [0o620, 0o602, 0o666] {
        let scratch = Scratch::new();
        let lock = scratch.join("lock");
        fs::write(&lock, SIGNATURE).unwrap();
        chmod(&lock, mode);
        assert_locked_and_left(&format!("{mode:o}"), &lock, &[]);
    }
}

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
fn users_who_share_a_file_of_roots_exclude_each_other_and_keep_it() {
    const JOBS: u32 = 65_531;
    let Some(public) = Public::new() else { return };
    let place = public.directory("place", 0, 0o755);
    let lock = place.join("lock");
    fs::write(&lock, "").unwrap();
    chown(&lock, Some(0), Some(JOBS)).unwrap();
    chmod(&lock, 0o660);
    let before = State::of(&lock);
    let as_member = |user: u32, words: &[&str]| {
        let mut command = public.withlock_as(0, [lock.as_os_str()]);
        command.args(words).gid(JOBS).uid(user);
        command
    };
    for (holder, other) in [(ALICE, BOB), (BOB, ALICE), (0, ALICE), (ALICE, 0)] {
        let running = Running::of(as_member(holder, &["sh", "-c", JOB]));
        let output = run(&mut as_member(other, &["echo"]));
        assert_complains("member", &output, 1, &["lock is held by ", &known(&running)]);
        // The command line lies in the memory of a stranger, who could let whoever reads it hang.
        let told = stderr(&output);
        assert!(holder == 0 || !told.contains("read line"), "{told}");
        running.finish();
        assert_silent("afterwards", &run(&mut as_member(other, &["true"])), 0);
        assert_eq!(State::of(&lock), before);
    }
    let output = run(&mut public.withlock_as(ALICE, [lock.as_os_str(), "echo".as_ref()]));
    assert_complains("no member", &output, 73, &["opening failed: Permission denied"]);
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
