//! The completions for shells: they are current, and each does its work in its real shell.

mod made;
mod shells;

use std::fs;
use std::path::Path;

use withlock::cli::withlock::table::OPTIONS;

use crate::support;
use shells::{Fish, Shell, Typed};

const PLACE: &str = "ci/package/completions";

#[test]
fn the_completions_that_are_packed_know_the_options_that_there_are() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(PLACE);
    for (name, text) in made::all() {
        let file = place.join(name);
        if std::env::var_os("WITHLOCK_TEST_UPDATE").is_some() {
            fs::write(&file, &text).unwrap();
        }
        let packed = fs::read_to_string(&file).unwrap_or_default();
        let (packed, text): (Vec<&str>, Vec<&str>) =
            (packed.lines().collect(), text.lines().collect());
        let differs = text.iter().find(|line| !packed.contains(line));
        assert!(
            packed == text,
            "{PLACE}/{name} is not made from this table (the first such line: {differs:?}); \
             set WITHLOCK_TEST_UPDATE=1 to write it anew"
        );
    }
}

/// Lines, words that their last one is completed to, and words that it is not completed to.
const LINES: &[(&str, &[&str], &[&str])] = &[
    ("withlock --ver", &["--verbose", "--version"], &["--wait"]),
    ("withlock -", &["--wait", "-q"], &["lockfile"]),
    ("withlock --quiet --no-c", &["--no-create"], &[]),
    // Values.
    ("withlock --backend f", &["flock", "fcntl"], &["auto", "lockfile"]),
    ("withlock --backend=fl", &["--backend=flock"], &["--backend=fcntl"]),
    ("withlock -w ", &["30s", "5m", "1h", "inf"], &[]),
    ("withlock -w 5", &["5s", "5m", "5h"], &["lockfile"]),
    ("withlock --warn-held 90", &["90s", "90m"], &[]),
    ("withlock -w lo", &[], &["lockfile"]),
    ("withlock --max-runtime 25", &["25s", "25m"], &["lockfile"]),
    ("withlock --signal HU", &["HUP"], &["TERM", "lockfile"]),
    ("withlock --replace=HU", &["--replace=HUP"], &["lockfile"]),
    // The lock file.
    ("withlock --replace lo", &["lockfile"], &["mytool"]),
    ("withlock -j 3 lo", &["lockfile"], &[]),
    ("withlock --max-waiters 1 -w 5 lo", &["lockfile"], &[]),
    ("withlock --status lo", &["lockfile"], &[]),
    ("withlock --status lockfile lo", &["lockfile"], &["mytool"]),
    ("withlock --json --list lo", &["lockdir"], &["lockfile"]),
    ("withlock lo", &["lockfile", "lockdir"], &["mytool"]),
    ("withlock -w 5 lo", &["lockfile"], &[]),
    ("withlock -w5 lo", &["lockfile"], &[]),
    ("withlock -qw 5 lo", &["lockfile"], &[]),
    ("withlock --wait=5 lo", &["lockfile"], &[]),
    ("withlock --wait 5 -q lo", &["lockfile"], &[]),
    ("withlock --backend fcntl -- lo", &["lockfile"], &[]),
    // The command.
    ("withlock lockfile myto", &["mytool"], &[]),
    ("withlock ./a=b:c myto", &["mytool"], &[]),
    ("withlock -qw 5 lockfile myto", &["mytool"], &[]),
    ("withlock lockfile -- myto", &["mytool"], &[]),
    ("withlock -- lockfile myto", &["mytool"], &[]),
    ("withlock -N name myto", &["mytool"], &["lockfile"]),
    ("withlock --name=name -w 5 myto", &["mytool"], &[]),
    ("withlock lockfile --c", &["--command"], &["--close", "--conflict-exit-code"]),
    ("withlock -c string lo", &["lockfile"], &[]),
    ("withlock -c string lockfile myto", &[], &["mytool"]),
    ("withlock lockfile -c myto", &[], &["mytool"]),
    // Nothing but the command's.
    ("withlock lockfile -- --c", &[], &["--command", "--close"]),
    ("withlock lockfile mytool --o", &[], &["--verbose"]),
    ("withlock lockfile mytool --ver", &[], &["--verbose", "--version"]),
    ("withlock lockfile plain lo", &["lockfile"], &[]),
    ("withlock lockfile plain -w ", &["lockfile"], &["30s"]),
];

/// The same, where the shell knows how to complete the command's own arguments.
const LINES_OF_THE_COMMAND: &[(&str, &[&str], &[&str])] = &[
    ("withlock lockfile mytool --o", &["--own", "--other"], &[]),
    ("withlock -w 5 lockfile mytool --ow", &["--own"], &["--other"]),
    ("withlock --wait=5 ./a=b:c -- mytool --ow", &["--own"], &[]),
    ("withlock -N name mytool 'a b' --ow", &["--own"], &[]),
];

fn assert_completes(shell: &mut dyn Shell, lines: &[(&str, &[&str], &[&str])]) {
    let mut wrong = Vec::new();
    for (line, has, lacks) in lines {
        let found = shell.complete(line);
        // Some put a sign behind an option that needs a value, or a directory.
        let finds = |word: &str| {
            found.iter().any(|one| one == word || one.strip_suffix(['=', '/']) == Some(word))
        };
        if !has.iter().all(|word| finds(word)) || lacks.iter().any(|word| finds(word)) {
            wrong.push(format!("{line}: {found:?}, not {has:?} without {lacks:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// bash shows names only.
fn assert_tells_what_options_do(shell: &mut dyn Shell) {
    for option in
        OPTIONS.iter().filter(|option| ["verbose", "syslog", "shared"].contains(&option.long))
    {
        let description = option.description();
        assert!(
            shell.shows(&format!("withlock --{}", &option.long[..2]), &description),
            "{description}"
        );
    }
    assert!(shell.shows("withlock -w ", "without limit"), "what a duration looks like");
}

#[test]
fn bash_completes_options_values_and_the_command() {
    let place = shells::place();
    let Some(mut bash) = Typed::bash(&place, "") else {
        return support::skip("no bash");
    };
    assert_completes(&mut bash, LINES);
}

#[test]
fn bash_completes_what_the_command_takes_where_bash_completion_is_installed() {
    let place = shells::place();
    let library = "/usr/share/bash-completion/bash_completion";
    if !Path::new(library).exists() {
        return support::skip("no bash-completion");
    }
    let Some(mut bash) = Typed::bash(&place, &format!("source {library}")) else {
        return support::skip("no bash");
    };
    assert_completes(&mut bash, LINES);
    assert_completes(&mut bash, LINES_OF_THE_COMMAND);
}

#[test]
fn zsh_completes_options_values_and_the_command_with_what_it_takes() {
    let place = shells::place();
    let Some(mut zsh) = Typed::zsh(&place) else {
        return support::skip("no zsh");
    };
    assert_completes(&mut zsh, LINES);
    assert_completes(&mut zsh, LINES_OF_THE_COMMAND);
    assert_tells_what_options_do(&mut zsh);
}

#[test]
fn fish_completes_options_values_and_the_command_with_what_it_takes() {
    let place = shells::place();
    let Some(mut fish) = Fish::new(&place) else {
        return support::skip("no fish");
    };
    assert_completes(&mut fish, LINES);
    assert_completes(&mut fish, LINES_OF_THE_COMMAND);
    assert_tells_what_options_do(&mut fish);
}
