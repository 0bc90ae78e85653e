//! The manual page, the README, CONTRIBUTING.md and the changelog hold together, and what they show works.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::texts::{file, rows, section};
use crate::support;

#[test]
fn the_manual_pages_are_well_formed() {
    let Some(mandoc) = support::find_program("mandoc") else {
        return support::skip("no mandoc");
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let pages = fs::read_dir(&folder).unwrap().map(|page| page.unwrap().path());
    let output = Command::new(mandoc)
        .args(["-T", "lint", "-W", "warning"])
        .args(pages.filter(|page| page.extension().is_some_and(|kind| kind == "1")))
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
        .filter(|line| line.starts_with("    ") && !line.starts_with("    # "))
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
