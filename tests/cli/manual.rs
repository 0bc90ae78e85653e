//! The manual page, the README and `--help` say what the program does: its options and its exit codes.

use std::collections::BTreeSet;

use withlock::cli::exit::TABLE;
use withlock::cli::withlock::help::RECIPES;
use withlock::cli::withlock::table::{Entry, OPTIONS};

use super::texts::{file, rows, section};
use crate::support;

/// One option as people read it: `-w, --wait DURATION`.
pub type Entries = BTreeSet<String>;

/// A text that lists the options and the exit codes, and how to read it.
struct Text {
    name: &'static str,
    read: fn() -> String,
    options: fn(&str) -> Entries,
    /// Those that are to be there.
    wanted_options: fn() -> Entries,
    codes: fn(&str) -> Entries,
}

const TEXTS: [Text; 3] = [
    Text {
        name: "man/withlock.1",
        read: || file("man/withlock.1"),
        options: options_in_manual,
        wanted_options: options_of_the_program,
        codes: codes_in_manual,
    },
    Text {
        name: "README.md",
        read: || file("README.md"),
        options: options_in_readme,
        wanted_options: options_that_matter_most,
        codes: codes_in_readme,
    },
    Text {
        name: "--help",
        read: help,
        options: options_in_help,
        wanted_options: options_of_the_program,
        codes: codes_in_help,
    },
];

/// What the README has of the options; the manual has all of them.
const MOST_WANTED: [&str; 10] = [
    "-w, --wait DURATION",
    "-q, --quiet",
    "-E, --conflict-exit-code N",
    "-c, --command STRING",
    "-s, --shared",
    "-k, --keep",
    "--no-create",
    "-o, --close",
    "--insecure",
    "-v, --verbose",
];

#[test]
fn nobody_looks_in_vain_for_an_option() {
    let all = options_of_the_program();
    assert!(options_that_matter_most().is_subset(&all), "{all:?}");
    for text in TEXTS {
        let found = (text.options)(&(text.read)());
        let wanted = (text.wanted_options)();
        assert_eq!(differences(text.name, &wanted, &found), Vec::<String>::new());
    }
}

#[test]
fn nobody_is_misled_about_an_exit_status() {
    let wanted = codes_of_the_program();
    for text in TEXTS {
        let found = (text.codes)(&(text.read)());
        assert_eq!(differences(text.name, &wanted, &found), Vec::<String>::new());
    }
}

