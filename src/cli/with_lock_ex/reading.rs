//! The words of a line, as getopt(3) reads them: letters that may stand together, up to the first operand.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::seconds::{self, NoSeconds};

/// What to do when somebody else has the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `-f`: fail.
    Fail,
    /// `-q`: succeed, without a word.
    Quiet,
    /// `-w`: wait.
    Wait,
    /// `-l`: look who has it, and do nothing else.
    Look,
}

/// The options of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// At most one of them; none is as `-f`.
    pub(super) mode: Option<Mode>,
    /// `-t`: how long to wait at most, in seconds; nothing is not to wait.
    pub(super) seconds: u64,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// There is no such option.
    Unknown(u8),
    /// Two of `-f`, `-q`, `-w` and `-l`.
    TwoModes,
    /// `-t` is the last word.
    NoSeconds,
    /// What follows `-t` is none.
    Seconds(OsString, NoSeconds),
    /// `-t` with `-w` or `-l`.
    LimitWithoutUse,
    /// No lock file.
    NoLockFile,
    /// Nothing to run.
    NoCommand,
}

/// The options and the operands of a line; the first word is the program's name.
pub(super) fn read(words: &[OsString]) -> Result<(Options, &[OsString]), Mistake> {
    let mut options = Options::default();
    let mut rest = words.get(1..).unwrap_or_default();
    while let [word, behind @ ..] = rest {
        match word.as_bytes() {
            b"--" => {
                rest = behind;
                break;
            }
            [b'-', letters @ ..] if !letters.is_empty() => {
                rest = read_letters(letters, behind, &mut options)?;
            }
            _ => break,
        }
    }
    let has_use = !matches!(options.mode, Some(Mode::Wait | Mode::Look));
    if options.seconds > 0 && !has_use { Err(Mistake::LimitWithoutUse) } else { Ok((options, rest)) }
}

/// `-q`, `-t 5`, `-t5` or `-qt5`. Returns what is behind it.
fn read_letters<'a>(
    letters: &[u8],
    behind: &'a [OsString],
    options: &mut Options,
) -> Result<&'a [OsString], Mistake> {
    let mut letters = letters;
    while let [letter, rest @ ..] = letters {
        let mode = match letter {
            b'f' => Mode::Fail,
            b'q' => Mode::Quiet,
            b'w' => Mode::Wait,
            b'l' => Mode::Look,
            b't' => {
                let own = (!rest.is_empty()).then(|| OsStr::from_bytes(rest));
                let (value, behind) = match (own, behind) {
                    (Some(own), _) => (own, behind),
                    (None, [next, behind @ ..]) => (next.as_os_str(), behind),
                    (None, []) => return Err(Mistake::NoSeconds),
                };
                let wrong = |why| Mistake::Seconds(value.into(), why);
                options.seconds = seconds::read(value.as_bytes()).map_err(wrong)?;
                return Ok(behind);
            }
            other => return Err(Mistake::Unknown(*other)),
        };
        if options.mode.replace(mode).is_some() {
            return Err(Mistake::TwoModes);
        }
        letters = rest;
    }
    Ok(behind)
}
