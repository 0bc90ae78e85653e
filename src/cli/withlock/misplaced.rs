//! Options where the command belongs: with other tools they may stand behind the lock file, and here they may not.

use std::ffi::{OsStr, OsString};

use super::options::Options;
use super::suggestion;
use super::table::{self, Entry, OPTIONS};
use crate::cli::entry::Effect;
use crate::cli::quoting;

/// Refuses a command whose name is an option, and shows the line as it would be right. No program has a name that begins
/// with `-`; one that has can be run by its path, or behind `--`.
pub(super) fn check(path: &OsStr, options: &Options) -> Result<(), String> {
    let words = options.operands.as_slice();
    let Some(first) = words.first().filter(|word| is_option(word)) else {
        return Ok(());
    };
    if is_command(first) && options.command.is_none() {
        return Ok(());
    }
    match options_at_start(words) {
        Ok(AtStart { count, has_name: true }) => Err(format!(
            "options go before LOCKFILE, and -N is instead of it: {}",
            mended(None, options, count)
        )),
        Ok(AtStart { count, has_name: false }) => {
            Err(format!("options go before LOCKFILE: {}", mended(Some(path), options, count)))
        }
        Err(unknown) => {
            let hint = suggestion::of(&unknown);
            Err(format!(
                "unknown option {}{hint} where COMMAND belongs; options go before LOCKFILE",
                quoting::cut(&unknown)
            ))
        }
    }
}

/// Whether a word looks like an option.
pub(super) fn is_option(word: &OsStr) -> bool {
    let bytes = word.as_encoded_bytes();
    bytes.first() == Some(&b'-') && bytes != b"-" && bytes != b"--"
}

/// Whether this is the option that may also stand behind the lock file.
pub(super) fn is_command(word: &OsStr) -> bool {
    word == "-c" || word == "--command"
}

/// Whether this is an option that needs nothing else on the line.
fn stands_alone(word: &OsStr) -> bool {
    let alone = OPTIONS.iter().filter(|it| matches!(it.effect, Effect::Help | Effect::Version));
    word.to_str().is_some_and(|word| alone.into_iter().any(|option| option.is(word)))
}

/// The options at the start of these words.
#[derive(Default)]
struct AtStart {
    /// How many words they and their values are, a missing last value included.
    count: usize,
    /// Whether one of them is the option that names the lock, so that there is no lock file.
    has_name: bool,
}

/// Which options stand at the start; or the first one that is none.
fn options_at_start(words: &[OsString]) -> Result<AtStart, String> {
    let mut found = AtStart::default();
    while let Some(word) = words.get(found.count).filter(|word| is_option(word)) {
        let (options, wants_next) = options_of(&word.to_string_lossy())?;
        found.count += if wants_next { 2 } else { 1 };
        found.has_name |= options.iter().any(|option| option.is("--name"));
    }
    Ok(found)
}

/// The options in one word, and whether the last one takes the next word as its value; or one that is none.
fn options_of(word: &str) -> Result<(Vec<&'static Entry>, bool), String> {
    if let Some(long) = word.strip_prefix("--") {
        let name = long.split('=').next().unwrap_or_default();
        let option = table::long(name).ok_or(format!("--{name}"))?;
        return Ok((vec![option], option.needs_value() && name == long));
    }
    let mut options = Vec::new();
    let mut rest = word[1..].chars();
    while let Some(letter) = rest.next() {
        let option = table::short(letter).ok_or(format!("-{letter}"))?;
        options.push(option);
        if option.needs_value() {
            return Ok((options, rest.as_str().is_empty()));
        }
    }
    Ok((options, false))
}

/// The line with the options in their place. Others that stood there already are not repeated.
fn mended(path: Option<&OsStr>, given: &Options, count: usize) -> String {
    let words = given.operands.as_slice();
    let (options, command) = words.split_at(count.min(words.len()));
    if let Some(word) = options.iter().find(|word| stands_alone(word)) {
        return format!("withlock {}", word.to_string_lossy());
    }
    let has_command = !command.is_empty()
        || options.iter().any(|word| word == "--status" || word == "--list")
        || given.command.is_some()
        || options.iter().any(|word| is_command(word));
    let value = (count > words.len()).then_some(OsStr::new("VALUE"));
    let placeholder = (!has_command).then_some(OsStr::new("COMMAND"));
    let before = options.iter().map(OsString::as_os_str).chain(value);
    let behind = command.iter().map(OsString::as_os_str).chain(placeholder);
    let is_alone = *given == Options { operands: words.to_vec(), ..Options::default() };
    let others = if is_alone { "" } else { "... " };
    format!("withlock {others}{}", quoting::in_message(before.chain(path).chain(behind)))
}
