//! The command line as clap reads it, made from the table of options.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::suggestion;
use super::table::{self, Entry, OPTIONS, Options};
use crate::cli::entry::Effect;
use crate::cli::exit::TABLE;
use crate::cli::plan::Request;
use crate::cli::quoting;

/// Reads any command line; the first word is the program's name. One that is no plan is what to do instead.
pub(super) fn read(words: &[OsString]) -> Result<Options, Request> {
    match command().try_get_matches_from(words) {
        Ok(matches) => Ok(options(&matches)),
        Err(error) => Err(match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Request::Print(error.render().to_string())
            }
            _ => Request::refuse(&one_line(&error, words)),
        }),
    }
}

const OPERANDS: &str = "operands";

fn command() -> Command {
    let operands = Arg::new(OPERANDS).value_name("LOCKFILE COMMAND").num_args(1..);
    Command::new("withlock")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Runs COMMAND while it holds a lock, so that it never runs twice at once.")
        .override_usage("withlock [OPTIONS] LOCKFILE COMMAND [ARGUMENTS...]\n       withlock [OPTIONS] LOCKFILE -c STRING\n       withlock --status [--json] {LOCKFILE... | -N NAME}\n       withlock --list [--json] [DIR]")
        .help_template("{about}\n\nUsage: {usage}\n\n{all-args}{after-help}")
        .after_help(after_help())
        .args_override_self(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(OPTIONS.iter().map(argument))
        .arg(operands.trailing_var_arg(true).hide(true).value_parser(clap::value_parser!(OsString)))
}

/// An option. As with getopt(3), what follows one that wants a value is the value.
fn argument(option: &'static Entry) -> Arg {
    let argument = Arg::new(option.long)
        .long(option.long)
        .aliases(option.abbreviations)
        .help(option.help())
        .help_heading(option.heading)
        .overrides_with_all(option.overrides);
    let argument = match option.short {
        Some(letter) => argument.short(letter),
        None => argument,
    };
    match option.effect {
        Effect::Flag(_) => argument.action(ArgAction::SetTrue),
        Effect::Value { name, .. } => argument
            .value_name(name)
            .allow_hyphen_values(true)
            .value_parser(clap::value_parser!(OsString)),
        Effect::Help => argument.action(ArgAction::Help),
        Effect::Version => argument.action(ArgAction::Version),
    }
}

fn after_help() -> String {
    let mut text = String::from(
        "Options go before LOCKFILE; only -c may also come right after it.\n\n\
         Examples for a crontab:\n  \
         */5 * * * *  withlock -q /run/sync.lock rsync -a /data/ backup:/data/\n  \
         0 3 * * *    withlock -w 1h /run/nightly.lock /usr/local/sbin/nightly\n  \
         @hourly      withlock /run/report.lock -c 'make report | mail -s report root'\n\n\
         Environment:\n  \
         WITHLOCK_NOWARN=remote  no warning about file servers and FUSE\n\n\
         Exit status: that of COMMAND, or death by the same signal; otherwise\n",
    );
    for (exit, meaning) in TABLE {
        text.push_str(&format!("  {:>3}  {meaning}\n", exit.code()));
    }
    text
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
