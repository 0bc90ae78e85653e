use std::ffi::OsString;
use std::time::Duration;

use withlock_platform::backend::{Bytes, Mode};

use super::parse;
use crate::cli::flock::plan::{Plan, Request, Target, Wait};

fn plan(line: &[&str]) -> Plan {
    let words: Vec<OsString> = line.iter().map(OsString::from).collect();
    match parse(&words) {
        Request::Run(plan) => *plan,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn refused(line: &[&str]) -> String {
    let words: Vec<OsString> = line.iter().map(OsString::from).collect();
    match parse(&words) {
        Request::Refuse(why) => why,
        other => panic!("{line:?}: {other:?}"),
    }
}

fn command(line: &[&str]) -> Vec<OsString> {
    let command = plan(line).command.unwrap();
    [&[command.program], command.arguments.as_slice()].concat()
}

#[test]
fn each_form_says_what_is_locked_and_what_is_run() {
    let file = Target::File("L".into());
    for line in [&["L", "cmd", "-x"][..], &["-s", "--", "L", "cmd", "-x"]] {
        assert_eq!(
            (plan(line).target, command(line)),
            (file.clone(), vec!["cmd".into(), "-x".into()])
        );
    }
    for line in [&["L", "-c", "a b"][..], &["L", "--command", "a b"], &["--fd", "9", "-c", "a b"]] {
        assert_eq!(command(line)[1..], ["-c", "a b"], "{line:?}");
    }
    assert_eq!(plan(&["L", "-c", "a b"]).target, file);
    assert_eq!((plan(&["9"]).target, plan(&["9"]).command), (Target::Descriptor(9), None));
    assert_eq!(plan(&["--fd", "9", "cmd"]).target, Target::Descriptor(9));
    assert_eq!(command(&["--fd=9", "L", "-c", "x"]), ["L", "-c", "x"]);
    assert_eq!(plan(&["9", "-n"]).target, Target::File("9".into()));
}

#[test]
fn of_options_that_contradict_each_other_the_last_one_counts() {
    let mode = |line| plan(line).mode;
    assert_eq!(mode(&["9"]), Some(Mode::Exclusive));
    assert_eq!(mode(&["-s", "-x", "-u", "9"]), None);
    assert_eq!(mode(&["-u", "-s", "9"]), Some(Mode::Shared));
    assert_eq!(mode(&["-us", "-e", "9"]), Some(Mode::Exclusive));
    let wait = |line| plan(line).wait;
    assert_eq!(wait(&["9"]), Wait::Forever);
    assert_eq!(wait(&["-w", "0", "-w", "2", "9"]), Wait::AtMost(Duration::from_secs(2)));
    assert_eq!(wait(&["-w", "2", "--timeout=0", "9"]), Wait::No);
    assert_eq!(wait(&["-n", "-w", "2", "9"]), Wait::No);
    assert_eq!(wait(&["-n", "-w", "inf", "9"]), Wait::Impossible);
}

#[test]
fn bytes_imply_fcntl() {
    let bytes = |line| plan(line).bytes;
    assert_eq!(bytes(&["9"]), None);
    assert_eq!(bytes(&["--fcntl", "9"]), Some(Bytes::default()));
    assert_eq!(bytes(&["--start", "1K", "9"]), Some(Bytes { start: 1024, length: 0 }));
    assert_eq!(bytes(&["--length=2", "--fc", "9"]), Some(Bytes { start: 0, length: 2 }));
}

#[test]
fn what_is_wrong_with_a_line_is_said() {
    for (line, says) in [
        (&[][..], "not enough"),
        (&["-n"], "missing"),
        (&["--fd", "9"], "command is missing"),
        (&["--fd", "-1", "cmd"], "-1"),
        (&["L"], "L is no descriptor"),
        (&["-c", "cmd"], "a file or --fd is missing"),
        (&["L", "-c"], "-c needs exactly one"),
        (&["L", "--command", "a", "b"], "--command needs exactly one"),
        (&["-Fo", "L", "cmd"], "--no-fork"),
        (&["--start", "x", "9"], "--start: x"),
    ] {
        let why = refused(line);
        assert!(why.contains(says), "{line:?}: {why}");
    }
}
