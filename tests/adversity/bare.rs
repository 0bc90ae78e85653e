//! Closed descriptors, empty environments, a PATH that can't be searched: the run works, or says why it can't.

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use super::scarcity::after;
use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::people::{ALICE, Public};
use crate::support::programs::write_program;
use crate::support::{Scratch, stderr, withlock};

#[test]
fn closed_standard_descriptors_stay_closed_and_never_become_the_lock_file() {
    let scratch = Scratch::new();
    let script = r#"state=
        for n in 0 1 2; do
            if (: 9<&$n); then state="${state}o"; else state="${state}c"; fi
        done
        (echo output; echo error >&2; read line; echo "read $line") || :
        echo $state > state
        cat "$WITHLOCK_LOCKFILE" > record
        exit 7"#;
    for closed in 0..8 {
        let close = |bit: u32, redirection: &'static str| {
            if closed & 1 << bit == 0 { "" } else { redirection }
        };
        let prepare = format!("exec {} {} {}", close(0, "<&-"), close(1, ">&-"), close(2, "2>&-"));
        let command = withlock(["-k", "lock", "sh", "-c", script]);
        let output = run(after(&prepare, &command).current_dir(scratch.path()));
        assert_eq!(output.status.code(), Some(7), "{prepare}: {output:?}");
        let expected: String =
            (0..3).map(|bit| if closed & 1 << bit == 0 { 'o' } else { 'c' }).collect();
        assert_eq!(fs::read_to_string(scratch.join("state")).unwrap().trim_end(), expected);
        assert_eq!(output.stdout.starts_with(b"output\n"), closed & 2 == 0, "{prepare}");
        assert_eq!(stderr(&output).contains("error\n"), closed & 4 == 0, "{prepare}");
        let record = fs::read_to_string(scratch.join("record")).unwrap();
        assert!(record.starts_with("{\"withlock\":1,\"pid\":"), "{prepare}: {record}");
        assert_eq!(record.lines().count(), 1, "{prepare}: {record}");
        let lock = fs::read_to_string(scratch.join("lock")).unwrap();
        assert_eq!(lock, "{\"withlock\":1}\n", "{prepare}");
        fs::remove_file(scratch.join("lock")).unwrap();
        let refused = withlock(["none/lock", "echo"]);
        let output = run(after(&prepare, &refused).current_dir(scratch.path()));
        assert_eq!(output.status.code(), Some(73), "{prepare}");
    }
}

#[test]
fn help_that_can_not_be_printed_is_an_error() {
    let help = |stdout: Stdio, prepare: &str| {
        let command = withlock(["--help"]);
        after(prepare, &command).stdin(Stdio::null()).stdout(stdout).output().unwrap()
    };
    let closed_pipe = || {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(ours);
        Stdio::from(OwnedFd::from(theirs))
    };
    let parts = ["writing to standard output failed"];
    assert_complains("SIGPIPE ignored", &help(closed_pipe(), "trap '' PIPE"), 71, &parts);
    // As with every other program: `withlock --help | head -1` says nothing more.
    let output = help(closed_pipe(), ":");
    assert_eq!(output.status.signal(), Some(libc::SIGPIPE), "{output:?}");
    assert_eq!(stderr(&output), "");
    assert_complains("closed", &help(Stdio::null(), "exec >&-"), 71, &parts);
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        assert_complains("full", &help(full.into(), ":"), 71, &[parts[0], "No space left"]);
    }
}

#[test]
fn an_environment_without_the_usual_variables_is_enough() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let attempt = |words: &[&str], set: &[(&str, &str)]| {
        let mut command = withlock([lock.as_os_str()]);
        command.args(words).env_clear().envs(set.iter().copied());
        let output = run(command.current_dir(scratch.path()));
        assert!(!lock.exists(), "{words:?}");
        output
    };
    assert_eq!(attempt(&["sh", "-c", "echo ran"], &[]).stdout, b"ran\n");
    assert_eq!(attempt(&["-c", "echo ran"], &[]).stdout, b"ran\n");
    assert_eq!(attempt(&["-c", "echo ran"], &[("SHELL", "")]).stdout, b"ran\n");
    assert_eq!(attempt(&["-c", "echo ran"], &[("SHELL", "/bin/echo")]).stdout, b"-c echo ran\n");
    let output = attempt(&["-c", "echo ran"], &[("SHELL", "/no/such/shell")]);
    assert_complains("SHELL", &output, 127, &["/no/such/shell: starting the command failed"]);
    let output = attempt(&["-c", "echo ran"], &[("SHELL", "/")]);
    assert_complains("SHELL", &output, 126, &["/: starting the command failed"]);
    for path in ["", "/no/such/directory", "/dev/null"] {
        let output = attempt(&["echo", "ran"], &[("PATH", path)]);
        assert_complains(path, &output, 127, &["echo: starting the command failed", "PATH"]);
    }
    // An empty PATH means the working directory, and a script without `#!` is found in it as well.
    write_program(&scratch.join("script"), b"echo script\n", 0o755);
    for path in ["", ".", "/no/such/directory:", ":/bin"] {
        assert_eq!(attempt(&["script"], &[("PATH", path)]).stdout, b"script\n", "{path}");
    }
    fs::remove_file(scratch.join("script")).unwrap();
}

#[test]
fn a_directory_in_path_that_may_not_be_searched_does_not_hide_that_a_command_is_missing() {
    let Some(public) = Public::new() else { return };
    let secret = public.directory("secret", 0, 0o700);
    let mine = public.directory("alice", ALICE, 0o700);
    write_program(&public.join("locked"), b"echo ran\n", 0o644);
    let path = format!("{}:{}:/bin:/usr/bin", secret.display(), public.path().display());
    let attempt = |command: &str| {
        let mut withlock = public.withlock_as(ALICE, [mine.join("lock").as_os_str()]);
        run(withlock.arg(command).env("PATH", &path))
    };
    let parts = ["no-such-program: starting the command failed: No such file", "PATH"];
    assert_complains("missing", &attempt("no-such-program"), 127, &parts);
    assert_complains("locked", &attempt("locked"), 126, &["Permission denied", "chmod +x"]);
    let inside = secret.join("program");
    let output = attempt(inside.to_str().unwrap());
    assert_complains("inside", &output, 126, &["Permission denied"]);
    assert_silent("there", &attempt("true"), 0);
}
