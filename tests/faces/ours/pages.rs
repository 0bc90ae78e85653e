//! A manual page and a help for each command line, which say the same.

use std::collections::BTreeSet;
use std::process::Command;

use crate::cli::manual::{codes_in_help, codes_in_manual, options_in_help, options_in_manual};
use crate::cli::texts::file;
use crate::support::{program, signals};

/// The command lines that are other tools', each with its manual page, and how many options it has at least.
const FACES: [(&str, &str, usize); 1] = [("flock", "man/flock.1", 15)];

fn help(face: &str) -> String {
    let mut command = Command::new(program());
    signals::plain(&mut command);
    let output = command.args(["--face", face, "--help"]).output().unwrap();
    assert!(output.status.success(), "{face}");
    String::from_utf8(output.stdout).unwrap()
}

/// Options, without those of which the page says elsewhere that they belong to an operand.
fn options(found: BTreeSet<String>) -> BTreeSet<String> {
    found.into_iter().filter(|option| !option.starts_with("-c, ")).collect()
}

#[test]
fn nobody_looks_in_vain_for_an_option_or_a_status_of_another_tool() {
    for (face, page, at_least) in FACES {
        let (help, manual) = (help(face), file(page));
        let known = options(options_in_help(&help));
        assert!(known.len() >= at_least, "{face}: {known:?}");
        assert_eq!(known, options_in_manual(&manual), "{face}");
        let codes = codes_in_help(&help);
        assert!(codes.len() >= 2, "{face}: {codes:?}");
        assert_eq!(codes, codes_in_manual(&manual), "{face}");
    }
}

#[test]
fn the_help_of_another_tool_fits_a_terminal_and_says_whose_it_is() {
    for (face, ..) in FACES {
        let help = help(face);
        assert!(help.contains("withlock"), "{help}");
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

/// The page of withlock leads to those of the others.
#[test]
fn who_reads_of_withlock_learns_of_its_other_command_lines() {
    let manual = file("man/withlock.1");
    let output = Command::new(program()).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for face in ["flock", "with-lock-ex"] {
        for text in [&manual, &help] {
            assert!(text.contains(&format!("--face {face}")), "{face}");
        }
    }
}
