//! What Debian's util-linux is too old for: `--fcntl` (since 2.41), `--start` and `--length` (2.42), `--fd` (2.43), by the
//! release notes and sys-utils/flock.c.

use super::{FLOCK, version};
use crate::faces::case::{Case, Need, script, words};
use crate::faces::side_by_side::{Version, sides};
use crate::faces::stage::Stage;

pub const CASES: &[Case] = &[
    // Since 2.41.
    words("fcntl", &["--fcntl", "lock", "echo", "ran"]),
    words("fcntl-shared", &["--fcntl", "-s", "lock", "echo", "ran"]),
    words("fcntl-abbreviated", &["--fc", "lock", "echo", "ran"]),
    words("fcntl-and-a-value", &["--fcntl=yes", "lock", "echo", "ran"]).names(&["--fcntl"]),
    words("fcntl-no-fork", &["--fcntl", "-F", "lock", "echo", "ran"]),
    words("fcntl-does-not-see-flock", &["--fcntl", "-n", "lock", "echo", "ran"]).while_held(&[]),
    script("fcntl-excludes-fcntl", "flock --fcntl lock flock --fcntl -n -E 9 lock echo ran; echo $?"),
    script("fcntl-with-a-limit", "flock --fcntl lock flock --fcntl -w 0.01 -E 9 lock echo ran; echo $?"),
    script("fcntl-readers", "flock --fcntl -s lock sh -c 'flock --fcntl -sn lock echo ran; flock --fcntl -n lock echo ran; echo $?'"),
    script("fcntl-keeps-out-what-uses-fcntl", "flock --fcntl lock with-lock-ex -f lock echo ran 2>/dev/null; echo $?")
        .needs(&[Need::Program("with-lock-ex")]),
    script("fcntl-is-kept-out-by-what-uses-fcntl", "with-lock-ex -f lock flock --fcntl -n -E 9 lock echo ran; echo $?")
        .needs(&[Need::Program("with-lock-ex")]),
    script("fcntl-leaves-flock-alone", "flock --fcntl lock ../peer/flock -n lock echo ran; echo $?"),
    script("fcntl-is-inherited", "flock --fcntl lock sh -c 'sleep 100 >&- & echo $! >pid'; flock --fcntl -n -E 9 lock echo ran; echo $?; \
        kill $(cat pid); rm pid; flock --fcntl lock echo ran"),
    script("fcntl-on-a-descriptor", "exec 9>lock; flock --fcntl 9; echo $?; flock --fcntl -n -E 9 lock echo ran; echo $?; \
        flock --fcntl -u 9; flock --fcntl -n lock echo ran"),
    script("fcntl-on-a-descriptor-for-reading", "echo >lock; exec 9<lock; flock --fcntl -s 9; echo $?; flock --fcntl 9; echo $?").names(&["9"]),
    script("fcntl-on-a-descriptor-for-writing", "exec 9>lock; flock --fcntl 9; echo $?; flock --fcntl -s 9; echo $?").names(&["9"]),
    script("fcntl-on-a-directory", "mkdir d; flock --fcntl d echo ran; echo $?; flock --fcntl -s d echo ran; echo $?").names(&["d"]),
    script("fcntl-on-a-file-that-may-only-be-read", "echo >lock; chmod 444 lock; flock --fcntl -s lock echo ran; echo $?"),
    script("fcntl-created-with-umask-027", "umask 027; flock --fcntl lock echo ran"),
    script("fcntl-leaves-the-content", "echo text >lock; flock --fcntl lock cat lock"),
    // Since 2.42.
    words("a-range", &["--start", "10", "--length", "5", "lock", "echo", "ran"]),
    words("a-range-with-equals", &["--start=10", "--length=5", "lock", "echo", "ran"]),
    words("a-range-abbreviated", &["--st", "10", "--le", "5", "lock", "echo", "ran"]),
    words("a-start-that-is-a-word", &["--start", "x", "lock", "echo", "ran"]).names(&["x"]),
    words("a-start-that-is-empty", &["--start", "", "lock", "echo", "ran"]),
    words("a-negative-start", &["--start", "-1", "lock", "echo", "ran"]).names(&["-1"]),
    words("a-negative-length", &["--length", "-1", "lock", "echo", "ran"]).names(&["-1"]),
    words("a-start-too-big", &["--start", "99999999999999999999", "lock", "echo", "ran"]).names(&["99999999999999999999"]),
    words("a-start-beyond-files", &["--start", "9223372036854775808", "lock", "echo", "ran"]),
    words("a-start-at-the-very-end", &["--start", "9223372036854775807", "lock", "echo", "ran"]),
    words("a-range-beyond-files", &["--start", "9223372036854775807", "--length", "2", "lock", "echo", "ran"]),
    words("a-length-beyond-files", &["--length", "16E", "lock", "echo", "ran"]),
    words("a-start-in-hexadecimal", &["--start", "0x10", "lock", "echo", "ran"]),
    words("a-start-with-a-blank", &["--start", " 1", "lock", "echo", "ran"]),
    words("a-start-with-a-sign", &["--start", "+1", "lock", "echo", "ran"]),
    words("a-start-with-an-unknown-unit", &["--start", "1x", "lock", "echo", "ran"]).names(&["1x"]),
    words("a-start-with-a-fraction", &["--start", "1.5", "lock", "echo", "ran"]),
    words("a-start-with-a-fraction-and-a-unit", &["--start", "1.5K", "lock", "echo", "ran"]),
    words("a-start-without-a-value", &["--start"]).names(&["--start"]),
    words("a-length-without-a-value", &["--length"]).names(&["--length"]),
    words("abbreviated-s-is-no-longer-clear", &["--s", "lock", "echo", "ran"]),
    script("ranges-apart", "flock --start 0 --length 10 lock flock -n --start 10 --length 10 lock echo ran; echo $?"),
    script("ranges-that-overlap", "flock --start 0 --length 10 lock flock -n -E 9 --start 9 --length 1 lock echo ran; echo $?"),
    script("a-range-to-the-end", "flock --start 5 lock sh -c 'flock -n -E 9 --start 1T lock echo ran; echo $?; flock -n --length 5 lock echo ran; echo $?'"),
    script("a-start-alone", "flock --start 5 lock flock -n --fcntl -E 9 lock echo ran; echo $?"),
    script("units-of-1024", "flock --start 1K --length 1 lock sh -c 'flock -nE 9 --start 1024 --length 1 lock echo ran; echo $?; flock -n --start 1023 --length 1 lock echo ran'"),
    script("units-of-1024-in-full", "flock --start 1MiB --length 1 lock sh -c 'flock -nE 9 --start 1048576 --length 1 lock echo ran; echo $?'"),
    script("units-of-1000", "flock --start 1KB --length 1 lock sh -c 'flock -nE 9 --start 1000 --length 1 lock echo ran; echo $?; flock -n --start 1024 --length 1 lock echo ran'"),
    script("units-in-small-letters", "flock --start 1k --length 1 lock sh -c 'flock -nE 9 --start 1024 --length 1 lock echo ran; echo $?'"),
    script("a-fraction-of-a-unit", "flock --start 1.5K --length 1 lock sh -c 'flock -nE 9 --start 1536 --length 1 lock echo ran; echo $?'"),
    script("octal-and-hexadecimal", "flock --start 0x10 --length 1 lock sh -c 'flock -nE 9 --start 16 --length 1 lock echo ran; echo $?'; \
        flock --start 010 --length 1 lock sh -c 'flock -nE 9 --start 8 --length 1 lock echo ran; echo $?; flock -nE 9 --start 10 --length 1 lock echo ran; echo $?'"),
    script("a-range-of-a-descriptor", "exec 9<>lock; flock --start 5 --length 5 9; echo $?; flock -n --length 5 lock echo ran; flock -n -E 9 --length 6 lock echo ran; echo $?; \
        flock -u --start 5 --length 1 9; flock -n --length 6 lock echo ran"),
    // Since 2.43.
    script("fd", "exec 9>lock; flock --fd 9 echo ran; echo $?"),
    script("fd-with-equals", "exec 9>lock; flock --fd=9 echo ran; echo $?"),
    script("fd-and-a-string", "exec 9>lock; flock --fd 9 -c 'echo ran; exit 3'; echo $?; flock --fd 9 --command 'echo ran'; echo $?"),
    script("fd-holds", "exec 9>lock; flock --fd 9 ../peer/flock -n lock echo ran; echo $?"),
    script("fd-holds-on", "exec 9>lock; flock --fd 9 true; ../peer/flock -n lock echo ran; echo $?"),
    script("fd-and-unlock", "exec 9>lock; flock 9; flock -u --fd 9 ../peer/flock -n lock echo ran; echo $?"),
    script("fd-and-close", "exec 9>lock; flock -o --fd 9 sh -c 'echo x >&9'; echo $?; flock --fd 9 sh -c 'echo x >&9'; echo $?"),
    script("fd-without-fork", "exec 9>lock; flock -F --fd 9 sh -c 'exit 4'; echo $?"),
    script("fd-busy", "exec 9>lock; flock -n -E 5 --fd 9 echo ran; echo $?; flock -w 0.01 --fd 9 echo ran; echo $?").while_held(&[]),
    script("fd-and-fcntl", "exec 9>lock; flock --fcntl --fd 9 flock --fcntl -n -E 5 lock echo ran; echo $?"),
    script("fd-without-a-command", "exec 9>lock; flock --fd 9; echo $?"),
    script("fd-and-a-file-name", "exec 9>lock; flock --fd 9 lock -c 'echo ran'; echo $?").names(&["lock"]),
    script("fd-and-a-missing-string", "exec 9>lock; flock --fd 9 -c; echo $?").names(&["-c"]),
    script("fd-and-two-strings", "exec 9>lock; flock --fd 9 -c 'echo ran' more; echo $?").names(&["-c"]),
    script("fd-and-no-such-command", "exec 9>lock; flock --fd 9 nosuch; echo $?").names(&["nosuch"]),
    script("fd-twice", "exec 9>lock; flock --fd 7 --fd 9 echo ran; echo $?"),
    script("fd-and-string-before-options", "exec 9>lock; flock -c --fd 9 'echo ran'; echo $?"),
    words("fd-that-is-closed", &["--fd", "99", "echo", "ran"]).names(&["99"]),
    words("fd-negative", &["--fd", "-1", "echo", "ran"]),
    words("fd-a-word", &["--fd", "x", "echo", "ran"]).names(&["x"]),
    words("fd-empty", &["--fd", "", "echo", "ran"]),
    words("fd-beyond-numbers", &["--fd", "99999999999", "echo", "ran"]).names(&["99999999999"]),
    words("fd-without-a-value", &["--fd"]).names(&["--fd"]),
    words("fd-and-verbose", &["--fd", "1", "-n", "sh", "-c", "echo ran"]),
];

