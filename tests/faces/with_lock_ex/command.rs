//! The command: what it is given, and how it ends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::faces::case::{Case, scene, words};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::signals;

pub const CASES: &[Case] = &[
    words("exit-status", &["-w", "lock", "sh", "-c", "exit 7"]),
    words("exit-status-of-a-quiet-run", &["-q", "lock", "sh", "-c", "exit 255"]),
    words("death-by-signal", &["-w", "lock", "sh", "-c", "kill -TERM $$"]),
    words("death-by-sigkill", &["-w", "lock", "sh", "-c", "kill -KILL $$"]),
    words(
        "words-as-they-are",
        &["-w", "lock", "printf", "[%s]", "a b", "", "*", "$x", "'", "\u{e4}\n"],
    ),
    words("no-such-command", &["-w", "lock", "no-such-command", "word"])
        .names(&["no-such-command", "execut"]),
    words("no-such-path", &["-q", "lock", "./gone"]).names(&["./gone", "no such file"]),
    words("an-empty-command", &["-w", "lock", ""]).names(&["no such file"]),
    words("a-directory-as-command", &["-w", "lock", "/"]).names(&["permission denied"]),
    words("a-path-below-a-file", &["-w", "lock", "/dev/null/x"]).names(&["not a directory"]),
    scene("a-file-without-right", without_right),
    scene("a-script-without-interpreter", bare_script),
    scene("a-script-with-a-missing-interpreter", missing_interpreter),
    scene("a-name-with-a-slash-is-not-looked-up", slash),
    scene("input-goes-to-the-command", input),
    scene("same-process", same_process),
    scene("environment", environment),
    scene("descriptors", descriptors),
    scene("descriptors-of-the-caller", callers_descriptors),
    scene("input-is-closed", closed_input),
    scene("output-is-closed", closed_output),
    scene("errors-are-closed", closed_errors),
    scene("umask-and-directory", umask),
    scene("signals", plain_signals),
    scene("signals-with-a-limit", limited_signals),
    scene("sigalrm-ignored", ignored_alarm_without_limit),
    scene("sigalrm-ignored-with-a-limit", ignored_alarm),
    scene("a-timer-of-the-limit-is-gone", no_timer),
];

fn without_right(stage: &Stage) -> Seen {
    stage.file("script", "#!/bin/sh\n");
    let finished = stage.finish(stage.run(["-w", "lock", "./script"]));
    Seen::new().run(&finished, stage).names(&finished.stderr, &["permission denied"])
}

