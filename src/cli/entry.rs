//! What an option is: an entry in the table of a command line, from which its readers and its help are made.

use std::ffi::OsString;

use withlock_platform::backend::Choice;

/// An option of a command line whose options, as they were given, are an `O`.
#[derive(Debug)]
pub struct Entry<O> {
    /// Its letter, if it has one.
    pub short: Option<char>,
    /// Its name, without the dashes.
    pub long: &'static str,
    /// What `--help` says of it. A line end continues in the same column, and `{backends}` stands for their names.
    pub(super) help: &'static str,
    /// Under which heading `--help` lists it.
    pub(super) heading: &'static str,
    pub(super) effect: Effect<O>,
    /// Other options that it takes back when it comes after them.
    pub(super) overrides: &'static [&'static str],
    /// Abbreviations that 0.5 knew, for the crontabs that have them. New options get none: an abbreviation would change
    /// its meaning when another option begins with the same letters.
    pub(super) abbreviations: &'static [&'static str],
}

/// What an option does.
#[derive(Debug)]
pub(super) enum Effect<O> {
    /// It takes no value.
    Flag(fn(&mut O)),
    /// It takes a value. What that may be is said by `meaning.rs`.
    Value {
        /// What the help calls it.
        name: &'static str,
        /// What a message says if it is missing: "-w needs" this.
        needs: &'static str,
        set: fn(&mut O, OsString),
    },
    /// It prints the help, and that is all.
    Help,
    /// It prints the version, and that is all.
    Version,
}

impl<O> Entry<O> {
    pub(super) const BASE: Self = Self {
        short: None,
        long: "",
        help: "",
        heading: "",
        effect: Effect::Help,
        overrides: &[],
        abbreviations: &[],
    };

    /// What the help calls its value; `None` if it takes none.
    #[must_use]
    pub fn value_name(&self) -> Option<&'static str> {
        match self.effect {
            Effect::Value { name, .. } => Some(name),
            _ => None,
        }
    }

    /// What `--help` says of it.
    pub(super) fn help(&self) -> String {
        with_names(self.help)
    }

    /// Whether a value belongs to it.
    pub(super) fn takes_value(&self) -> bool {
        self.value_name().is_some()
    }

    /// As people write it for short: `-w`, `--backend`.
    fn shown(&self) -> String {
        match self.short {
            Some(letter) => format!("-{letter}"),
            None => format!("--{}", self.long),
        }
    }

    /// What to say where its value is missing.
    pub(super) fn needs(&self) -> String {
        match self.effect {
            Effect::Value { needs, .. } => {
                format!("{} needs {}", self.shown(), with_names(needs))
            }
            _ => format!("{} takes no value", self.shown()),
        }
    }

    /// Whether this word is its short or its long form.
    pub(super) fn is(&self, word: &str) -> bool {
        match word.strip_prefix("--") {
            Some(name) => self.long == name,
            None => self.short.is_some_and(|letter| {
                word.strip_prefix('-').is_some_and(|rest| rest.chars().eq([letter]))
            }),
        }
    }
}

/// A text with the names of the backends in their place: they stand once, in the platform's table.
fn with_names(text: &str) -> String {
    text.replace("{backends}", &Choice::names().to_string())
}
