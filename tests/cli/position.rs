//! Where an option may stand: the command's own options stay the command's.

use super::options::attempt;
use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{Scratch, forced_backend, programs, stderr, withlock};

#[test]
fn options_behind_the_lock_file_are_the_command_s() {
    let scratch = Scratch::new();
    let show = ["sh", "-c", "printf '<%s>' \"$@\"", "sh"];
    for (before, behind) in [
        (&["lock"][..], &["-n", "-q", "--help"][..]),
        (&["lock"], &["--version"]),
        (&["lock"], &["--", "-E", "a  b", "*", "", "$HOME"]),
        (&["--", "lock"], &["-v"]),
        (&["lock", "--"], &["--", "x"]),
        (&["-q", "--", "lock", "--"], &["-k", "-c"]),
        (&["--", "-lock"], &["--no-create"]),
    ] {
        let words = [before, &show, behind].concat();
        let output = attempt(&scratch, &words);
        assert_silent(&words.join(" "), &output, 0);
        let expected: String = behind.iter().map(|word| format!("<{word}>")).collect();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{words:?}");
        assert!(scratch.names().is_empty());
    }
}

/// What stands in the place of the command (and what would be in front), and how the line should be.
const MISPLACED: [(&str, &str); 16] = [
    ("lock -q echo", "withlock -q lock echo"),
    ("lock -w 5 echo -w 6", "withlock -w 5 lock echo -w 6"),
    ("lock -w5 echo", "withlock -w5 lock echo"),
    ("lock --wait=5 echo", "withlock --wait=5 lock echo"),
    ("lock --wait 5 -qv echo a", "withlock --wait 5 -qv lock echo a"),
    ("lock --qui echo", "withlock --qui lock echo"),
    ("lock -qE 7 -- echo", "withlock -qE 7 lock -- echo"),
    ("lock -n", "withlock -n lock COMMAND"),
    ("lock -w", "withlock -w VALUE lock COMMAND"),
    ("lock -q -c date", "withlock -q -c date lock"),
    ("-c date lock -q", "withlock ... -q lock"),
    ("-w 5 lock -q echo", "withlock ... -q lock echo"),
    ("lock --help", "withlock --help"),
    ("lock -V", "withlock -V"),
    ("lock -z echo", "unknown option -z where COMMAND belongs"),
    (
        "lock --timeout 5 echo",
        "unknown option --timeout (did you mean --wait?) where COMMAND belongs",
    ),
];

#[test]
fn an_option_right_behind_the_lock_file_is_told_its_place_and_runs_nothing() {
    // The option that forces a backend would be one of the line's own.
    if forced_backend().is_some() {
        return;
    }
    let scratch = Scratch::new();
    for (line, part) in MISPLACED {
        let words: Vec<&str> = line.split(' ').collect();
        let output = attempt(&scratch, &words);
        assert_complains(line, &output, 2, &["options go before LOCKFILE", part]);
        assert!(
            stderr(&output).contains(&format!("{part};")) || part.contains("unknown"),
            "{output:?}"
        );
        assert!(scratch.names().is_empty());
    }
    // A program that is really called so is run by its path, or behind `--`.
    programs::write_program(&scratch.join("-q"), b"echo ran\n", 0o755);
    for words in [&["lock", "--", "-q"][..], &["lock", "./-q"]] {
        let mut command = withlock(words);
        let output = run(command.current_dir(scratch.path()).env("PATH", scratch.path()));
        assert_silent(&words.join(" "), &output, 0);
        assert_eq!(output.stdout, b"ran\n");
    }
}
