//! Small limits, closed descriptors, empty environments, and a kernel that fails: the run works, or says why it can't.
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
#[path = "support/people.rs"]
mod people;
#[path = "support/programs.rs"]
mod programs;
mod support;

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use complaint::{assert_complains, assert_no_panic, assert_silent, run};
use people::{ALICE, Public, again_with};
use programs::write_program;
use support::{
    JOB, Running, Scratch, find_program, skip, stderr, wait_until, waits_for_lock, withlock,
};

/// The command started by a shell that runs `prepare` first.
fn after(prepare: &str, command: &Command) -> Command {
    let mut shell = again_with("sh".as_ref(), &Command::new("sh"));
    shell.args(["-c", &format!("{prepare}; exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Whether the program, or the job's, was not even loaded: libraries need descriptors and memory, too.
fn not_loaded(output: &Output) -> bool {
    stderr(output).contains("shared librar") || stderr(output).contains("shared object")
}

#[test]
fn however_few_descriptors_there_are_the_run_works_or_says_to_raise_the_limit() {
    let scratch = Scratch::new();
    for prepare in ["", "trap '' CHLD;"] {
        for limit in 3..20 {
            let case = format!("{prepare} {limit}");
            let command = withlock([scratch.join("lock").as_os_str(), "true".as_ref()]);
            let output = run(&mut after(&format!("{prepare} ulimit -n {limit}"), &command));
            assert_no_panic(&case, &stderr(&output));
            match output.status.code() {
                Some(127) if not_loaded(&output) => {}
                Some(code @ (71 | 73)) if limit < 16 => {
                    assert_complains(
                        &case,
                        &output,
                        code,
                        &["raise the limit on open files (ulimit -n)"],
                    );
                }
                _ => assert_silent(&case, &output, 0),
            }
            assert!(scratch.names().is_empty(), "{case}");
        }
    }
}

#[test]
fn however_few_descriptors_there_are_and_whatever_is_closed_no_file_stays() {
    let scratch = Scratch::new();
    let closing = ["<&-", ">&-", "2>&-"];
    for closed in 0..8 {
        let is_closed = |bit: usize| closed & 1 << bit != 0;
        let close: Vec<_> = (0..3).filter(|bit| is_closed(*bit)).map(|bit| closing[bit]).collect();
        for limit in 0..=12 {
            let prepare = format!("exec {}; ulimit -n {limit}", close.join(" "));
            let command = withlock([scratch.join("lock").as_os_str(), "true".as_ref()]);
            let output = run(&mut after(&prepare, &command));
            assert!(scratch.names().is_empty(), "{prepare}: {output:?}");
            match output.status.code() {
                Some(0) => assert_eq!(stderr(&output), "", "{prepare}"),
                Some(71 | 73 | 127) if is_closed(2) || not_loaded(&output) => {}
                Some(code @ (71 | 73)) => {
                    assert_complains(&prepare, &output, code, &["(ulimit -n)"]);
                }
                _ => panic!("{prepare}: {output:?}"),
            }
        }
    }
}

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

#[test]
fn a_user_out_of_processes_is_told_and_the_lock_is_free_again() {
    let Some(public) = Public::new() else { return };
    let Some(prlimit) = find_program("prlimit") else {
        return skip("prlimit is not installed");
    };
    let mine = public.directory("alice", ALICE, 0o700);
    let lock = mine.join("lock");
    let command = public.withlock_as(ALICE, [lock.as_os_str(), "echo".as_ref(), "ran".as_ref()]);
    let mut limited = again_with(&prlimit, &Command::new(&prlimit));
    limited.args(["--nproc=0", "--"]).arg(&public.program).args(command.get_args());
    std::os::unix::process::CommandExt::uid(&mut limited, ALICE);
    let output = run(&mut limited);
    let parts = ["starting the command failed", "temporarily unavailable", "ulimit -u"];
    assert_complains("no processes", &output, 71, &parts);
    assert!(!lock.exists());
}

#[test]
fn with_little_memory_the_run_works_or_ends_before_the_lock_file_is_made() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    for kilobytes in (1_000..12_000).step_by(500) {
        let command = withlock([lock.as_os_str(), "true".as_ref()]);
        let output = run(&mut after(&format!("ulimit -v {kilobytes}"), &command));
        let case = format!("{kilobytes}");
        // The run-time library ends the program when there is no memory at all, and says so in its own words.
        if !stderr(&output).starts_with("memory allocation of") {
            assert_no_panic(&case, &stderr(&output));
        }
        match output.status.code() {
            Some(0) => assert_silent(&case, &output, 0),
            Some(71) => assert_complains(&case, &output, 71, &[]),
            // Not loaded by the system, the program or the job's; or out of memory while it read its command line.
            _ => {}
        }
        assert!(scratch.names().is_empty(), "{case}: {output:?}");
    }
}

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
