//! The command line of `withlock` itself.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::options::Options;
use super::{Request, label, plain, suggestion};
use crate::Choice;
use crate::exit::TABLE;

/// Reads a command line; the first word is the program's name.
#[must_use]
pub fn parse(words: Vec<OsString>) -> Request {
    match plain::read(words).or_else(|words| parse_in_full(&words)).map(Options::plan) {
        Ok(Ok(plan)) => Request::Run(Box::new(plan)),
        Ok(Err(why)) => Request::Refuse(with_hint(&why)),
        Err(request) => request,
    }
}

/// Reads any command line by its definition.
pub(super) fn parse_in_full(words: &[OsString]) -> Result<Options, Request> {
    match command().try_get_matches_from(words) {
        Ok(matches) => Ok(read(&matches)),
        Err(error) => Err(match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Request::Print(error.render().to_string())
            }
            _ => Request::Refuse(with_hint(&one_line(&error, words))),
        }),
    }
}

/// Abbreviations that 0.5 knew, for the crontabs that have them. New options get none: an abbreviation would change its
/// meaning when another option begins with the same letters.
const ABBREVIATIONS: [(&str, &[&str]); 5] = [
    ("wait", &["w", "wa", "wai"]),
    ("quiet", &["q", "qu", "qui", "quie"]),
    ("verbose", &["verb", "verbo", "verbos"]),
    ("version", &["vers", "versi", "versio"]),
    ("help", &["h", "he", "hel"]),
];

/// The definition of the command line. As with getopt(3), what follows an option that wants a value is the value.
#[must_use]
pub fn command() -> Command {
    ABBREVIATIONS.iter().fold(definition(), |command, (name, short)| {
        command.mut_arg(name, |argument| argument.aliases(short.iter().copied()))
    })
}

fn definition() -> Command {
    let flag = |short: char, long: &'static str, help: &'static str| {
        Arg::new(long).short(short).long(long).action(ArgAction::SetTrue).help(help)
    };
    let long_flag = |long: &'static str, help: &'static str| {
        Arg::new(long).long(long).action(ArgAction::SetTrue).help(help)
    };
    // What it may be is said by `Options::plan`, in words of our own.
    let value = |long: &'static str, name: &'static str, help: &'static str| {
        let argument = Arg::new(long).long(long).value_name(name).help(help);
        argument.allow_hyphen_values(true).value_parser(clap::value_parser!(OsString))
    };
    Command::new("withlock")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Runs COMMAND while it holds a lock, so that it never runs twice at once.")
        .override_usage("withlock [OPTIONS] LOCKFILE COMMAND [ARGUMENTS...]\n       withlock [OPTIONS] LOCKFILE -c STRING")
        .help_template("{about}\n\nUsage: {usage}\n\n{all-args}{after-help}")
        .after_help(after_help())
        .args_override_self(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .next_help_heading("Waiting")
        .arg(value("wait", "DURATION", "Wait at most so long for the lock: 2, 0.5, 90s, 1h30m, inf [default: 0]")
            .short('w').overrides_with("nonblock"))
        .arg(flag('n', "nonblock", "Do not wait: the default").overrides_with("wait"))
        .next_help_heading("When the lock is busy")
        .arg(flag('q', "quiet", "Say nothing, and exit with status 0"))
        .arg(value("conflict-exit-code", "N", "Exit with this status, 0 to 255; also with -q [default: 1]").short('E'))
        .next_help_heading("The lock")
        .arg(flag('x', "exclusive", "One holder at a time: the default").overrides_with("shared"))
        .arg(flag('s', "shared", "A reader's lock: many at a time, none beside an exclusive one")
            .overrides_with("exclusive"))
        .arg(flag('k', "keep", "Leave the lock file in its place at the end"))
        .arg(long_flag("no-create", "Do not create the lock file; without it, exit with status 69"))
        .arg(long_flag("insecure", "Use a place that is not safe all the same, with a warning"))
        .arg(value("backend", "CALL", "Lock by auto, flock, fcntl or lockf [default: auto]"))
        .next_help_heading("The command")
        .arg(value("command", "STRING", "Run STRING with a shell ($SHELL, or /bin/sh)").short('c'))
        .arg(flag('o', "close", "Do not pass the lock on to the command"))
        .next_help_heading("About")
        .arg(flag('v', "verbose", "Say on standard error what happens"))
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print this help"))
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help("Print the version"))
        .arg(Arg::new("operands").value_name("LOCKFILE COMMAND").num_args(1..).trailing_var_arg(true).hide(true)
            .value_parser(clap::value_parser!(OsString)))
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
         Exit status: that of COMMAND, or its death by signal; else\n",
    );
    for (exit, meaning) in TABLE {
        text.push_str(&format!("  {:>3}  {meaning}\n", exit.code()));
    }
    text
}

fn read(matches: &ArgMatches) -> Options {
    let flag = |name: &str| matches.get_flag(name);
    let value = |name: &str| matches.get_one::<OsString>(name).cloned();
    Options {
        wait: value("wait"),
        quiet: flag("quiet"),
        busy_status: value("conflict-exit-code"),
        shared: flag("shared"),
        keep: flag("keep"),
        no_create: flag("no-create"),
        insecure: flag("insecure"),
        backend: value("backend"),
        command: value("command"),
        close: flag("close"),
        verbose: flag("verbose"),
        operands: matches.get_many::<OsString>("operands").unwrap_or_default().cloned().collect(),
    }
}

fn with_hint(why: &str) -> String {
    format!("{why}; see withlock --help")
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
            format!("unknown option {}{hint}", label::cut(argument))
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
    match argument.split(' ').next() {
        Some("--wait") => "-w needs a DURATION, such as 0.5, 90s, 1h30m or inf".to_owned(),
        Some("--conflict-exit-code") => "-E needs an exit status, 0 to 255".to_owned(),
        Some("--backend") => format!("--backend needs a value: {}", Choice::names()),
        Some("--command") => "-c needs a STRING, the command line for the shell".to_owned(),
        _ => format!("{argument}: the value is missing"),
    }
}
