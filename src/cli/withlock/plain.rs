//! A short reader for well-formed command lines, because every start of a process counts.
//!
//! It knows all options of the table, and means by them what the definition in [`super::definition`] means: a test
//! compares the two on random lines. Whatever is no plan, such as help and mistakes, it leaves to that one.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::table::{self, Options};
use crate::cli::entry::Effect;

/// Reads the line if it is well-formed; the first word is the program's name. One that is not is given back.
pub(super) fn read(mut words: Vec<OsString>) -> Result<Options, Vec<OsString>> {
    match head(&words) {
        Some((mut options, length)) => {
            words.drain(..length);
            options.operands = words;
            Ok(options)
        }
        None => Err(words),
    }
}

/// The options, and how many words stand before the lock file.
fn head(words: &[OsString]) -> Option<(Options, usize)> {
    let mut options = Options::default();
    let mut rest = words.get(1..)?;
    loop {
        // With a name, and a string for the shell, there are no operands.
        let Some((word, behind)) = rest.split_first() else {
            return Some((options, words.len()));
        };
        match word.as_bytes() {
            b"--" => return Some((options, words.len() - behind.len())),
            [b'-', b'-', long @ ..] => rest = read_long(long, behind, &mut options)?,
            [b'-', letters @ ..] if !letters.is_empty() => {
                rest = read_short(letters, behind, &mut options)?;
            }
            _ => return Some((options, words.len() - rest.len())),
        }
    }
}

/// `--quiet`, `--wait 5` or `--wait=5`. Returns what is behind it.
fn read_long<'a>(
    word: &[u8],
    behind: &'a [OsString],
    options: &mut Options,
) -> Option<&'a [OsString]> {
    let end = word.iter().position(|byte| *byte == b'=');
    let name = std::str::from_utf8(&word[..end.unwrap_or(word.len())]).ok()?;
    match (&table::long(name)?.effect, end) {
        (Effect::Flag(set), None) => set(options),
        (Effect::Value { set, .. }, Some(end)) => {
            set(options, OsStr::from_bytes(&word[end + 1..]).into());
        }
        (Effect::Value { set, .. }, None) => return read_value(*set, behind, options),
        _ => return None,
    }
    Some(behind)
}

/// `-q`, `-w 5`, `-w5`, or several: `-qw5`. Returns what is behind them.
fn read_short<'a>(
    letters: &[u8],
    behind: &'a [OsString],
    options: &mut Options,
) -> Option<&'a [OsString]> {
    let mut letters = letters;
    while let [letter, rest @ ..] = letters {
        match &table::short(char::from(*letter))?.effect {
            Effect::Flag(set) => set(options),
            Effect::Value { set, .. } if rest.is_empty() => {
                return read_value(*set, behind, options);
            }
            Effect::Value { set, .. } => {
                set(options, OsStr::from_bytes(rest.strip_prefix(b"=").unwrap_or(rest)).into());
                break;
            }
            Effect::Help | Effect::Version => return None,
        }
        letters = rest;
    }
    Some(behind)
}

/// The next word, whatever it is: as with getopt(3), what follows an option that wants a value is the value.
fn read_value<'a>(
    set: fn(&mut Options, OsString),
    behind: &'a [OsString],
    options: &mut Options,
) -> Option<&'a [OsString]> {
    let (value, behind) = behind.split_first()?;
    set(options, value.clone());
    Some(behind)
}
