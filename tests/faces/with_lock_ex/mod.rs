//! with-lock-ex(1) of chiark-utils.

mod arguments;
mod command;
mod differences;
mod exclusion;
mod files;
mod looking;
mod scenery;
mod waiting;

use std::process::Command;
use std::sync::OnceLock;

use super::side_by_side::{Both, Suite};
use super::stage::Tool;
use crate::cli::texts::{file, section};
use crate::support::{Scratch, program, stderr};

const WITH_LOCK_EX: Tool = Tool {
    names: &["with-lock-ex", "with-lock"],
    variable: "WITHLOCK_TEST_WITH_LOCK_EX",
    hold: &["-w"],
};

const SUITE: Suite = Suite {
    tool: &WITH_LOCK_EX,
    cases: &[
        arguments::CASES,
        files::CASES,
        command::CASES,
        exclusion::CASES,
        waiting::CASES,
        looking::CASES,
    ],
    differences: differences::DIFFERENCES,
};

/// Seen once for all tests.
fn seen() -> Option<&'static Both> {
    static SEEN: OnceLock<Option<Both>> = OnceLock::new();
    SEEN.get_or_init(|| SUITE.observe(None)).as_ref()
}

/// A script that was written for with-lock-ex(1) sees no difference, but for the listed ones.
#[test]
fn all_else_is_as_with_chiark_utils() {
    if let Some(both) = seen() {
        SUITE.assert_same(both);
    }
}

/// Whoever reads the list can rely on it.
#[test]
fn every_difference_is_real_and_is_as_described() {
    if let Some(both) = seen() {
        SUITE.assert_real(both);
    }
}

/// Whoever can make no link has the same command line by an option.
#[test]
fn it_can_be_had_without_a_link() {
    let place = Scratch::new();
    let run = |words: &[&str]| {
        let mut command = Command::new(program());
        command.args(words).args(["lock", "sh", "-c", "exit 7"]).current_dir(place.path());
        command.output().unwrap()
    };
    for words in [&["--face", "with-lock-ex", "-w"][..], &["--face=with-lock"]] {
        assert_eq!(run(words).status.code(), Some(7), "{words:?}");
        assert_eq!(place.names(), ["lock"], "it stays, as that of with-lock-ex");
    }
    let wrong = run(&["--face", "with-lock-ex", "-z"]);
    assert_eq!(wrong.status.code(), Some(255), "{wrong:?}");
}

/// There is no other place where a terminal shows them.
#[test]
fn a_wrong_line_is_told_all_options_in_the_words_of_the_manual_page() {
    let output = Command::new(program()).args(["--face", "with-lock-ex"]).output().unwrap();
    assert_eq!(output.status.code(), Some(255));
    let said = stderr(&output);
    assert!(said.lines().all(|line| line.len() <= 80), "{said}");
    let told: Vec<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("with-lock-ex:   -")?.split_once("  "))
        .map(|(option, meaning)| format!("-{option} {}", meaning.trim()))
        .collect();
    let manual = file("man/with-lock-ex.1");
    let mut items =
        section(&manual, ".Sh OPTIONS", ".Sh").skip_while(|line| !line.starts_with(".It "));
    let text: String = items.by_ref().map(|line| format!("{line}\n")).collect();
    let listed: Vec<String> = text
        .split(".It Fl ")
        .skip(1)
        .map(|item| {
            let (option, meaning) = item.split_once('\n').unwrap();
            let words = meaning.replace(".Fl ", "-").replace(" :", ":").replace('\n', " ");
            format!("-{} {words}", option.replace("Ar seconds", "SECONDS"))
        })
        .collect();
    assert_eq!(told.len(), 5, "{said}");
    for (told, listed) in told.iter().zip(&listed) {
        assert!(listed.starts_with(told.as_str()), "{told:?} is not how {listed:?} begins");
    }
    assert_eq!(told.len(), listed.len());
}

/// A difference can be cited, and its reason is told.
#[test]
fn the_list_is_complete() {
    SUITE.assert_complete(40);
}
