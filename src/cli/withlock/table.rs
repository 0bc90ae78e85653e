//! The options: all that is known of one stands here, once.
//!
//! The table feeds the definition for clap, the short reader, the help, the hints for a typo, and the test that holds the
//! manual page to it. A new option is an entry, a field of `Options`, and what it means for the plan in
//! `meaning.rs`.

use std::ffi::OsString;

use crate::cli::entry::{self, Effect};

/// The options of a command line, as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) name: Option<OsString>,
    pub(super) wait: Option<OsString>,
    pub(super) quiet: bool,
    pub(super) busy_status: Option<OsString>,
    pub(super) warn_held: Option<OsString>,
    pub(super) shared: bool,
    pub(super) keep: bool,
    pub(super) no_create: bool,
    pub(super) insecure: bool,
    pub(super) backend: Option<OsString>,
    pub(super) command: Option<OsString>,
    pub(super) close: bool,
    pub(super) no_fork: bool,
    pub(super) verbose: bool,
    pub(super) syslog: bool,
    pub(super) status: bool,
    pub(super) list: bool,
    pub(super) json: bool,
    /// The lock file, unless it has a name, and the command with its arguments.
    pub(super) operands: Vec<OsString>,
}

/// An option of this command line.
pub type Entry = entry::Entry<Options>;

/// The option of this letter.
pub(super) fn short(letter: char) -> Option<&'static Entry> {
    OPTIONS.iter().find(|option| option.short == Some(letter))
}

/// The option of this name, or of this abbreviation.
pub(super) fn long(name: &str) -> Option<&'static Entry> {
    OPTIONS.iter().find(|option| option.long == name || option.abbreviations.contains(&name))
}

const WAITING: &str = "Waiting";
const BUSY: &str = "When the lock is busy";
const LOCK: &str = "The lock";
const COMMAND: &str = "The command";
const HOLDERS: &str = "Who holds it";
const ABOUT: &str = "About";