/// The first version that knows an option, and how it is used.
const SINCE: &[(Version, &[&str])] = &[
    ((2, 41), &["--fcntl", "lock", "echo", "ran"]),
    ((2, 42), &["--start", "1", "lock", "echo", "ran"]),
    ((2, 42), &["--length", "1", "lock", "echo", "ran"]),
    ((2, 43), &["--fd", "1", "echo", "ran"]),
];

/// That a script works here, and not with what the system has, is no riddle: that refuses it, and says why.
#[test]
fn what_is_new_is_refused_by_what_is_older() {
    let (Some(sides), Some(version)) = (sides(&FLOCK), version()) else { return };
    for (since, words) in SINCE {
        let option = words[0];
        let [original, ours] = sides.each_ref().map(|side| {
            let stage = Stage::new(side);
            let finished = stage.finish(stage.run(*words));
            let is_named = String::from_utf8_lossy(&finished.stderr).contains(option);
            (finished.status.unwrap().code().unwrap(), finished.stdout, is_named)
        });
        let knows = (0, b"ran\n".to_vec(), false);
        assert_eq!(ours, knows, "{option}");
        let expected = if version >= *since { knows } else { (64, Vec::new(), true) };
        assert_eq!(original, expected, "{option}, {version:?}");
    }
}
