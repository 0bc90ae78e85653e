//! What the command gets, and what becomes of its status.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::faces::case::{Case, Need, scene, script, words};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;

/// Numbers what it has open, and says which is the lock file.
const OPEN: &str = "for n in 0 1 2 3 4 5 6 7 8 9; do if [ -e /proc/$$/fd/$n ]; then echo $n; fi; \
                    if [ /proc/$$/fd/$n -ef lock ]; then echo lock; fi; done";

pub const CASES: &[Case] = &[
    // Its status.
    words("status-0", &["lock", "true"]),
    words("status-1", &["lock", "false"]),
    words("status-255", &["lock", "sh", "-c", "exit 255"]),
    words("status-of-a-string", &["lock", "-c", "exit 77"]),
    words("status-64", &["lock", "sh", "-c", "exit 64"]),
    words("status-that-is-the-conflict-code", &["-n", "-E", "5", "lock", "sh", "-c", "exit 5"]),
    words("dies-of-TERM", &["lock", "sh", "-c", "kill -TERM $$"]),
    words("dies-of-KILL", &["lock", "sh", "-c", "kill -KILL $$"]),
    words("dies-of-HUP", &["lock", "-c", "kill -HUP $$"]),
    words("dies-of-PIPE", &["lock", "sh", "-c", "kill -PIPE $$"]),
    words("dies-of-a-real-time-signal", &["lock", "sh", "-c", "kill -40 $$"]),
    script("dies-of-SEGV", "ulimit -c 0; flock lock sh -c 'kill -SEGV $$'; echo $?"),
    script("dies-of-ABRT-with-close", "ulimit -c 0; flock -o lock sh -c 'kill -ABRT $$'; echo $?"),
    words("dies-without-fork", &["-F", "lock", "sh", "-c", "kill -TERM $$"]),
    words("status-without-fork", &["-F", "lock", "sh", "-c", "exit 9"]),
    // Commands that are none.
    words("no-such-command", &["lock", "nosuch-command"])
        .names(&["nosuch-command", "No such file"]),
    words("no-such-path", &["lock", "./nosuch"]).names(&["./nosuch", "No such file"]),
    words("no-such-command-without-fork", &["-F", "lock", "nosuch-command"])
        .names(&["nosuch-command", "No such file"]),
    words("no-such-command-with-close", &["-o", "lock", "nosuch-command"])
        .names(&["nosuch-command"]),
    words("no-such-command-verbose", &["-n", "-s", "lock", "nosuch", "--verbose"])
        .names(&["nosuch"]),
    words("an-empty-command", &["lock", ""]).names(&["No such file"]),
    words("a-command-with-blanks", &["lock", "echo ran"]).names(&["echo ran", "No such file"]),
    words("a-directory-as-command", &["lock", "/tmp"]).names(&["/tmp", "Permission denied"]),
    words("a-builtin-as-command", &["lock", "exit", "3"]).names(&["exit"]),
    script("not-executable", "echo 'echo ran' >prog; flock lock ./prog; echo $?")
        .names(&["./prog", "Permission denied"]),
    script(
        "not-executable-in-path",
        "echo 'echo ran' >prog; PATH=.:$PATH flock lock prog; echo $?",
    )
    .names(&["prog"]),
    script(
        "without-a-first-line",
        "printf 'echo ran $1\\n' >prog; chmod +x prog; flock lock ./prog here; echo $?",
    ),
    script(
        "without-a-first-line-in-path",
        "printf 'echo ran $1\\n' >prog; chmod +x prog; PATH=.:$PATH flock lock prog x; echo $?",
    ),
    script("an-empty-program", ": >prog; chmod +x prog; flock lock ./prog; echo $?"),
    script(
        "not-a-program",
        "printf '\\177ELFjunk' >prog; chmod +x prog; flock lock ./prog 2>&-; echo $?",
    ),
    script(
        "an-interpreter-that-is-missing",
        "printf '#!/nosuch\\n' >prog; chmod +x prog; flock lock ./prog; echo $?",
    )
    .names(&["./prog"]),
    script("without-a-path", "unset PATH; ../bin/flock lock sh -c 'echo ran'; echo $?"),
    script("with-an-empty-path", "PATH= ../bin/flock lock sh -c 'echo ran'; echo $?")
        .names(&["sh"]),
    script(
        "a-path-through-a-file",
        "echo >file; PATH=$PWD/file:/nosuch:$PATH; flock lock sh -c 'echo ran'; echo $?",
    ),
    script(
        "first-in-path-forbidden",
        "mkdir a; echo >a/echo; PATH=a:$PATH; flock lock echo ran; echo $?; rm -r a",
    ),
    // What it gets.
    words(
        "arguments-verbatim",
        &[
            "lock", "printf", "<%s>", "a b", " ", "", "$HOME", "'q'", "\"", "a\nb", "*", "\\",
            "--", "-n",
        ],
    ),
    script(
        "arguments-that-are-not-utf-8",
        "flock lock printf '<%s>' \"$(printf '\\377\\376')\" | od -An -tx1",
    ),
    script("five-thousand-arguments", "flock lock sh -c 'echo $#' $(seq 5001)"),
    script("an-argument-of-100-kilobytes", "flock lock expr length $(printf '%0100000d' 0)"),
    script(
        "environment-verbatim",
        "env -i A='x y' B= ../bin/flock lock /usr/bin/env; env -i ../bin/flock -Fs lock /usr/bin/env",
    ),
    script(
        "environment-that-is-not-utf-8",
        "A=$(printf '\\377') flock lock sh -c 'printf %s \"$A\"' | od -An -tx1",
    ),
    script(
        "environment-of-withlock",
        "WITHLOCK_HELD=1 WITHLOCK_LOCKFILE=lock WITHLOCK_PID=1 flock -n lock sh -c 'echo $WITHLOCK_HELD $WITHLOCK_LOCKFILE $WITHLOCK_PID'",
    ),
    script(
        "settings-of-withlock",
        "WITHLOCK_NOWARN=1 WITHLOCK_BACKEND=lockf WITHLOCK_WAIT=0 flock -n lock ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "working-directory-and-umask",
        "umask 031; cd /; flock -n \"$OLDPWD/lock\" sh -c 'pwd; umask'",
    ),
    script(
        "a-working-directory-that-is-gone",
        "mkdir d; cd d; rmdir ../d; flock -n lock echo ran; echo $?; flock ../../here echo ran",
    ),
    script("limits", "ulimit -n 64; ulimit -f 100; flock lock sh -c 'ulimit -n; ulimit -f'"),
    script(
        "argument-zero",
        "flock lock sh -c 'echo $0; cat /proc/$$/comm'; flock lock -c 'echo $0'",
    ),
    script(
        "input-is-passed-on",
        "echo text | flock lock cat; flock lock -c 'read a b; echo $b' <<E\none two\nE",
    ),
    script("input-is-not-eaten", "(echo one; echo two) | (flock lock true; flock -n 1; cat)"),
    script(
        "output-and-errors-are-passed-on",
        "flock lock sh -c 'echo out; echo err >&2' 2>err >out; cat out err; rm out err",
    ),
    scene("open-descriptors", |stage| open_descriptors(stage, &[])),
    scene("open-descriptors-with-close", |stage| open_descriptors(stage, &["-o"])),
    scene("open-descriptors-without-fork", |stage| open_descriptors(stage, &["-F"])),
    scene("open-descriptors-when-waiting-is-allowed", |stage| {
        open_descriptors(stage, &["-w", "5"])
    }),
    script(
        "descriptors-of-the-caller",
        "exec 5>five 7</dev/null; flock -o lock sh -c 'echo text >&5; cat <&7; echo $?'; cat five",
    ),
    script("a-closed-input", "flock lock cat <&-; echo $?; flock lock sh -c 'read x; echo $?' <&-"),
    script("a-closed-input-with-close", "flock -o lock cat <&-; echo $?").names(&["cat"]),
    script(
        "a-closed-output",
        "flock lock sh -c 'exit 3' >&-; echo $?; flock -n lock true >&-; echo $?",
    ),
    script(
        "closed-errors",
        "flock lock nosuch 2>&-; echo $?; flock -y 2>&-; echo $?; flock lock sh -c 'exit 3' 2>&-; echo $?",
    ),
    script(
        "all-closed",
        "flock lock sh -c 'exec >out; echo ran' <&- >&- 2>&-; echo $?; cat out; rm out",
    ),
    script(
        "errors-that-can-not-be-written",
        "flock lock nosuch 2>/dev/full; echo $?; flock -y 2>/dev/full; echo $?",
    ),
    script("a-reader-that-has-gone", "flock lock sh -c 'yes; exit 0' | head -n 1; echo $?"),
    // The shell of a string.
    script("shell-unset", "unset SHELL; flock lock -c 'echo $0 ran'"),
    script("shell-empty", "SHELL= flock lock -c 'echo $0 ran'"),
    script("shell-that-is-missing", "SHELL=/nosuch flock lock -c 'echo ran'; echo $?")
        .names(&["/nosuch"]),
    script("shell-in-path", "SHELL=echo flock lock -c 'a  b'; echo $?"),
    script("shell-with-a-blank", "SHELL='/bin/sh -e' flock lock -c 'echo ran'; echo $?")
        .names(&["/bin/sh -e"]),
    script("shell-of-a-user", "SHELL=/bin/bash flock lock -c 'echo ${BASH_VERSION:+bash} \"$0\"'")
        .needs(&[Need::Program("bash")]),
    script(
        "string-with-everything",
        "flock lock -c 'echo \"a  b\" | tr a-z A-Z && (exit 3) || echo $#; exit 4'; echo $?",
    ),
    script("string-that-begins-with-a-dash", "flock lock -c '-x'; echo $?"),
    script("string-dies-of-a-signal", "flock lock -c 'kill -INT $$'; echo $?"),
    // Without fork.
    script(
        "the-same-process",
        "sh -c 'echo $$; exec flock -F lock sh -c \"echo \\$\\$\"' | uniq | wc -l",
    ),
    script(
        "another-process",
        "sh -c 'echo $$; exec flock lock sh -c \"echo \\$\\$\"' | uniq | wc -l",
    ),
    scene("other-bytes-in-names", other_bytes),
];

fn open_descriptors(stage: &Stage, options: &[&str]) -> Seen {
    let words = [options, &["lock", "sh", "-c", OPEN]].concat();
    let nothing_else = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec";
    stage.see(stage.begun_by(nothing_else, &stage.run(words)))
}

fn other_bytes(stage: &Stage) -> Seen {
    let name = OsStr::from_bytes(b"nosuch-\xff");
    let finished = stage.finish(stage.run([OsStr::new("lock"), name]));
    Seen::new().run(&finished, stage).names(&finished.stderr, &["nosuch-"]).left(stage)
}
