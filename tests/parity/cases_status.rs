//! How a run ends, the command line, and what is said.

use std::io::Read;
use std::process::Stdio;

use super::cases::Case;
use super::observation::Seen;
use super::stage::{Stage, set_mode};

pub const CASES: &[Case] = &[
    // The job's own status.
    Case::new("exit-0", |stage| stage.see(stage.job(&[], "exit 0"))),
    Case::new("exit-1", |stage| stage.see(stage.job(&[], "exit 1"))),
    Case::new("exit-3", |stage| stage.see(stage.job(&[], "exit 3"))),
    Case::new("exit-42", |stage| stage.see(stage.job(&[], "exit 42"))),
    Case::new("exit-255", |stage| stage.see(stage.job(&[], "exit 255"))),
    Case::new("exit-42-quiet", |stage| stage.see(stage.job(&["-q"], "exit 42"))),
    Case::new("exit-42-after-w", |stage| stage.see(stage.job(&["-w", "5"], "exit 42"))),
    Case::new("job-dies-of-term", |stage| dies_of(stage, "TERM")),
    Case::new("job-dies-of-kill", |stage| dies_of(stage, "KILL")),
    Case::new("job-dies-of-a-closed-pipe", closed_pipe),
    // Commands that can't be started.
    Case::new("command-not-found", |stage| {
        stage.see(stage.words(&[], ["no-such-program-anywhere"]))
    }),
    Case::new("command-not-found-quiet", |stage| {
        stage.see(stage.words(&["-q"], ["no-such-program-anywhere"]))
    }),
    Case::new("command-path-not-found", |stage| {
        stage.see(stage.words(&[], [stage.path("nothing")]))
    }),
    Case::new("command-not-executable", not_executable),
    Case::new("command-is-a-directory", |stage| {
        stage.see(stage.words(&[], [stage.directory("dir", 0o755)]))
    }),
    Case::new("command-is-empty", |stage| stage.see(stage.words(&[], [""]))),
    Case::new("command-without-interpreter-line", no_interpreter_line),
    // The command line.
    Case::new("no-arguments", |stage| stage.see(stage.withlock::<&str>([]))),
    Case::new("only-a-lock-file", |stage| stage.see(stage.words::<&str>(&[], []))),
    Case::new("unknown-option", |stage| stage.see(stage.words(&["-Z"], ["true"]))),
    Case::new("unknown-long-option", |stage| {
        stage.see(stage.words(&["--no-such-option"], ["true"]))
    }),
    Case::new("option-without-its-value", |stage| stage.see(stage.withlock(["-w"]))),
    Case::new("help", |stage| help(stage, "--help")),
    Case::new("help-short", |stage| help(stage, "-h")),
    Case::new("version", version),
    Case::new("double-dash-before-lock-file", |stage| {
        let lock = stage.lock();
        stage.see(stage.withlock(["--", &*lock.to_string_lossy(), "echo", "hi"]))
    }),
    Case::new("lock-file-that-begins-with-a-dash", |stage| {
        stage
            .see(stage.withlock(["--", "-lock", "echo", "hi"]))
            .there("-lock", &stage.path("-lock"))
    }),
    Case::new("options-after-lock-file", |stage| {
        stage.see(stage.words(&[], ["echo", "-v", "-w", "1", "-q", "--help"]))
    }),
    Case::new("double-dash-among-the-arguments", |stage| {
        stage.see(stage.words(&[], ["echo", "--", "-v"]))
    }),
    Case::new("options-in-one-word", |stage| stage.see(stage.words(&["-qvw5"], ["echo", "hi"]))),
    Case::new("option-abbreviated", |stage| {
        stage.see(stage.words(&["--verb", "--wai=5"], ["echo", "hi"]))
    }),
    Case::new("option-twice", |stage| {
        stage.see(stage.words(&["-v", "-v", "-w", "9", "-w", "5"], ["echo", "hi"]))
    }),
    // What is said.
    Case::new("silent-by-default", |stage| stage.see(stage.words(&[], ["echo", "hi"]))),
    Case::new("verbose", |stage| verbose(stage, "-v")),
    Case::new("verbose-long", |stage| verbose(stage, "--verbose")),
];

fn dies_of(stage: &Stage, signal: &str) -> Seen {
    // What the shell in between says about it is of no interest, so stderr is left out.
    let finished = stage.finish(stage.job(&[], &format!("kill -s {signal} $$")));
    Seen::new().end(finished.status).lock(&stage.lock())
}

/// The reader of the job's output goes away, as `head` does.
fn closed_pipe(stage: &Stage) -> Seen {
    let mut command = stage.words(&[], ["yes"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut some = [0; 2];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    Seen::new().end(stage.end_of(&mut child)).lock(&stage.lock())
}

fn not_executable(stage: &Stage) -> Seen {
    let file = stage.file("plain", "#!/bin/sh\n");
    set_mode(&file, 0o644);
    stage.see(stage.words(&[], [file]))
}

/// An executable script without `#!`: a shell runs it, execve(2) alone does not.
fn no_interpreter_line(stage: &Stage) -> Seen {
    // Written by another process: while a descriptor of this one is open for writing, nobody can execute the file.
    let write = "printf 'echo hi\\n' >script; chmod 755 script; exec";
    let command = stage.words(&[], ["./script"]);
    stage.see(stage.begun_by(write, &command))
}

fn help(stage: &Stage, option: &str) -> Seen {
    let finished = stage.finish(stage.withlock([option]));
    let seen = Seen::new().end(finished.status);
    ["LOCKFILE", "--wait", "--quiet", "--verbose", "--version"]
        .iter()
        .fold(seen, |seen, word| seen.names(word, &finished.stdout, word))
        .fact("err", if finished.stderr.is_empty() { "nothing" } else { "a message" })
}

fn version(stage: &Stage) -> Seen {
    let finished = stage.finish(stage.withlock(["--version"]));
    let lines =
        finished.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    Seen::new().end(finished.status).fact("lines", lines).names(
        "name",
        &finished.stdout,
        "withlock",
    )
}

/// All that is said goes to stderr, and names what a person needs to know.
fn verbose(stage: &Stage, option: &str) -> Seen {
    let file = stage.file("job", "echo out; exit 42\n");
    let finished = stage.finish(stage.words(&[option], ["sh".as_ref(), file.as_os_str()]));
    let lock = stage.lock().to_string_lossy().into_owned();
    let but_the_lock_file = String::from_utf8_lossy(&finished.stderr).replace(&lock, "");
    Seen::new()
        .run(&finished, stage.dir())
        .names("lock file", &finished.stderr, &lock)
        .names("directory", but_the_lock_file.as_bytes(), &stage.dir().to_string_lossy())
        .names("removal", &finished.stderr, "remov")
        .names("status", &finished.stderr, "42")
        .lock(&stage.lock())
}
