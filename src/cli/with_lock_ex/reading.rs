//! Reading the command line: options, operands, and what both mean together.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::options::{Mode, OPTIONS, Options};
use crate::cli::getopt::{self, Stop};
use crate::cli::plan::WaitLimit;
use crate::file_lock::Command;

/// What to do about a command line.
#[derive(Debug, PartialEq)]
pub(super) enum Request {
    Run(Plan),
    /// Say who has a lock on this file.
    Look(PathBuf),
    /// The command line is wrong: say this one line, and what is right.
    Refuse(String),
}

/// A lock, and what to run.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) file: PathBuf,
    pub(super) wait: WaitLimit,
    /// A busy lock is no failure, and no word is lost about it.
    pub(super) quiet: bool,
    pub(super) command: Command,
}

/// Reads a command line, without the program's name.
pub(super) fn parse(words: &[OsString]) -> Request {
    let mut options = Options::default();
    let read = match getopt::read(OPTIONS, &mut options, words, |_, _| false) {
        Ok(operands) => request(&options, operands),
        Err(Stop::Mistake(why)) => Err(why),
        // There are no such options.
        Err(Stop::Help | Stop::Version) => Err(String::new()),
    };
    read.unwrap_or_else(Request::Refuse)
}

fn request(options: &Options, operands: &[OsString]) -> Result<Request, String> {
    options.one_mode()?;
    let mode = options.mode.unwrap_or(Mode::Fail);
    if options.seconds > 0 && matches!(mode, Mode::Wait | Mode::Look) {
        return Err("-t is only for -f and -q".to_owned());
    }
    let (file, command) = operands.split_first().ok_or("the lock file is missing")?;
    if mode == Mode::Look {
        return Ok(Request::Look(file.into()));
    }
    let (program, arguments) = command.split_first().ok_or("the command is missing")?;
    let wait = match mode {
        Mode::Wait => None,
        _ => Some(Duration::from_secs(options.seconds)),
    };
    Ok(Request::Run(Plan {
        file: file.into(),
        wait: WaitLimit::of(wait),
        quiet: mode == Mode::Quiet,
        command: Command {
            program: program.clone(),
            arguments: arguments.to_vec(),
            resets_sigchld: false,
        },
    }))
}

#[cfg(test)]
mod tests;
