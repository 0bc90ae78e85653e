//! Options as getopt_long(3) of the GNU C library reads them, for the command lines of other tools: bundled letters, `=`,
//! names cut short as long as they are one option's, and the first operand ends them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::quoting;

/// An option of another tool's command line, whose options, as they were given, are an `O`.
#[derive(Debug)]
pub(super) struct Entry<O: 'static> {
    /// Its letters; the help shows the first.
    pub(super) letters: &'static [char],
    /// Its names, without the dashes.
    pub(super) names: &'static [&'static str],
    /// What the help says of it. A line end continues in the same column.
    pub(super) help: &'static str,
    /// What it does.
    pub(super) effect: Effect<O>,
}

/// What an option does.
#[derive(Debug)]
pub(super) enum Effect<O: 'static> {
    /// It takes no value.
    Flag(fn(&mut O)),
    /// It takes a value, which the help calls so.
    Value(&'static str, fn(&mut O, &OsStr) -> Result<(), String>),
    /// It prints the help, and that is all.
    Help,
    /// It prints the version, and that is all.
    Version,
}

/// Why a line was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It asks for the help.
    Help,
    /// It asks for the version.
    Version,
    /// What is wrong with it.
    Mistake(String),
}

/// Reads options up to the first operand, and returns the operands. `unknown` gets a whole word that is no option of the table,
/// and may take it all the same.
///
/// # Errors
/// [`Stop`], at the first word of that kind.
pub(super) fn read<'w, O>(
    table: &'static [Entry<O>],
    options: &mut O,
    words: &'w [OsString],
    unknown: fn(&mut O, &OsStr) -> bool,
) -> Result<&'w [OsString], Stop> {
    let mut rest = words;
    while let Some((word, behind)) = rest.split_first() {
        rest = match word.as_bytes() {
            b"--" => return Ok(behind),
            [b'-', _, ..] if is_unknown(table, word) && unknown(options, word) => behind,
            [b'-', b'-', name @ ..] => long(table, options, name, behind)?,
            [b'-', letters @ ..] if !letters.is_empty() => short(table, options, letters, behind)?,
            _ => return Ok(rest),
        };
    }
    Ok(rest)
}

/// Whether the word is one option, and none of the table.
fn is_unknown<O>(table: &'static [Entry<O>], word: &OsStr) -> bool {
    match word.as_bytes() {
        [b'-', b'-', name @ ..] => matches!(find(table, name), Found::Nothing),
        [b'-', letter] => by_letter(table, *letter).is_none(),
        _ => false,
    }
}

/// What a name, or the beginning of one, stands for.
enum Found<O: 'static> {
    One(&'static Entry<O>),
    Several(Vec<&'static str>),
    Nothing,
}

fn find<O>(table: &'static [Entry<O>], name: &[u8]) -> Found<O> {
    let names = || table.iter().flat_map(|entry| entry.names.iter().map(move |it| (*it, entry)));
    if let Some((_, entry)) = names().find(|(it, _)| it.as_bytes() == name) {
        return Found::One(entry);
    }
    let begun: Vec<_> = names().filter(|(it, _)| it.as_bytes().starts_with(name)).collect();
    match begun.as_slice() {
        [] => Found::Nothing,
        [(_, first), others @ ..] if others.iter().all(|(_, it)| std::ptr::eq(*it, *first)) => {
            Found::One(first)
        }
        _ => Found::Several(begun.iter().map(|(it, _)| *it).collect()),
    }
}

fn by_letter<O>(table: &'static [Entry<O>], letter: u8) -> Option<&'static Entry<O>> {
    table.iter().find(|entry| entry.letters.contains(&char::from(letter)))
}

/// `--name`, `--name value` or `--name=value`. Returns what is behind it.
fn long<'w, O>(
    table: &'static [Entry<O>],
    options: &mut O,
    word: &[u8],
    behind: &'w [OsString],
) -> Result<&'w [OsString], Stop> {
    let end = word.iter().position(|byte| *byte == b'=');
    let (name, value) = match end {
        Some(end) => (&word[..end], Some(OsStr::from_bytes(&word[end + 1..]))),
        None => (word, None),
    };
    let shown = || format!("--{}", quoting::cut(&String::from_utf8_lossy(name)));
    let entry = match find(table, name) {
        Found::One(entry) => entry,
        Found::Nothing => return Err(Stop::Mistake(format!("unknown option {}", shown()))),
        Found::Several(names) => {
            let names = names.join(", --");
            return Err(Stop::Mistake(format!("{} may be any of --{names}", shown())));
        }
    };
    match (&entry.effect, value) {
        (Effect::Value(_, set), Some(value)) => set(options, value).map_err(Stop::Mistake)?,
        (Effect::Value(_, set), None) => return next(options, *set, &shown(), behind),
        (_, Some(_)) => return Err(Stop::Mistake(format!("{} takes no value", shown()))),
        (effect, None) => flag(effect, options)?,
    }
    Ok(behind)
}

