//! Those who want a lock whose holder has become its command (`-F`): nobody tells them anything but the kernel.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::support::complaint::{assert_complains, assert_silent};
use crate::support::procfs::{has_open, status};
use crate::support::scripts::{begin_to_wait, command, run};
use crate::support::{
    Running, Scratch, excludes_fcntl, excludes_flock, find_program, process_owned, skip, stderr,
    withlock,
};

#[test]
fn everybody_else_is_excluded_meanwhile_and_told_who_holds_the_lock() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let running = Running::of(command(&["-F"], &place, "echo $$; read line; exit"));
    assert_eq!(run(&[], &place.join("lock")).status.code(), Some(1));
    let lock = place.join("lock");
    let busy = run(&[], &lock);
    let holder = format!("held by pid {} (", running.child.id());
    assert_complains("plain", &busy, 1, &[&holder, "sh -c"]);
    let is_refused = |tool: &str, options: &[&str]| {
        let Some(tool) = find_program(tool) else { return skip(tool) };
        let output = Command::new(tool).args(options).arg(&lock).arg("true").output().unwrap();
        assert!(!output.status.success(), "{options:?}");
    };
    if excludes_flock() {
        is_refused("flock", &["-n"]);
    }
    if excludes_fcntl() {
        is_refused("with-lock-ex", &["-f"]);
    }
    running.finish();
    assert_eq!(run(&[], &lock).stdout, b"ran\n");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_run_inside_the_command_is_told_at_once_that_it_would_wait_for_itself() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let inner = |wrap: &[&str]| {
        let mut outer = withlock(["-F", "lock"]);
        outer.args(wrap).arg(crate::support::program());
        if let Some(backend) = crate::support::forced_backend() {
            outer.arg("--backend").arg(backend);
        }
        outer.args(["-w", "inf", "lock", "true"]).current_dir(place.path()).output().unwrap()
    };
    for wrap in [&[][..], &["sh", "-c", "\"$@\"; exit $?", "sh"], &["env", "-u", "WITHLOCK_HELD"]] {
        assert_complains("inside", &inner(wrap), 1, &["the run that this one is part of"]);
    }
}

#[test]
fn waiters_behind_it_are_served_in_order_and_the_last_one_removes_the_file() {
    if process_owned() {
        return;
    }
    // Which of the waiters become their commands themselves.
    for become_too in [[false, false], [true, false]] {
        let place = Scratch::new();
        let aside = Scratch::new();
        let log = aside.join("log");
        let holder = Running::of(command(&["-F"], &place, "echo $$; read line; exit"));
        let inode = fs::metadata(place.join("lock")).unwrap().ino();
        let mut waiters = Vec::new();
        for (number, becomes) in become_too.into_iter().enumerate() {
            let options: &[&str] = if becomes { &["-F", "-w", "inf"] } else { &["-w", "inf"] };
            let script = format!("echo {number} $(stat -c %i lock) >>{}", log.display());
            waiters.push(begin_to_wait(options, &place, &script));
        }
        holder.finish();
        for waiter in waiters {
            let output = waiter.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
        }
        let lines = fs::read_to_string(log).unwrap();
        // Where nobody can announce a wait, each one makes a file of its own, in any order.
        if crate::support::forced_backend().is_none() {
            assert_eq!(lines, format!("0 {inode}\n1 {inode}\n"));
        }
        assert_eq!((lines.lines().count(), place.names()), (2, vec![]));
    }
}

#[test]
fn a_waiter_that_gives_up_behind_it_takes_nothing_away() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let holder = Running::of(command(&["-F"], &place, "echo $$; read line; exit"));
    let inode = fs::metadata(place.join("lock")).unwrap().ino();
    for options in [&["-w", "0.05"][..], &["-F", "-w", "0.05"], &["-s", "-F"]] {
        let output = command(options, &place, "echo ran").output().unwrap();
        assert_complains("it gives up", &output, 1, &["held by pid"]);
    }
    let quiet = command(&["-F", "-q"], &place, "echo ran").output().unwrap();
    assert_silent("-q", &quiet, 0);
    let other = command(&["-F", "-q", "-E", "42"], &place, "echo ran").output().unwrap();
    assert_silent("-E", &other, 42);
    assert_eq!(fs::metadata(place.join("lock")).unwrap().ino(), inode);
    assert!(has_open(holder.child.id(), inode));
    assert_eq!(status(holder.child.id(), "Name").as_deref(), Some("sh"));
    holder.finish();
}

#[test]
fn readers_share_the_lock_with_it() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let reader = Running::of(command(&["-F", "-s"], &place, "echo $$; read line; exit"));
    assert_eq!(run(&["-s"], &place.join("lock")).stdout, b"ran\n");
    assert_eq!(run(&[], &place.join("lock")).status.code(), Some(1));
    let second = Running::of(command(&["-s"], &place, "echo $$; read line; exit"));
    reader.finish();
    assert_eq!(run(&[], &place.join("lock")).status.code(), Some(1));
    second.finish();
    assert_eq!(place.names(), [""; 0], "the last one out has removed it");
}
