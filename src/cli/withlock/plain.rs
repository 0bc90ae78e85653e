//! A short reader for well-formed command lines, because every start of a process counts.
//!
//! It knows all options of the table, and means by them what the definition in [`super::definition`] means: a test
//! compares the two on random lines. What is wrong with a line that it can't read, that one finds out.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::options::Options;
use super::table;
use crate::cli::entry::Effect;

/// Why a line was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It asks for the help, by the letter or by the name.
    ShortHelp,
    LongHelp,
    /// It asks for the version.
    Version,
    /// It is not well-formed.
    Mistake,
}

/// Reads the line if it is well-formed; the first word is the program's name. One that is not read is given back.
pub(super) fn read(mut words: Vec<OsString>) -> Result<Options, (Stop, Vec<OsString>)> {
    match head(&words) {
        Ok((mut options, length)) => {
            words.drain(..length);
            options.operands = words;
            Ok(options)
        }
        Err(stop) => Err((stop, words)),
    }
}

/// The options, and how many words stand before the lock file.
pub(super) fn head(words: &[OsString]) -> Result<(Options, usize), Stop> {
    let mut options = Options::default();
    let mut rest = words.get(1..).ok_or(Stop::Mistake)?;
    loop {
        // With a name, and a string for the shell, there are no operands.
        let Some((word, behind)) = rest.split_first() else {
            return Ok((options, words.len()));
        };
        match word.as_bytes() {
            b"--" => return Ok((options, words.len() - behind.len())),
            [b'-', b'-', long @ ..] => rest = read_long(long, behind, &mut options)?,
            [b'-', letters @ ..] if !letters.is_empty() => {
                rest = read_short(letters, behind, &mut options)?;
            }
            _ => return Ok((options, words.len() - rest.len())),
        }
    }
}

/// `--quiet`, `--wait 5` or `--wait=5`. Returns what is behind it.
fn read_long<'a>(
    word: &[u8],
    behind: &'a [OsString],
    options: &mut Options,
) -> Result<&'a [OsString], Stop> {
    let end = word.iter().position(|byte| *byte == b'=');
    let name = std::str::from_utf8(&word[..end.unwrap_or(word.len())]);
    let option = name.ok().and_then(table::long).ok_or(Stop::Mistake)?;
    match (&option.effect, end) {
        (Effect::Flag(set), None) => set(options),
        (Effect::Value { set, .. }, Some(end)) => {
            set(options, OsStr::from_bytes(&word[end + 1..]).into());
        }
        (Effect::Value { set, .. }, None) if option.value_is_optional => {
            set(options, OsString::new());
        }
        (Effect::Value { set, .. }, None) => return read_value(*set, behind, options),
        (Effect::Help, None) => return Err(Stop::LongHelp),
        (Effect::Version, None) => return Err(Stop::Version),
        _ => return Err(Stop::Mistake),
    }
    Ok(behind)
}

/// `-q`, `-w 5`, `-w5`, or several: `-qw5`. Returns what is behind them.
fn read_short<'a>(
    letters: &[u8],
    behind: &'a [OsString],
    options: &mut Options,
) -> Result<&'a [OsString], Stop> {
    let mut letters = letters;
    while let [letter, rest @ ..] = letters {
        match &table::short(char::from(*letter)).ok_or(Stop::Mistake)?.effect {
            Effect::Flag(set) => set(options),
            Effect::Value { set, .. } if rest.is_empty() => {
                return read_value(*set, behind, options);
            }
            Effect::Value { set, .. } => {
                set(options, OsStr::from_bytes(rest.strip_prefix(b"=").unwrap_or(rest)).into());
                break;
            }
            Effect::Help => return Err(Stop::ShortHelp),
            Effect::Version => return Err(Stop::Version),
        }
        letters = rest;
    }
    Ok(behind)
}

/// The next word, whatever it is: as with getopt(3), what follows an option that wants a value is the value.
fn read_value<'a>(
    set: fn(&mut Options, OsString),
    behind: &'a [OsString],
    options: &mut Options,
) -> Result<&'a [OsString], Stop> {
    let (value, behind) = behind.split_first().ok_or(Stop::Mistake)?;
    set(options, value.clone());
    Ok(behind)
}
