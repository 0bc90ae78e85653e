//! The options, each with what it means: all that is known of one stands here, once.

use std::ffi::{OsStr, OsString};

use withlock_platform::backend::{Bytes, Mode};

use super::number;
use super::seconds::{self, Time};
use crate::cli::getopt::{Effect, Entry};

/// The options of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// `None` is to unlock.
    pub(super) mode: Option<Mode>,
    pub(super) tries: bool,
    pub(super) wait: Option<Time>,
    pub(super) conflict: u8,
    pub(super) closes: bool,
    pub(super) no_fork: bool,
    /// By fcntl(2), these bytes.
    pub(super) bytes: Option<Bytes>,
    pub(super) descriptor: Option<i32>,
    pub(super) verbose: bool,
    /// `-c` among the options, as it stands there.
    pub(super) command: Option<OsString>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Some(Mode::Exclusive),
            tries: false,
            wait: None,
            conflict: 1,
            closes: false,
            no_fork: false,
            bytes: None,
            descriptor: None,
            verbose: false,
            command: None,
        }
    }
}

impl Options {
    fn bytes(&mut self) -> &mut Bytes {
        self.bytes.get_or_insert_default()
    }
}

/// All options, in the order of the help. `-c` is none of them: it stands before its one operand, be it behind the file.
pub(super) static OPTIONS: &[Entry<Options>] = &[
    Entry {
        letters: &['s'],
        names: &["shared"],
        help: "A shared lock: many at a time",
        effect: Effect::Flag(|options| options.mode = Some(Mode::Shared)),
    },
    Entry {
        letters: &['x', 'e'],
        names: &["exclusive"],
        help: "An exclusive lock: the default",
        effect: Effect::Flag(|options| options.mode = Some(Mode::Exclusive)),
    },
    Entry {
        letters: &['u'],
        names: &["unlock"],
        help: "Unlock, instead of locking",
        effect: Effect::Flag(|options| options.mode = None),
    },
    Entry {
        letters: &['n'],
        names: &["nonblocking", "nb"],
        help: "Do not wait for the lock",
        effect: Effect::Flag(|options| options.tries = true),
    },
    Entry {
        letters: &['w'],
        names: &["wait", "timeout"],
        help: "Wait at most so long, such as 2 or 0.5;\n0 is not to wait",
        effect: Effect::Value("SECONDS", |options, value| {
            options.wait = Some(seconds::read(value)?);
            Ok(())
        }),
    },
    Entry {
        letters: &['E'],
        names: &["conflict-exit-code"],
        help: "Exit with this status, 0 to 255, if the lock\nis busy [default: 1]",
        effect: Effect::Value("NUMBER", |options, value| {
            options.conflict = number::exit_status(value)?;
            Ok(())
        }),
    },
    Entry {
        letters: &['o'],
        names: &["close"],
        help: "Do not pass the descriptor on to COMMAND",
        effect: Effect::Flag(|options| options.closes = true),
    },
    Entry {
        letters: &['F'],
        names: &["no-fork"],
        help: "Become COMMAND, and do not wait for its end",
        effect: Effect::Flag(|options| options.no_fork = true),
    },
    Entry {
        letters: &[],
        names: &["fcntl"],
        help: "Lock by fcntl(2), not by flock(2); the lock\nbelongs to the open file all the same",
        effect: Effect::Flag(|options| {
            options.bytes();
        }),
    },
    Entry {
        letters: &[],
        names: &["start"],
        help: "From this byte on; implies --fcntl",
        effect: Effect::Value("OFFSET", |options, value| {
            options.bytes().start = size("--start", value)?;
            Ok(())
        }),
    },
    Entry {
        letters: &[],
        names: &["length"],
        help: "So many bytes; 0 is up to the end. Implies\n--fcntl",
        effect: Effect::Value("BYTES", |options, value| {
            options.bytes().length = size("--length", value)?;
            Ok(())
        }),
    },
    Entry {
        letters: &[],
        names: &["fd"],
        help: "Lock this open descriptor, and run COMMAND",
        effect: Effect::Value("NUMBER", |options, value| {
            options.descriptor = Some(number::descriptor(value)?);
            Ok(())
        }),
    },
    Entry {
        letters: &[],
        names: &["verbose"],
        help: "Say how long it took to get the lock, or why\nthere is none, and what is run",
        effect: Effect::Flag(|options| options.verbose = true),
    },
    Entry { letters: &['h'], names: &["help"], help: "Print this help", effect: Effect::Help },
    Entry {
        letters: &['V'],
        names: &["version"],
        help: "Print the version",
        effect: Effect::Version,
    },
];

fn size(option: &str, value: &OsStr) -> Result<u64, String> {
    number::size(value).ok_or_else(|| {
        let value = crate::cli::quoting::of_value(value);
        format!("{option}: {value} is no number of bytes, such as 4096, 4K or 1.5MiB")
    })
}
