//! Which command line it has: by the name that it is called by, or by `--face`.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::people::{ALICE, Public, chmod};
use crate::support::programs::copy_program;
use crate::support::{Scratch, program, signals, stderr};

/// The program at this path, with a line that only flock(1)'s command line takes.
fn verdict(program: &Path, called: Option<&str>, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(program);
    signals::plain(&mut command);
    if let Some(name) = called {
        command.arg0(name);
    }
    end(command.args(arguments).output().unwrap())
}

fn end(output: Output) -> (i32, String) {
    let errors = stderr(&output);
    (output.status.code().unwrap(), errors + &String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_link_called_flock_is_flock() {
    let scratch = Scratch::new();
    let own = scratch.join("own");
    copy_program(&program(), &own);
    symlink(&own, scratch.join("flock")).unwrap();
    fs::create_dir(scratch.join("hard")).unwrap();
    fs::hard_link(&own, scratch.join("hard").join("flock")).unwrap();
    for name in ["flock", "hard/flock"] {
        let (status, said) = verdict(&scratch.join(name), None, &["-n", "987654"]);
        assert_eq!((status, said.starts_with("flock: ")), (65, true), "{name}: {said}");
        let (status, said) = verdict(&scratch.join(name), None, &["--version"]);
        assert_eq!((status, said.starts_with("flock (withlock) ")), (0, true), "{name}: {said}");
    }
}

#[test]
fn any_other_name_is_withlock() {
    for name in ["-flock", "flock.sh", "flocks", "Flock", "", "/", "flock/withlock", "withlock"] {
        let (status, said) = verdict(&program(), Some(name), &["-n", "987654"]);
        assert_eq!((status, said.starts_with("withlock: ")), (2, true), "{name}: {said}");
    }
    let (status, said) = verdict(&program(), Some("./x//flock"), &["-n", "987654"]);
    assert_eq!((status, said.starts_with("flock: ")), (65, true), "{said}");
}

#[test]
fn who_can_make_no_link_says_which_command_line() {
    for choice in [&["--face", "flock"][..], &["--face=flock"]] {
        let line = [choice, &["-n", "987654"]].concat();
        let (status, said) = verdict(&program(), None, &line);
        assert_eq!((status, said.starts_with("flock: ")), (65, true), "{said}");
    }
    for choice in [&["--face", "withlock"][..], &["--face=withlock"]] {
        let line = [choice, &["-n", "987654"]].concat();
        let (status, said) = verdict(&program(), Some("program"), &line);
        assert_eq!((status, said.starts_with("withlock: ")), (2, true), "{said}");
    }
    for line in [&["--face"][..], &["--face="], &["--face", "lockf"], &["--face=FLOCK", "9"]] {
        let (status, said) = verdict(&program(), None, line);
        assert_eq!(status, 2, "{line:?}: {said}");
        assert!(said.starts_with("withlock: ") && said.contains("flock"), "{line:?}: {said}");
    }
}

/// A script that has `flock --face` in it, or the option elsewhere, is told that there is no such option.
#[test]
fn the_choice_is_no_option_of_a_command_line() {
    let (status, said) = verdict(&program(), Some("flock"), &["--face", "withlock", "-n", "9"]);
    assert_eq!(status, 64, "{said}");
    assert!(said.contains("--face"), "{said}");
    let (status, said) = verdict(&program(), None, &["-q", "--face", "flock", "-n", "9"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("--face") && said.contains("first"), "{said}");
}

#[test]
fn a_set_user_id_program_is_refused_by_any_name() {
    let Some(public) = Public::new() else { return };
    chmod(&public.program, 0o4755);
    let lock = public.directory("alice", ALICE, 0o755).join("lock");
    let mut command = Command::new(&public.program);
    command.arg0("flock").uid(ALICE).gid(ALICE).current_dir(public.path());
    let (status, said) = end(command.arg(&lock).args(["echo", "ran"]).output().unwrap());
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("set-user-ID") && !lock.exists(), "{said}");
}
