//! From words to a plan.

use std::ffi::{OsStr, OsString};

use super::number;
use super::options::{OPTIONS, Options};
use super::plan::{Plan, Request, Target, Wait};
use super::seconds::Time;
use super::texts;
use crate::cli::getopt::{self, Stop};
use crate::file_lock::Command;

/// Reads a command line, without the program's name.
pub(super) fn parse(words: &[OsString]) -> Request {
    if words.is_empty() {
        return Request::Refuse(texts::see_help("not enough arguments"));
    }
    let mut options = Options::default();
    let operands = match getopt::read(OPTIONS, &mut options, words, take_command) {
        Ok(operands) => operands,
        Err(Stop::Help) => return Request::Print(texts::help()),
        Err(Stop::Version) => return Request::Print(texts::VERSION.to_owned()),
        Err(Stop::Mistake(why)) => return Request::Refuse(texts::see_help(&why)),
    };
    match plan(&options, operands) {
        Ok(plan) => Request::Run(Box::new(plan)),
        Err(why) => Request::Refuse(why),
    }
}

/// `-c` where options stand. It is for a descriptor: what is behind it are options still, and then one operand.
fn take_command(options: &mut Options, word: &OsStr) -> bool {
    let is_command = is_command(word);
    if is_command {
        options.command = Some(word.to_owned());
    }
    is_command
}

fn is_command(word: &OsStr) -> bool {
    word == "-c" || word == "--command"
}

fn plan(options: &Options, operands: &[OsString]) -> Result<Plan, String> {
    if options.no_fork && options.closes {
        return Err("--no-fork (-F) and --close (-o) are incompatible: nothing would be left that holds the lock"
            .to_owned());
    }
    let (target, command) = what(options, operands)?;
    Ok(Plan {
        target,
        mode: options.mode,
        bytes: options.bytes,
        wait: wait(options),
        conflict: options.conflict,
        command,
        closes: options.closes,
        no_fork: options.no_fork,
        verbose: options.verbose,
    })
}

/// What to lock, and what to run.
fn what(options: &Options, operands: &[OsString]) -> Result<(Target, Option<Command>), String> {
    const NOTHING: &str = "a file, a directory or the number of a descriptor is missing";
    let by_number = options.descriptor.map(Target::Descriptor);
    if let Some(option) = &options.command {
        let command = by_shell(option, operands)?;
        let target = by_number.ok_or("before -c, a file or --fd is missing")?;
        return Ok((target, Some(command)));
    }
    match (operands, by_number) {
        ([], Some(_)) => Err("the command is missing".to_owned()),
        (words, Some(target)) => Ok((target, Plan::command(words))),
        ([], None) => Err(NOTHING.to_owned()),
        ([number], None) => Ok((Target::Descriptor(number::descriptor(number)?), None)),
        ([file, option, string @ ..], None) if is_command(option) => {
            Ok((Target::File(file.into()), Some(by_shell(option, string)?)))
        }
        ([file, words @ ..], None) => Ok((Target::File(file.into()), Plan::command(words))),
    }
}

/// A string for the shell, `$SHELL` whatever it is.
fn by_shell(option: &OsStr, words: &[OsString]) -> Result<Command, String> {
    let [string] = words else {
        let option = option.to_string_lossy();
        return Err(format!("{option} needs exactly one argument: the command as a string"));
    };
    let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
    Ok(Command {
        program: shell.unwrap_or_else(|| "/bin/sh".into()),
        arguments: vec!["-c".into(), string.clone()],
        resets_sigchld: true,
    })
}

fn wait(options: &Options) -> Wait {
    match options.wait {
        Some(Time::No) => Wait::No,
        Some(Time::Impossible) => Wait::Impossible,
        _ if options.tries => Wait::No,
        Some(Time::AtMost(time)) => Wait::AtMost(time),
        None => Wait::Forever,
    }
}

#[cfg(test)]
mod tests;