/// All options, in the order of the help.
pub static OPTIONS: &[Entry] = &[
    Entry {
        short: Some('w'),
        long: "wait",
        help: "Wait at most this long for the lock: 2, 0.5, 90s,\n5m, 1h30m, inf [default: 0]",
        heading: WAITING,
        effect: Effect::Value {
            name: "DURATION",
            needs: "a DURATION, such as 0.5, 90s, 1h30m or inf",
            set: |options, value| options.wait = Some(value),
        },
        overrides: &["nonblock"],
        abbreviations: &["w", "wa", "wai"],
    },
    Entry {
        short: Some('n'),
        long: "nonblock",
        help: "Do not wait: the default",
        heading: WAITING,
        effect: Effect::Flag(|options| options.wait = None),
        overrides: &["wait"],
        ..Entry::BASE
    },
    Entry {
        short: Some('q'),
        long: "quiet",
        help: "Say nothing, and exit with status 0",
        heading: BUSY,
        effect: Effect::Flag(|options| options.quiet = true),
        abbreviations: &["q", "qu", "qui", "quie"],
        ..Entry::BASE
    },
    Entry {
        short: Some('E'),
        long: "conflict-exit-code",
        help: "Exit with status N, also with -q [default: 1]",
        heading: BUSY,
        effect: Effect::Value {
            name: "N",
            needs: "an exit status, 0 to 255",
            set: |options, value| options.busy_status = Some(value),
        },
        ..Entry::BASE
    },
    Entry {
        long: "warn-held",
        help: "With -q: report it all the same, with status 1,\nif the lock has been held for so long",
        heading: BUSY,
        effect: Effect::Value {
            name: "DURATION",
            needs: "a DURATION, such as 90s, 5m or 1h30m",
            set: |options, value| options.warn_held = Some(value),
        },
        ..Entry::BASE
    },
    Entry {
        short: Some('x'),
        long: "exclusive",
        help: "One holder at a time: the default",
        heading: LOCK,
        effect: Effect::Flag(|options| options.shared = false),
        overrides: &["shared"],
        ..Entry::BASE
    },
    Entry {
        short: Some('s'),
        long: "shared",
        help: "A reader's lock: many at a time, but none while\nsomebody has an exclusive one",
        heading: LOCK,
        effect: Effect::Flag(|options| options.shared = true),
        overrides: &["exclusive"],
        ..Entry::BASE
    },
    Entry {
        short: Some('N'),
        long: "name",
        help: "Take the lock of this name, instead of LOCKFILE",
        heading: LOCK,
        effect: Effect::Value {
            name: "NAME",
            needs: "a NAME for the lock, such as backup",
            set: |options, value| options.name = Some(value),
        },
        ..Entry::BASE
    },
    Entry {
        short: Some('k'),
        long: "keep",
        help: "Do not remove the lock file at the end",
        heading: LOCK,
        effect: Effect::Flag(|options| options.keep = true),
        ..Entry::BASE
    },
    Entry {
        long: "no-create",
        help: "Do not create the lock file: exit with status 69\nif there is none",
        heading: LOCK,
        effect: Effect::Flag(|options| options.no_create = true),
        ..Entry::BASE
    },
    Entry {
        long: "insecure",
        help: "Use an unsafe place with a warning, instead of\nrefusing it",
        heading: LOCK,
        effect: Effect::Flag(|options| options.insecure = true),
        ..Entry::BASE
    },
    Entry {
        long: "backend",
        help: "Lock with this system call:\n{backends} [default: auto]",
        heading: LOCK,
        effect: Effect::Value {
            name: "CALL",
            needs: "a value: {backends}",
            set: |options, value| options.backend = Some(value),
        },
        ..Entry::BASE
    },
    Entry {
        short: Some('c'),
        long: "command",
        help: "Run STRING with a shell ($SHELL, or /bin/sh)",
        heading: COMMAND,
        effect: Effect::Value {
            name: "STRING",
            needs: "a STRING, the command line for the shell",
            set: |options, value| options.command = Some(value),
        },
        ..Entry::BASE
    },
    Entry {
        short: Some('o'),
        long: "close",
        help: "Do not pass the lock on to the command",
        heading: COMMAND,
        effect: Effect::Flag(|options| options.close = true),
        ..Entry::BASE
    },
    Entry {
        short: Some('F'),
        long: "no-fork",
        help: "Become the command: it keeps the lock until its end,\nand the lock file stays",
        heading: COMMAND,
        effect: Effect::Flag(|options| options.no_fork = true),
        ..Entry::BASE
    },
    Entry {
        long: "status",
        help: "Say who holds each LOCKFILE, and run nothing: exit\nwith status 0 if all are free, with 1 if not",
        heading: HOLDERS,
        effect: Effect::Flag(|options| (options.status, options.list) = (true, false)),
        overrides: &["list"],
        ..Entry::BASE
    },
    Entry {
        long: "list",
        help: "List the locks in a directory, by default those that\nhave a name (-N)",
        heading: HOLDERS,
        effect: Effect::Flag(|options| (options.status, options.list) = (false, true)),
        overrides: &["status"],
        ..Entry::BASE
    },
    Entry {
        long: "json",
        help: "With --status or --list: print a line of JSON for\neach lock",
        heading: HOLDERS,
        effect: Effect::Flag(|options| options.json = true),
        ..Entry::BASE
    },
    Entry {
        short: Some('v'),
        long: "verbose",
        help: "Say on standard error what happens",
        heading: ABOUT,
        effect: Effect::Flag(|options| options.verbose = true),
        abbreviations: &["verb", "verbo", "verbos"],
        ..Entry::BASE
    },
    Entry {
        long: "syslog",
        help: "Tell the system's log as well, facility cron",
        heading: ABOUT,
        effect: Effect::Flag(|options| options.syslog = true),
        ..Entry::BASE
    },
    Entry {
        short: Some('h'),
        long: "help",
        help: "Print this help",
        heading: ABOUT,
        effect: Effect::Help,
        abbreviations: &["h", "he", "hel"],
        ..Entry::BASE
    },
    Entry {
        short: Some('V'),
        long: "version",
        help: "Print the version",
        heading: ABOUT,
        effect: Effect::Version,
        abbreviations: &["vers", "versi", "versio"],
        ..Entry::BASE
    },
];
