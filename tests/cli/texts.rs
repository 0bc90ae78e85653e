//! The texts of the project, and how to read them.

use std::fs;
use std::path::Path;

/// A text, by its path in the tree.
pub fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The lines below the one that begins with `heading`, up to the next one that begins with `next`.
pub fn section<'a>(
    text: &'a str,
    heading: &'static str,
    next: &'static str,
) -> impl Iterator<Item = &'a str> {
    let below = text.lines().skip_while(move |line| !line.starts_with(heading)).skip(1);
    below.take_while(move |line| !line.starts_with(next))
}

/// The rows of a section's table, below its head, without backquotes.
pub fn rows(readme: &str, heading: &'static str) -> impl Iterator<Item = (String, String)> {
    section(readme, heading, "## ")
        .skip_while(|line| !line.starts_with("|--"))
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .map(|(left, right)| (left.replace('`', ""), right.replace('`', "")))
}
