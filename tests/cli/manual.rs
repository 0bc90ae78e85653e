//! The manual page, the README and `--help` say what the program does: its options and its exit codes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use withlock::cli::exit::TABLE;
use withlock::cli::withlock::table::OPTIONS;

use crate::support;

/// One option as people read it: `-w, --wait DURATION`.
type Entries = BTreeSet<String>;

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
    for line in help().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
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

#[test]
fn the_manual_page_is_well_formed() {
    let Some(mandoc) = support::find_program("mandoc") else {
        return support::skip("no mandoc");
    };
    let output = Command::new(mandoc)
        .args(["-T", "lint", "-W", "warning", "man/withlock.1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Each recipe of the README, an indented line, is in the manual as well, and with the same words.
#[test]
fn the_manual_page_has_the_recipes_of_the_readme() {
    let readme = file("README.md");
    let manual = file("man/withlock.1").replace("\\e", "\\");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let known: BTreeSet<String> = manual.lines().map(words).collect();
    let recipes: Vec<&str> = section(&readme, "## Recipes for cron", "## ")
        .filter(|line| line.starts_with("    "))
        .collect();
    assert!(recipes.len() >= 5, "{recipes:?}");
    for recipe in recipes {
        assert!(known.contains(&words(recipe)), "the manual lacks: {recipe}");
    }
}

/// Each difference from 0.5 that the parity tests know of has an item of its number in the manual.
#[test]
fn the_manual_page_has_every_difference_from_0_5() {
    let listed = file("tests/parity/differences.rs");
    let number = |line: &str| line.trim().strip_suffix(',')?.parse::<usize>().ok();
    let known = listed.lines().filter_map(number).max().unwrap_or_default();
    let manual = file("man/withlock.1");
    let items = section(&manual, ".Ss withlock 0.5", ".S").filter(|line| *line == ".It").count();
    assert!(known >= 22 && items >= known, "{items} items for {known} differences");
    let rows = rows(&file("README.md"), "## Coming from withlock 0.5").count();
    assert_eq!(rows, 10, "the README has those that matter most");
}

/// The README's program is the one that the documentation tests compile.
#[test]
fn the_library_example_of_the_readme_compiles() {
    let below = |text: &str, fence: &'static str| -> Vec<String> {
        let lines = section(text, fence, "```").filter(|line| !line.starts_with("# "));
        lines.map(str::to_owned).collect()
    };
    let of_readme = below(&file("README.md"), "```rust");
    let documentation = file("src/lib.rs").replace("//! ", "").replace("//!", "");
    assert!(of_readme.len() > 5, "{of_readme:?}");
    assert_eq!(of_readme, below(&documentation, "```no_run"));
}

#[test]
fn systemd_takes_the_units_of_the_manual_page() {
    let Some(systemd) = support::find_program("systemd-analyze") else {
        return support::skip("no systemd-analyze");
    };
    let manual = file("man/withlock.1");
    let block = |first: &'static str| -> String {
        let lines = section(&manual, ".Sh EXAMPLES", ".Sh").skip_while(move |line| *line != first);
        lines.take_while(|line| *line != ".Ed").map(|line| format!("{line}\n")).collect()
    };
    let place = support::Scratch::new();
    let service = block("[Service]");
    let here = service.replace("/usr/local/bin/withlock", support::program().to_str().unwrap());
    assert_ne!(here, service);
    fs::write(place.join("sync.service"), here).unwrap();
    fs::write(place.join("sync.timer"), block("[Timer]")).unwrap();
    let mut verify = Command::new(systemd);
    verify
        .args(["verify", "--man=no"])
        .arg(place.join("sync.timer"))
        .arg(place.join("sync.service"));
    let output = verify.output().unwrap();
    let complaints = support::stderr(&output);
    let place = place.path().to_str().unwrap();
    let about_them: Vec<&str> =
        complaints.lines().filter(|line| line.contains(place) || line.contains("sync.")).collect();
    assert_eq!(about_them, [""; 0], "{complaints}");
    assert!(output.status.success(), "{complaints}");
}

/// Each path that CONTRIBUTING.md names is there.
#[test]
fn whoever_wants_to_help_is_led_to_files_that_are_there() {
    let page = file("CONTRIBUTING.md");
    // FIXME(merge): remove these three lines with the last of that page's.
    if page.contains("FIXME(merge)") {
        return;
    }
    let tops = ["src/", "platform/", "tests/", "man/", "examples/", "ci/", ".ci/"];
    let quoted = page.split('`').skip(1).step_by(2);
    let paths =
        quoted.filter(|text| tops.iter().any(|top| text.starts_with(top)) && !text.contains(' '));
    let missing: Vec<&str> =
        paths.filter(|path| !Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists()).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_changelog_tells_of_this_version() {
    let heading = concat!("## [", env!("CARGO_PKG_VERSION"), "]");
    assert!(file("CHANGELOG.md").lines().any(|line| line.starts_with(heading)), "no {heading}");
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
    OPTIONS
        .iter()
        .map(|option| {
            let short = option.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
            let names = format!("{short}--{}", option.long);
            entry(&names, option.value_name().unwrap_or_default())
        })
        .collect()
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

/// `.It Fl w , Fl -wait Ar duration`
fn options_in_manual(manual: &str) -> Entries {
    section(manual, ".Sh OPTIONS", ".Sh")
        .filter_map(|line| line.strip_prefix(".It Fl "))
        .map(|item| {
            let (names, value) = item.split_once(" Ar ").unwrap_or((item, ""));
            let names = format!("-{}", names.replace(" , Fl ", ", -"));
            entry(&names, &value.to_uppercase())
        })
        .collect()
}

/// `.It 2`, and text on the lines below.
fn codes_in_manual(manual: &str) -> Entries {
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

/// The rows of a section's table, below its head, without backquotes.
fn rows(readme: &str, heading: &'static str) -> impl Iterator<Item = (String, String)> {
    section(readme, heading, "## ")
        .skip_while(|line| !line.starts_with("|--"))
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .map(|(left, right)| (left.replace('`', ""), right.replace('`', "")))
}

/// `  -w, --wait <DURATION>  Meaning`
fn options_in_help(help: &str) -> Entries {
    help.lines()
        .map(str::trim)
        .filter(|line| line.starts_with('-'))
        .map(|line| line.split("  ").next().unwrap_or_default().replace(['<', '>'], ""))
        .collect()
}

/// `    2  meaning`
fn codes_in_help(help: &str) -> Entries {
    section(help, "Exit status", "\n")
        .filter_map(|line| line.trim().split_once("  "))
        .map(|(code, meaning)| entry(code, meaning))
        .collect()
}

/// The lines below the one that begins with `heading`, up to the next one that begins with `next`.
fn section<'a>(
    text: &'a str,
    heading: &'static str,
    next: &'static str,
) -> impl Iterator<Item = &'a str> {
    let below = text.lines().skip_while(move |line| !line.starts_with(heading)).skip(1);
    below.take_while(move |line| !line.starts_with(next))
}

fn help() -> String {
    let output = support::withlock(["--help"]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}
