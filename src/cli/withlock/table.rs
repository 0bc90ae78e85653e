//! The options: all that is known of one stands here, once.
//!
//! The table feeds the definition for clap, the short reader, the help, the hints for a typo, the completions of shells, and
//! the test that holds the manual page to it. A new option is an entry, a field of `Options` in
//! `options.rs`, and what it means for the plan in
//! `meaning.rs`.

use withlock_platform::backend::Choice;

use super::options::Options;
use crate::cli::entry::{self, Effect, Kind, Operands};

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
        brief: "Wait at most this long: 0.5, 90s, 5m, 1h30m, inf",
        heading: WAITING,
        effect: Effect::duration(|options, value| options.wait = Some(value)),
        overrides: &["nonblock"],
        abbreviations: &["w", "wa", "wai"],
        ..Entry::BASE
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
        long: "max-waiters",
        help: "If so many wait for the lock already, do not wait:\nit counts as busy",
        heading: WAITING,
        effect: Effect::number("a number of runs, 0 to 1000", |options, value| {
            options.max_waiters = Some(value)
        }),
        ..Entry::BASE
    },
    Entry {
        long: "replace",
        help: "End the run that holds the lock, by SIGNAL\n[default: TERM], and run instead",
        heading: BUSY,
        effect: Effect::signal(|options, value| options.replace = Some(value)),
        value_is_optional: true,
        ..Entry::BASE
    },
    Entry {
        short: Some('q'),
        long: "quiet",
        help: "Say nothing, and exit with status 0",
        brief: "If the lock is busy, say nothing, and exit with 0",
        heading: BUSY,
        effect: Effect::Flag(|options| options.quiet = true),
        abbreviations: &["q", "qu", "qui", "quie"],
        ..Entry::BASE
    },
    Entry {
        short: Some('E'),
        long: "conflict-exit-code",
        help: "Exit with status N, also with -q [default: 1]",
        brief: "If the lock is busy, exit with status N",
        heading: BUSY,
        effect: Effect::number("an exit status, 0 to 255", |options, value| {
            options.busy_status = Some(value)
        }),
        ..Entry::BASE
    },
    Entry {
        long: "warn-held",
        help: "With -q: report it all the same, with status 1,\nif the lock has been held for so long",
        heading: BUSY,
        effect: Effect::duration(|options, value| options.warn_held = Some(value)),
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
        brief: "A reader's lock: many at a time",
        heading: LOCK,
        effect: Effect::Flag(|options| options.shared = true),
        overrides: &["exclusive"],
        ..Entry::BASE
    },
    Entry {
        short: Some('j'),
        long: "slots",
        brief: "Up to N at a time",
        help: "Up to N at a time; WITHLOCK_SLOT tells the command\nwhich of them it is",
        heading: LOCK,
        effect: Effect::number("a number of slots, 1 to 256", |options, value| {
            options.slots = Some(value)
        }),
        ..Entry::BASE
    },
    Entry {
        short: Some('N'),
        long: "name",
        help: "Take the lock of this name, instead of LOCKFILE",
        brief: "Take the lock of this name, instead of LOCKFILE",
        heading: LOCK,
        effect: Effect::Value {
            name: "NAME",
            kind: Kind::Text,
            needs: "a NAME for the lock, such as backup",
            set: |options, value| options.name = Some(value),
        },
        operands: Operands::NoLockFile,
        ..Entry::BASE
    },
    Entry {
        short: Some('k'),
        long: "keep",
        help: "Do not remove the lock file at the end",
        brief: "Do not remove the lock file at the end",
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
            kind: Kind::Choice(|| Choice::ALL.iter().map(|choice| choice.name()).collect()),
            needs: "a value: {backends}",
            set: |options, value| options.backend = Some(value),
        },
        ..Entry::BASE
    },
    Entry {
        short: Some('c'),
        long: "command",
        help: "Run STRING with a shell ($SHELL, or /bin/sh)",
        brief: "Run STRING with a shell",
        heading: COMMAND,
        effect: Effect::Value {
            name: "STRING",
            kind: Kind::Text,
            needs: "a STRING, the command line for the shell",
            set: |options, value| options.command = Some(value),
        },
        operands: Operands::NoCommand,
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
        help: "Become the command: it keeps the lock until\nits end, and the lock file stays",
        heading: COMMAND,
        effect: Effect::Flag(|options| options.no_fork = true),
        ..Entry::BASE
    },
    Entry {
        long: "max-runtime",
        help: "End the command when it has run this long, as\ntimeout(1) does [default: 0, which is no limit]",
        heading: COMMAND,
        effect: Effect::duration(|options, value| options.max_runtime = Some(value)),
        ..Entry::BASE
    },
    Entry {
        long: "kill-after",
        help: "Kill it, or what --replace ends, if it has not\nended this long after that [default: 0, never]",
        heading: COMMAND,
        effect: Effect::duration(|options, value| options.kill_after = Some(value)),
        ..Entry::BASE
    },
    Entry {
        long: "signal",
        help: "End it with this signal: a name or a number\n[default: TERM]",
        heading: COMMAND,
        effect: Effect::signal(|options, value| options.signal = Some(value)),
        ..Entry::BASE
    },
    Entry {
        long: "status",
        help: "Say who holds each LOCKFILE, and run nothing: exit\nwith status 0 if all are free, with 1 if not",
        heading: HOLDERS,
        effect: Effect::Flag(|options| (options.status, options.list) = (true, false)),
        operands: Operands::LockFiles,
        overrides: &["list"],
        ..Entry::BASE
    },
    Entry {
        long: "list",
        help: "List the locks in a directory, by default those that\nhave a name (-N)",
        heading: HOLDERS,
        effect: Effect::Flag(|options| (options.status, options.list) = (false, true)),
        operands: Operands::Directory,
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
        brief: "Say on standard error what happens",
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
        help: "Print this help; -h prints a short one",
        brief: "Print this help; --help prints all",
        heading: ABOUT,
        effect: Effect::Help,
        abbreviations: &["h", "he", "hel"],
        ..Entry::BASE
    },
    Entry {
        short: Some('V'),
        long: "version",
        help: "Print the version",
        brief: "Print the version",
        heading: ABOUT,
        effect: Effect::Version,
        abbreviations: &["vers", "versi", "versio"],
        ..Entry::BASE
    },
];
