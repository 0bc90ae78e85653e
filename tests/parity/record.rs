//! The record of what the original does, made by running the very same cases on it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::stage::Subject;
use super::{cases, support};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/recorded-0.5.txt");
const TEXT: &str = include_str!("recorded-0.5.txt");

/// Whether the program under test is the original, to be recorded rather than judged.
pub fn recording() -> bool {
    std::env::var_os("WITHLOCK_PARITY_RECORD").is_some_and(|value| value == "1")
}

/// What the original was seen to do, by the name of the case.
pub fn recorded() -> BTreeMap<&'static str, &'static str> {
    TEXT.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .collect()
}

/// Runs every case on the original and writes the record anew.
pub fn write() {
    let original = support::program();
    let seen = cases::observe_all(&Subject::original(original.clone()));
    let mut text = header(&original);
    for case in cases::all() {
        let observation =
            seen.get(case.name).unwrap_or_else(|| panic!("{} can't be recorded here", case.name));
        assert!(!observation.starts_with("the case failed"), "{}: {observation}", case.name);
        writeln!(text, "{}: {observation}", case.name).unwrap();
    }
    fs::write(FILE, text).unwrap();
}

fn header(original: &Path) -> String {
    let shell = fs::canonicalize("/bin/sh").unwrap();
    format!(
        "# What withlock 0.5 (the Python script) does in every case of the parity suite. Not written by hand:\n\
         #   WITHLOCK_UNDER_TEST=/path/to/withlock-0.5 WITHLOCK_PARITY_RECORD=1 cargo test --release --test withlock parity\n\
         # as root, the path free of blanks. The script is public: https://github.com/poeml/withlock, commit 6ffda60,\n\
         # \"release 0.5\", file withlock. Recorded on {}, {}, {} as /bin/sh.\n\
         # To check this record: WITHLOCK_PARITY_ORIGINAL=/path/to/withlock-0.5 cargo test --release --test withlock parity\n",
        std::env::consts::OS,
        interpreter(original),
        shell.file_name().unwrap().to_string_lossy(),
    )
}

/// The version of the interpreter that the script names in its first line.
fn interpreter(script: &Path) -> String {
    let text = fs::read_to_string(script).unwrap();
    let line = text.lines().next().and_then(|line| line.strip_prefix("#!")).unwrap();
    let mut words = line.split_whitespace();
    let output = Command::new(words.next().unwrap()).args(words).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
