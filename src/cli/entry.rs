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
    /// What `-h` says of it, in a line; empty for what `-h` leaves out.
    pub(super) brief: &'static str,
    /// Under which heading `--help` lists it.
    pub(super) heading: &'static str,
    pub(super) effect: Effect<O>,
    /// Whether its value may be left out. It is then only taken from the same word, as in `--option=value`; an empty one
    /// stands for one that was left out. Such an option has no letter.
    pub(super) value_is_optional: bool,
    /// What the operands are when it is given.
    pub operands: Operands,
    /// Other options that it takes back when it comes after them.
    pub(super) overrides: &'static [&'static str],
    /// Abbreviations that 0.5 knew, for the crontabs that have them. New options get none: an abbreviation would change
    /// its meaning when another option begins with the same letters.
    pub abbreviations: &'static [&'static str],
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
        /// What a shell may complete it to.
        kind: Kind,
        /// What a message says if it is missing: "-w needs" this.
        needs: &'static str,
        set: fn(&mut O, OsString),
    },
    /// It prints the help, and that is all.
    Help,
    /// It prints the version, and that is all.
    Version,
}

impl<O> Effect<O> {
    /// It takes a time.
    pub(super) const fn duration(set: fn(&mut O, OsString)) -> Self {
        let (name, needs) = ("DURATION", "a DURATION, such as 0.5, 90s, 1h30m or inf");
        Self::Value { name, kind: Kind::Duration, needs, set }
    }

    /// It takes a signal.
    pub(super) const fn signal(set: fn(&mut O, OsString)) -> Self {
        let (name, needs) = ("SIGNAL", "a SIGNAL, such as INT, SIGHUP or 15");
        Self::Value { name, kind: Kind::Signal, needs, set }
    }

    /// It takes a number: `needs` says which ones.
    pub(super) const fn number(needs: &'static str, set: fn(&mut O, OsString)) -> Self {
        Self::Value { name: "N", kind: Kind::Number, needs, set }
    }
}

/// What a value is, for the completions of shells.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A number with a unit.
    Duration,
    /// A number.
    Number,
    /// The name of a signal.
    Signal,
    /// One of these words.
    Choice(fn() -> Vec<&'static str>),
    /// A file.
    File,
    /// A directory.
    Directory,
    /// Anything else.
    Text,
}

/// What the operands of a line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operands {
    /// LOCKFILE COMMAND ARGUMENTS...
    Job,
    /// COMMAND ARGUMENTS...
    NoLockFile,
    /// LOCKFILE
    NoCommand,
    /// LOCKFILE...
    LockFiles,
    /// One directory, or none.
    Directory,
}

impl<O> Entry<O> {
    pub(super) const BASE: Self = Self {
        short: None,
        long: "",
        help: "",
        brief: "",
        heading: "",
        effect: Effect::Help,
        value_is_optional: false,
        operands: Operands::Job,
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

    /// What its value is; `None` if it takes none.
    #[must_use]
    pub fn value_kind(&self) -> Option<Kind> {
        match self.effect {
            Effect::Value { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// What `--help` says of it.
    pub(super) fn help(&self) -> String {
        with_names(self.help)
    }

    /// The same in a line, for a shell that completes its name.
    #[must_use]
    pub fn description(&self) -> String {
        if self.brief.is_empty() { self.help().replace('\n', " ") } else { with_names(self.brief) }
    }

    /// As people read it: `-w, --wait DURATION`, `--option[=VALUE]`.
    #[must_use]
    pub fn title(&self) -> String {
        let short = self.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
        let value = match self.value_name() {
            Some(name) if self.value_is_optional => format!("[={name}]"),
            Some(name) => format!(" {name}"),
            None => String::new(),
        };
        format!("{short}--{}{value}", self.long)
    }

    /// Whether a value belongs to it, in the same word or the next one.
    #[must_use]
    pub fn needs_value(&self) -> bool {
        self.value_name().is_some() && !self.value_is_optional
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