/// `-a`, `-abc`, `-a value` or `-avalue`. Returns what is behind them.
fn short<'w, O>(
    table: &'static [Entry<O>],
    options: &mut O,
    letters: &[u8],
    behind: &'w [OsString],
) -> Result<&'w [OsString], Stop> {
    let mut letters = letters;
    while let [letter, rest @ ..] = letters {
        let shown = || format!("-{}", String::from_utf8_lossy(&[*letter]));
        let Some(entry) = by_letter(table, *letter) else {
            return Err(Stop::Mistake(format!("unknown option {}", shown())));
        };
        match &entry.effect {
            Effect::Value(_, set) if rest.is_empty() => {
                return next(options, *set, &shown(), behind);
            }
            Effect::Value(_, set) => {
                set(options, OsStr::from_bytes(rest)).map_err(Stop::Mistake)?;
                return Ok(behind);
            }
            effect => flag(effect, options)?,
        }
        letters = rest;
    }
    Ok(behind)
}

fn flag<O>(effect: &Effect<O>, options: &mut O) -> Result<(), Stop> {
    match effect {
        Effect::Flag(set) => set(options),
        Effect::Help => return Err(Stop::Help),
        Effect::Version => return Err(Stop::Version),
        Effect::Value(..) => {}
    }
    Ok(())
}

/// The value is the next word, whatever it is.
fn next<'w, O>(
    options: &mut O,
    set: fn(&mut O, &OsStr) -> Result<(), String>,
    shown: &str,
    behind: &'w [OsString],
) -> Result<&'w [OsString], Stop> {
    let Some((value, behind)) = behind.split_first() else {
        return Err(Stop::Mistake(format!("{shown} needs a value")));
    };
    set(options, value).map_err(Stop::Mistake)?;
    Ok(behind)
}

/// The options in two columns.
#[must_use]
pub(super) fn list<O>(table: &[Entry<O>]) -> String {
    let titles: Vec<String> = table.iter().map(Entry::title).collect();
    let width = titles.iter().map(String::len).max().unwrap_or_default() + 2;
    let line = |(entry, title): (&Entry<O>, &String)| {
        let words = entry.help.replace('\n', &format!("\n{:width$}", ""));
        format!("{title:width$}{words}\n")
    };
    table.iter().zip(&titles).map(line).collect()
}

impl<O> Entry<O> {
    /// As the help shows it: `  -w, --wait SECONDS`, with all its letters and names.
    fn title(&self) -> String {
        let letters = self.letters.iter().map(|letter| format!("-{letter}"));
        let names = self.names.iter().map(|name| format!("--{name}"));
        let all: Vec<String> = letters.chain(names).collect();
        let indent = if self.letters.is_empty() { "      " } else { "  " };
        let value = match self.effect {
            Effect::Value(name, _) => format!(" {name}"),
            _ => String::new(),
        };
        format!("{indent}{}{value}", all.join(", "))
    }
}

#[cfg(test)]
mod tests;
