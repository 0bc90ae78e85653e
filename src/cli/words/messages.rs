//! All messages in one list, `messages.txt`, so that they can be read in one go and a change of one is seen.
//!
//! The list is that of Linux with the C library's English words. Elsewhere, what differs is put in their place.

mod busy;
mod causes;
mod lines;
mod refusals;
mod statuses;
mod waits;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use withlock_platform::failure::ATTRIBUTE_TOOLS;

use super::error;
use crate::error::Error;
use crate::trust::Reason;

pub(super) use causes::{Call, ERRNOS, said};

/// Writes the list anew instead of comparing it.
const UPDATE: &str = "WITHLOCK_UPDATE_MESSAGES";

#[test]
fn every_message_is_in_the_list_that_has_been_read_through() {
    let mut text = String::new();
    for (heading, lines) in lines::all() {
        let _ = writeln!(text, "{}## {heading}", if text.is_empty() { "" } else { "\n" });
        for line in lines {
            let _ = writeln!(text, "{}", as_on_linux(&line));
        }
    }
    let list = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/words/messages.txt"));
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&list, &text).unwrap();
    }
    let known = fs::read_to_string(&list).unwrap();
    let differences = differences(&known, &text);
    assert!(
        differences.is_empty(),
        "{differences}{} is not what the program says. Read the new lines; if they are right, run this test with \
         {UPDATE}=1.",
        list.display()
    );
}

#[test]
fn a_program_that_uses_the_library_is_not_told_of_options_that_it_has_not() {
    let unsafe_place = Error::Unsafe {
        path: "/d/l".into(),
        at: "/d".into(),
        reason: Reason::StickyWritable(0o1777),
    };
    let calls =
        Call::ALL.into_iter().flat_map(|call| ERRNOS.map(|(number, _)| call.failed(number)));
    for error in calls.chain(lines::errors_of_their_own()).chain([unsafe_place]) {
        let (fact, line) = (error.to_string(), error::words(&error));
        let is_option = |word: &str| word.starts_with('-');
        assert!(!fact.split_whitespace().any(is_option), "{fact}");
        let cure = line.strip_prefix(&fact).unwrap_or_else(|| panic!("{line} is not about {fact}"));
        assert!(cure.is_empty() || cure.starts_with("; "), "{line}");
    }
}

fn as_on_linux(line: &str) -> String {
    let line = line.replace(ATTRIBUTE_TOOLS, "lsattr -d, chattr -ia");
    ERRNOS.iter().fold(line, |line, (number, english)| line.replace(&said(*number), english))
}

fn differences(known: &str, text: &str) -> String {
    let lacks = |line: &&str, in_text: &str| !in_text.lines().any(|other| other == *line);
    let gone = known.lines().filter(|line| lacks(line, text)).map(|line| format!("- {line}\n"));
    let new = text.lines().filter(|line| lacks(line, known)).map(|line| format!("+ {line}\n"));
    let order =
        (known != text).then(|| "The order differs, or one line is there twice.\n".to_owned());
    let found: String = gone.chain(new).collect();
    if found.is_empty() { order.unwrap_or_default() } else { found }
}