fn script(stage: &Stage, text: &str) -> Seen {
    let path = stage.file("script", text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    let finished = stage.finish(stage.run(["-w", "lock", "./script", "a word"]));
    Seen::new().run(&finished, stage).names(&finished.stderr, &["no such file"])
}

/// It is handed to the shell.
fn bare_script(stage: &Stage) -> Seen {
    script(stage, "echo \"$0 $1\"\n")
}

fn missing_interpreter(stage: &Stage) -> Seen {
    script(stage, "#!/no/such/interpreter\n")
}

fn slash(stage: &Stage) -> Seen {
    stage.see(stage.run(["-w", "lock", "./echo", "ran"]))
}

fn input(stage: &Stage) -> Seen {
    stage.see(stage.script("echo text | with-lock-ex -w lock cat"))
}

/// The program becomes the command: a caller that has its process id can signal the command itself.
fn same_process(stage: &Stage) -> Seen {
    let script = "with-lock-ex -w lock sh -c 'echo $$ $PPID' >ids & wait $!
        [ \"$(cat ids)\" = \"$! $$\" ] && echo the same; rm ids";
    stage.see(stage.script(script))
}

/// Nothing is added, and nothing taken away.
fn environment(stage: &Stage) -> Seen {
    let mut command = stage.run(["-w", "lock", "/usr/bin/env"]);
    command.env_clear().env("A", "1").env("WITHLOCK_HELD", "left").env("PATH", "/usr/bin:/bin");
    stage.see(command)
}

/// What the command has open, and where the lock file is. The shell has its script in the words, and opens nothing.
pub const OPEN: &str = "for fd in 0 1 2 3 4 5 6 7 8 9; do
    [ -e /proc/$$/fd/$fd ] && echo $fd $(readlink /proc/$$/fd/$fd | grep -o 'lock$'); done; true";

/// Whatever the tests themselves were started with.
pub const CLOSED: &str = "exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-;";

fn descriptors(stage: &Stage) -> Seen {
    let command = stage.run(["-w", "lock", "sh", "-c", OPEN]);
    stage.see(stage.begun_by(&format!("{CLOSED} exec"), &command))
}

fn callers_descriptors(stage: &Stage) -> Seen {
    let command = stage.run(["-w", "lock", "sh", "-c", OPEN]);
    let prelude = format!("{CLOSED} exec 3</dev/null 5</dev/null; exec");
    stage.see(stage.begun_by(&prelude, &command))
}

/// Run by a shell that has closed a descriptor. The command says what happened on another one.
fn closed(stage: &Stage, which: &str, command: &str) -> Seen {
    let command = stage.run(["-w", "lock", "sh", "-c", command]);
    stage.see(stage.begun_by(&format!("exec 9>&1 {which}; exec"), &command))
}

/// What the number stands for.
fn what_is(number: u8) -> String {
    format!("readlink /proc/$$/fd/{number} 2>/dev/null | sed 's,.*/,,' >&9")
}

fn closed_input(stage: &Stage) -> Seen {
    closed(stage, "<&-", &what_is(0))
}

/// The command's output does not land in the lock file.
fn closed_output(stage: &Stage) -> Seen {
    closed(stage, ">&-", &format!("echo text; {}", what_is(1)))
}

fn closed_errors(stage: &Stage) -> Seen {
    closed(stage, "2>&-", &format!("echo text >&2; {}", what_is(2)))
}

fn umask(stage: &Stage) -> Seen {
    let command = stage.run(["-w", "lock", "sh", "-c", "umask; pwd"]);
    stage.see(stage.begun_by("umask 027; exec", &command))
}

/// What the command finds blocked and ignored.
fn found(stage: &Stage, options: &[&str], ignored: &[i32], blocked: &[i32]) -> Seen {
    let words = [options, &["lock", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]].concat();
    let mut command: Command = stage.run(words);
    signals::with(&mut command, ignored, blocked);
    stage.see(command)
}

const IGNORED: [i32; 5] = [libc::SIGHUP, libc::SIGPIPE, libc::SIGCHLD, libc::SIGUSR2, 40];
const BLOCKED: [i32; 5] = [libc::SIGINT, libc::SIGTERM, libc::SIGUSR1, libc::SIGWINCH, 41];

fn plain_signals(stage: &Stage) -> Seen {
    let blocked = [&BLOCKED[..], &[libc::SIGALRM]].concat();
    found(stage, &["-w"], &IGNORED, &blocked)
}

fn limited_signals(stage: &Stage) -> Seen {
    let blocked = [&BLOCKED[..], &[libc::SIGALRM]].concat();
    found(stage, &["-t", "60"], &IGNORED, &blocked)
}

fn ignored_alarm_without_limit(stage: &Stage) -> Seen {
    found(stage, &["-w"], &[libc::SIGALRM], &[])
}

fn ignored_alarm(stage: &Stage) -> Seen {
    let words = ["-t", "60", "lock", "grep", "^SigIgn", "/proc/self/status"];
    let mut command = stage.run(words);
    signals::with(&mut command, &[libc::SIGALRM], &[]);
    stage.see(command)
}

/// The command is not sent the alarm that was meant for the wait.
fn no_timer(stage: &Stage) -> Seen {
    stage.see(stage.run(["-t", "1", "lock", "sh", "-c", "sleep 1.5; echo ran"]))
}
