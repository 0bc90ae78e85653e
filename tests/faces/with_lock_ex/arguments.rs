//! The command line, and what is wrong with it.

use crate::faces::case::{Case, busy, scene, script, words};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;

pub const CASES: &[Case] = &[
    words("no-words", &[]).names(&["usage"]),
    words("no-lock-file", &["-f"]).names(&["usage"]),
    words("no-command", &["lock"]).names(&["usage"]),
    words("no-command-after-an-option", &["-f", "lock"]).names(&["usage"]),
    script("with-lock-without-a-command", "exec with-lock -q lock").names(&["usage"]),
    words("plain", &["lock", "echo", "ran"]),
    words("fail", &["-f", "lock", "echo", "ran"]),
    words("quiet", &["-q", "lock", "echo", "ran"]),
    words("wait", &["-w", "lock", "echo", "ran"]),
    words("same-mode-twice", &["-ww", "lock", "true"]).names(&["usage"]),
    words("two-modes", &["-w", "-f", "lock", "true"]).names(&["usage"]),
    words("two-modes-in-a-word", &["-qf", "lock", "true"]).names(&["usage"]),
    words("look-and-wait", &["-lw", "lock"]).names(&["usage"]),
    words("help", &["--help"]).names(&["usage"]),
    words("version", &["--version"]).names(&["usage"]),
    words("unknown-letter", &["-z", "lock", "true"]).names(&["usage", "z"]),
    words("unknown-letter-in-a-word", &["-wz", "lock", "true"]).names(&["usage"]),
    words("no-seconds", &["-t"]).names(&["usage", "t"]),
    words("seconds-and-no-lock-file", &["-t", "5"]).names(&["usage"]),
    words("seconds-that-are-a-word", &["-t", "abc", "lock", "true"]).names(&["timeout"]),
    words("seconds-that-are-empty", &["-t", "", "lock", "true"]).names(&["timeout"]),
    words("seconds-with-a-unit", &["-t", "5s", "lock", "true"]).names(&["timeout"]),
    words("seconds-with-a-fraction", &["-t", "1.5", "lock", "true"]).names(&["timeout"]),
    words("seconds-with-a-blank-behind", &["-t", "5 ", "lock", "true"]).names(&["timeout"]),
    words("seconds-that-are-not-octal", &["-t", "08", "lock", "true"]).names(&["timeout"]),
    words("seconds-that-are-only-a-prefix", &["-t", "0x", "lock", "true"]).names(&["timeout"]),
    words("seconds-below-nothing", &["-t", "-1", "lock", "true"]).names(&["timeout"]),
    words("seconds-beyond-the-range", &["-t", "9223372036854775808", "lock", "true"])
        .names(&["timeout"]),
    words("seconds-below-the-range", &["-t", "-99999999999999999999", "lock", "true"])
        .names(&["timeout"]),
    words("seconds-at-the-limit", &["-t", "9223372036854775807", "lock", "echo", "ran"]),
    words("seconds-with-a-sign", &["-t", "+5", "lock", "echo", "ran"]),
    words("seconds-with-a-blank-before", &["-t", " 5", "lock", "echo", "ran"]),
    words("seconds-in-one-word", &["-qt5", "lock", "echo", "ran"]),
    words("seconds-in-octal", &["-t", "010", "lock", "echo", "ran"]),
    words("seconds-in-hexadecimal", &["-t", "0x10", "lock", "echo", "ran"]),
    words("a-limit-for-a-wait", &["-w", "-t", "5", "lock", "true"]).names(&["-t"]),
    words("a-limit-for-a-look", &["-t5", "-l", "lock"]).names(&["-t"]),
    words("no-limit-for-a-wait", &["-w", "-t", "0", "lock", "echo", "ran"]),
    words("the-last-limit-counts", &["-t", "5", "-wt", "0", "lock", "echo", "ran"]),
    words("the-first-mistake-counts-seconds", &["-t", "abc", "-ww"]).names(&["timeout"]),
    words("the-first-mistake-counts-modes", &["-ww", "-t", "abc"]).names(&["usage"]),
    words("end-of-options", &["-w", "--", "lock", "echo", "--", "-w"]),
    words("end-of-options-alone", &["--", "lock", "echo", "ran"]),
    words("options-behind-the-lock-file", &["-w", "lock", "-f", "true"]),
    words("a-dash-is-a-lock-file", &["-w", "-", "echo", "ran"]),
    words("seconds-behind-the-lock-file", &["-f", "lock", "echo", "-t", "5"]),
    script(
        "errors-that-can-not-be-written",
        "with-lock-ex -f 2>/dev/full; echo $?
        with-lock-ex gone/lock true 2>&-; echo $?",
    ),
    scene("with-lock", with_lock),
    scene("with-lock-that-is-busy", with_lock_busy),
    scene("with-lock-waits", with_lock_waits),
    scene("with-lock-by-its-path", by_path),
    busy("busy", &["lock", "echo", "ran"]).names(&["lock", "echo"]),
    busy("busy-fail", &["-f", "lock", "echo", "ran"]).names(&["lock", "echo"]),
    busy("busy-quiet", &["-q", "lock", "echo", "ran"]),
    busy("busy-no-seconds", &["-t", "0", "lock", "echo", "ran"]).names(&["lock"]),
    busy("busy-quiet-no-seconds", &["-qt0", "lock", "echo", "ran"]),
    busy("busy-a-second", &["-t", "1", "lock", "echo", "ran"]).names(&["expired", "echo"]),
    busy("busy-fail-a-second", &["-f", "-t", "0x1", "lock", "echo", "ran"]).names(&["expired"]),
    busy("busy-quiet-a-second", &["-qt1", "lock", "echo", "ran"]),
];

/// By its older name it fails where the lock is busy.
fn with_lock(stage: &Stage) -> Seen {
    stage.see(stage.named("with-lock", ["lock", "echo", "ran"]))
}

fn with_lock_busy(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let finished = stage.finish(stage.named("with-lock", ["lock", "echo", "ran"]));
    holder.finish();
    Seen::new().run(&finished, stage).names(&finished.stderr, &["lock", "echo"]).left(stage)
}

/// And takes the same options.
fn with_lock_waits(stage: &Stage) -> Seen {
    stage.see(stage.named("with-lock", ["-w", "lock", "echo", "ran"]))
}

fn by_path(stage: &Stage) -> Seen {
    let path = stage.top().join("bin/with-lock");
    stage.see(stage.program(path, ["-q", "lock", "echo", "ran"]))
}
