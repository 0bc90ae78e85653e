//! The command line as clap reads it, made from the table of options.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::options::Options;
use super::plain::{self, Stop};
use super::table::{self, Entry, OPTIONS};
use super::{help, suggestion};
use crate::cli::entry::Effect;
use crate::cli::plan::Request;
use crate::cli::quoting;

/// Reads any command line; the first word is the program's name. One that is no plan is what to do instead.
pub(super) fn read(words: &[OsString]) -> Result<Options, Request> {
    match command().try_get_matches_from(words) {
        Ok(matches) => Ok(options(&matches)),
        Err(error) => Err(match error.kind() {
            // Which of the helps, clap does not tell.
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match plain::head(words) {
                Err(stop) => help::request(stop),
                Ok(_) => help::request(Stop::LongHelp),
            },
            _ => Request::refuse(&one_line(&error, words)),
        }),
    }
}

const OPERANDS: &str = "operands";

fn command() -> Command {
    let operands = Arg::new(OPERANDS).value_name("LOCKFILE COMMAND").num_args(1..);
    Command::new("withlock")
        .version(env!("CARGO_PKG_VERSION"))
        .args_override_self(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(OPTIONS.iter().map(argument))
        .arg(operands.trailing_var_arg(true).value_parser(clap::value_parser!(OsString)))
}

/// An option. As with getopt(3), what follows one that wants a value is the value.
fn argument(option: &'static Entry) -> Arg {
    let argument = Arg::new(option.long)
        .long(option.long)
        .aliases(option.abbreviations)
        .overrides_with_all(option.overrides);
    let argument = match option.short {
        Some(letter) => argument.short(letter),
        None => argument,
    };
    match option.effect {
        Effect::Flag(_) => argument.action(ArgAction::SetTrue),
        Effect::Value { name, .. } => {
            let argument = argument
                .value_name(name)
                .allow_hyphen_values(true)
                .value_parser(clap::value_parser!(OsString));
            if option.value_is_optional {
                argument.num_args(0..=1).require_equals(true).default_missing_value("")
            } else {
                argument
            }
        }
        Effect::Help => argument.action(ArgAction::Help),
        Effect::Version => argument.action(ArgAction::Version),
    }
}

/// What was given. Of options that override each other, clap leaves the last one.
fn options(matches: &ArgMatches) -> Options {
    let mut options = Options::default();
    for option in OPTIONS {
        match option.effect {
            Effect::Flag(set) if matches.get_flag(option.long) => set(&mut options),
            Effect::Value { set, .. } => {
                if let Some(value) = matches.get_one::<OsString>(option.long) {
                    set(&mut options, value.clone());
                }
            }
            _ => {}
        }
    }
    let operands = matches.get_many::<OsString>(OPERANDS).unwrap_or_default();
    options.operands = operands.cloned().collect();
    options
}

/// The parser's own words run over several lines, and hold the values as they are; so they are said anew.
fn one_line(error: &clap::Error, words: &[OsString]) -> String {
    let argument = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let hint = suggestion::of_one_dash(argument, words)
                .unwrap_or_else(|| suggestion::of(argument));
            format!("unknown option {}{hint}", quoting::cut(argument))
        }
        ErrorKind::InvalidValue => missing_value(argument),
        ErrorKind::TooManyValues => format!("{argument} takes no value"),
        _ => {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            line.strip_prefix("error: ").unwrap_or(line).to_owned()
        }
    }
}

/// An option at the end of the line that wants a value, such as `--wait <DURATION>`.
fn missing_value(argument: &str) -> String {
    let name = argument.split(' ').next().and_then(|option| option.strip_prefix("--"));
    match name.and_then(table::long) {
        Some(option) => option.needs(),
        None => format!("{argument}: the value is missing"),
    }
}