#[test]
fn the_help_fits_a_terminal_of_80_columns() {
    for line in help().lines().chain(printed("-h").lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

/// The other lines of the screen are for the line that was typed, and the next prompt.
#[test]
fn the_short_help_fits_on_a_screen_and_has_what_matters_most_in_the_same_words() {
    let short = printed("-h");
    assert!(short.lines().count() <= 22, "{short}");
    assert!(short.contains("withlock --help") && short.contains("withlock(1)"), "{short}");
    let found = options_in_help(&short);
    let all = options_of_the_program();
    assert!(found.len() >= 8 && found.is_subset(&all), "{found:?}");
    let long = help();
    assert!(short.lines().take(3).all(|line| long.contains(line)), "{short}");
}

#[test]
fn the_recipes_of_the_help_are_those_of_the_readme() {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = file("README.md");
    let recipes: Vec<String> = section(&readme, "## Recipes for cron", "## ").map(words).collect();
    let help = help();
    for (purpose, line) in RECIPES {
        let pair = [format!("# {purpose}"), (*line).to_owned()];
        assert!(recipes.windows(2).any(|lines| *lines == pair), "the README lacks: {pair:?}");
        assert!(help.contains(&format!("  {}\n  {}\n", pair[0], pair[1])), "{help}");
    }
    assert!(RECIPES.len() >= 3);
}

/// The tests above would notice: a text that lacks one line, any of them, differs in just that line.
#[test]
fn a_missing_or_wrong_line_is_reported() {
    for text in TEXTS {
        let whole = (text.read)();
        missing_lines_are_reported(&text, &whole, text.options, &(text.wanted_options)());
        missing_lines_are_reported(&text, &whole, text.codes, &codes_of_the_program());
    }
    let one = Entries::from(["1 busy".to_owned()]);
    let other = Entries::from(["1 free".to_owned()]);
    assert_eq!(
        differences("a text", &one, &other),
        ["a text lacks: 1 busy", "a text has, and the program has not: 1 free"]
    );
}

fn missing_lines_are_reported(
    text: &Text,
    whole: &str,
    read: fn(&str) -> Entries,
    wanted: &Entries,
) {
    let lines: Vec<&str> = whole.lines().collect();
    let mut reported = Entries::new();
    for without in 0..lines.len() {
        let rest: Vec<&str> = [&lines[..without], &lines[without + 1..]].concat();
        reported.extend(differences(text.name, wanted, &read(&rest.join("\n"))));
    }
    for entry in wanted {
        let complaint = format!("{} lacks: {entry}", text.name);
        assert!(reported.contains(&complaint), "not reported: {complaint}");
    }
}

/// What one side has and the other has not.
fn differences(name: &str, wanted: &Entries, found: &Entries) -> Vec<String> {
    let missing = wanted.difference(found).map(|entry| format!("{name} lacks: {entry}"));
    let surplus = found
        .difference(wanted)
        .map(|entry| format!("{name} has, and the program has not: {entry}"));
    missing.chain(surplus).collect()
}

fn options_of_the_program() -> Entries {
    OPTIONS.iter().map(Entry::title).collect()
}

fn options_that_matter_most() -> Entries {
    MOST_WANTED.map(str::to_owned).into()
}

fn codes_of_the_program() -> Entries {
    TABLE.iter().map(|(exit, meaning)| entry(&exit.code().to_string(), meaning)).collect()
}

fn entry(left: &str, right: &str) -> String {
    format!("{left} {right}").trim().to_owned()
}

/// `.It Fl w , Fl -wait Ar duration`, and for a value that may be left out `.It Fl -option Ns Op = Ns Ar value`
pub fn options_in_manual(manual: &str) -> Entries {
    section(manual, ".Sh OPTIONS", ".Sh")
        .filter_map(|line| line.strip_prefix(".It Fl "))
        .map(|item| {
            let names = |names: &str| format!("-{}", names.replace(" , Fl ", ", -"));
            if let Some((item, value)) = item.split_once(" Ns Op = Ns Ar ") {
                return format!("{}[={}]", names(item), value.to_uppercase());
            }
            let (item, value) = item.split_once(" Ar ").unwrap_or((item, ""));
            entry(&names(item), &value.to_uppercase())
        })
        .collect()
}

/// `.It 2`, and text on the lines below.
pub fn codes_in_manual(manual: &str) -> Entries {
    let lines: Vec<&str> = section(manual, ".Sh EXIT STATUS", ".Sh").collect();
    let list = lines.join("\n").replace("\\-", "-");
    list.split("\n.It ")
        .skip(1)
        .map(|item| {
            let mut lines = item.lines().take_while(|line| !line.starts_with('.'));
            let code = lines.next().unwrap_or_default();
            entry(code, &lines.collect::<Vec<_>>().join(" "))
        })
        .collect()
}

/// `` | `-w`, `--wait DURATION` | meaning | ``
fn options_in_readme(readme: &str) -> Entries {
    rows(readme, "## Options").map(|(option, _)| option).collect()
}

/// `| 2 | meaning |`
fn codes_in_readme(readme: &str) -> Entries {
    rows(readme, "## Exit status").map(|(code, meaning)| entry(&code, &meaning)).collect()
}

/// `  -w, --wait DURATION  Meaning`
pub fn options_in_help(help: &str) -> Entries {
    help.lines()
        .map(str::trim)
        .filter(|line| line.starts_with('-'))
        .map(|line| line.split("  ").next().unwrap_or_default().to_owned())
        .collect()
}

/// `    2  meaning`
pub fn codes_in_help(help: &str) -> Entries {
    section(help, "Exit status", "\n")
        .filter_map(|line| line.trim().split_once("  "))
        .map(|(code, meaning)| entry(code, meaning))
        .collect()
}

fn help() -> String {
    printed("--help")
}

fn printed(option: &str) -> String {
    let output = support::withlock([option]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
