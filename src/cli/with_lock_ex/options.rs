//! The options, each with what it means: all that is known of one stands here, once.

use super::seconds;
use crate::cli::getopt::{Effect, Entry};

/// What to do if somebody else has the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Fail,
    Quiet,
    Wait,
    /// To see who has it is all that is wanted.
    Look,
}

/// The options of a command line.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// `None` is as [`Mode::Fail`].
    pub(super) mode: Option<Mode>,
    /// There was another one before.
    pub(super) clash: bool,
    /// How long to wait; 0 is not to wait.
    pub(super) seconds: u64,
}

impl Options {
    fn choose(&mut self, mode: Mode) {
        self.clash |= self.mode.replace(mode).is_some();
    }

    /// Only one of these, and only once.
    pub(super) fn one_mode(&self) -> Result<(), String> {
        if self.clash {
            Err("only one of -f, -q, -w and -l may be given".to_owned())
        } else {
            Ok(())
        }
    }
}

pub(super) static OPTIONS: &[Entry<Options>] = &[
    Entry {
        letters: &['f'],
        names: &[],
        help: "fail if somebody has the lock: the default",
        effect: Effect::Flag(|options| options.choose(Mode::Fail)),
    },
    Entry {
        letters: &['q'],
        names: &[],
        help: "do nothing then, and succeed",
        effect: Effect::Flag(|options| options.choose(Mode::Quiet)),
    },
    Entry {
        letters: &['w'],
        names: &[],
        help: "wait for it",
        effect: Effect::Flag(|options| options.choose(Mode::Wait)),
    },
    Entry {
        letters: &['l'],
        names: &[],
        help: "say who has it, and do nothing else",
        effect: Effect::Flag(|options| options.choose(Mode::Look)),
    },
    Entry {
        letters: &['t'],
        names: &[],
        help: "with -f or -q: wait so long before that",
        effect: Effect::Value("SECONDS", |options, value| {
            // The first mistake is the one that is told.
            options.one_mode()?;
            options.seconds = seconds::read(value)?;
            Ok(())
        }),
    },
];
