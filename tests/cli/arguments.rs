//! Arguments reach the command as they are, however odd or long.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;

use crate::support::complaint::{assert_silent, run};
use crate::support::{Scratch, withlock};

#[test]
fn empty_arguments_reach_the_command_and_an_empty_command_string_does_nothing() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let count = ["sh", "-c", "echo $#:$1:$2", "sh", "", "x"];
    let output = run(withlock([lock.as_os_str()]).args(count));
    assert_silent("empty argument", &output, 0);
    assert_eq!(output.stdout, b"2::x\n");
    // An unset variable in a crontab, too: no command, no limit.
    for words in [&["-c", "", "lock"][..], &["lock", "-c", ""], &["-w", "", "lock", "true"]] {
        let output = run(withlock(words).current_dir(scratch.path()));
        assert_silent("empty string", &output, 0);
    }
    assert!(scratch.names().is_empty());
}

#[test]
fn names_and_arguments_that_are_no_utf8_or_hold_control_characters_are_used_as_they_are() {
    let names: [&[u8]; 8] =
        [b"\xff\xfe", b"a\nb", b"a\tb", b"\x1b[31mred", b"\x01", b"-rf", b" ", b"\xc3\xa4"];
    for name in names {
        let scratch = Scratch::new();
        let lock = scratch.join(OsStr::from_bytes(name));
        let script =
            "printf %s \"$1\"; printf %s \"$WITHLOCK_LOCKFILE\"; test -f \"$WITHLOCK_LOCKFILE\"";
        let output = run(withlock([lock.as_os_str()])
            .args(["sh", "-c", script, "sh"])
            .arg(OsStr::from_bytes(name)));
        assert_silent(&format!("{lock:?}"), &output, 0);
        assert_eq!(output.stdout, [name, lock.as_os_str().as_bytes()].concat());
        assert!(scratch.names().is_empty());
    }
}

#[test]
fn the_longest_argument_that_the_system_takes_is_taken() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let attempt = |length| {
        withlock([lock.as_os_str()])
            .args(["sh", "-c", "echo ${#1}", "sh"])
            .arg("x".repeat(length))
            .output()
    };
    // 128 KiB with the NUL is the limit on Linux (execve(2), MAX_ARG_STRLEN).
    let output = attempt(131_071).unwrap();
    assert_silent("131071", &output, 0);
    assert_eq!(output.stdout, b"131071\n");
    match attempt(131_072) {
        Ok(output) => assert_silent("131072", &output, 0),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ArgumentListTooLong),
    }
    assert!(scratch.names().is_empty());
}

/// The last number from `low`, for which the condition is true, and below `high` for which it is.
#[cfg(target_os = "linux")]
fn last_true(mut low: usize, mut high: usize, condition: impl Fn(usize) -> bool) -> usize {
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if condition(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(target_os = "linux")]
#[test]
fn arguments_that_are_too_much_for_the_command_alone_are_reported_and_free_the_lock() {
    use crate::support::complaint::assert_complains;
    use crate::support::find_program;
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    // The name of a program counts once for withlock, and twice for the program itself.
    let long = scratch.join("n".repeat(250));
    std::os::unix::fs::symlink(find_program("true").unwrap(), &long).unwrap();
    let attempt = |thousands, rest| {
        let mut command = withlock([lock.as_os_str(), long.as_os_str()]);
        command.args(vec!["x".repeat(1000); thousands]);
        command.arg("x".repeat(rest)).output()
    };
    // The most that withlock itself can be started with: it fits, and one byte more does not.
    let thousands = last_true(1, 20_000, |thousands| attempt(thousands, 0).is_ok());
    let rest = last_true(0, 2000, |rest| attempt(thousands, rest).is_ok());
    let most = attempt(thousands, rest).unwrap();
    let parts = ["Argument list too long", "fewer or shorter"];
    assert_complains("list", &most, 126, &parts);
    assert!(!lock.exists());
}
