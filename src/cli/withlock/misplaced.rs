//! Options where the command belongs: with other tools they may stand behind the lock file, and here they may not.

use std::ffi::{OsStr, OsString};

use super::options::Options;
use super::{known, suggestion};
use crate::cli::quoting;

/// Refuses a command whose name is an option, and shows the line as it would be right. No program has a name that begins
/// with `-`; one that has can be run by its path, or behind `--`.
pub(super) fn check(path: &OsStr, options: &Options) -> Result<(), String> {
    let words = options.operands.as_slice();
    let Some(first) = words.first().filter(|word| is_option(word)) else {
        return Ok(());
    };
    let is_command_string = first == "-c" || first == "--command";
    if is_command_string && options.command.is_none() {
        return Ok(());
    }
    match options_at_start(words) {
        Ok(count) => Err(format!("options go before LOCKFILE: {}", mended(path, options, count))),
        Err(unknown) => {
            let hint = suggestion::of(&unknown);
            Err(format!(
                "unknown option {}{hint} where COMMAND belongs; options go before LOCKFILE",
                quoting::cut(&unknown)
            ))
        }
    }
}

fn is_option(word: &OsStr) -> bool {
    let bytes = word.as_encoded_bytes();
    bytes.first() == Some(&b'-') && bytes != b"-" && bytes != b"--"
}

/// How many words at the start are options or their values, a missing last one included; or the first option that is
/// none.
fn options_at_start(words: &[OsString]) -> Result<usize, String> {
    let mut count = 0;
    while let Some(word) = words.get(count).filter(|word| is_option(word)) {
        let word = word.to_string_lossy();
        let wants_next = match word.strip_prefix("--") {
            Some(long) => {
                let name = long.split('=').next().unwrap_or_default();
                known::long(name).ok_or(format!("--{name}"))? && name == long
            }
            None => cluster_wants_next(&word[1..])?,
        };
        count += if wants_next { 2 } else { 1 };
    }
    Ok(count)
}

/// Whether the last of these short options takes the next word as its value; or one that is none.
fn cluster_wants_next(letters: &str) -> Result<bool, String> {
    let mut rest = letters.chars();
    while let Some(letter) = rest.next() {
        if known::short(letter).ok_or(format!("-{letter}"))? {
            return Ok(rest.as_str().is_empty());
        }
    }
    Ok(false)
}

/// The line with the options in their place. Others that stood there already are not repeated.
fn mended(path: &OsStr, given: &Options, count: usize) -> String {
    let words = given.operands.as_slice();
    let (options, command) = words.split_at(count.min(words.len()));
    let alone = ["-h", "--help", "-V", "--version"];
    if let Some(word) = options.iter().find(|word| alone.iter().any(|it| word == it)) {
        return format!("withlock {}", word.to_string_lossy());
    }
    let is_command = |word: &OsString| word == "-c" || word == "--command";
    let has_command =
        !command.is_empty() || given.command.is_some() || options.iter().any(is_command);
    let value = (count > words.len()).then_some(OsStr::new("VALUE"));
    let placeholder = (!has_command).then_some(OsStr::new("COMMAND"));
    let before = options.iter().map(OsString::as_os_str).chain(value);
    let behind = command.iter().map(OsString::as_os_str).chain(placeholder);
    let is_alone = *given == Options { operands: words.to_vec(), ..Options::default() };
    let others = if is_alone { "" } else { "... " };
    format!("withlock {others}{}", quoting::in_message(before.chain([path]).chain(behind)))
}
