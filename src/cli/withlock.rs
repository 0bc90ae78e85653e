//! The command line of `withlock` itself.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::options::Options;
use super::{Request, label, plain};
use crate::Choice;
use crate::exit::TABLE;

/// Reads a command line; the first word is the program's name.
#[must_use]
pub fn parse(words: Vec<OsString>) -> Request {
    let options = match plain::read(&words) {
        Some(options) => Ok(options),
        None => parse_in_full(words),
    };
    match options.map(Options::plan) {
        Ok(Ok(plan)) => Request::Run(Box::new(plan)),
        Ok(Err(why)) => Request::Refuse(with_hint(&why)),
        Err(request) => request,
    }
}

/// Reads any command line by its definition.
pub(super) fn parse_in_full(words: Vec<OsString>) -> Result<Options, Request> {
    match command().try_get_matches_from(words) {
        Ok(matches) => Ok(read(&matches)),
        Err(error) => Err(match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Request::Print(error.render().to_string())
            }
            _ => Request::Refuse(with_hint(&one_line(&error))),
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
        .arg(
            Arg::new("wait").short('w').long("wait").value_name("DURATION")
                .allow_hyphen_values(true).value_parser(clap::value_parser!(OsString)).overrides_with("nonblock").help(
                "Wait at most so long for the lock: 2, 0.5, 90s, 5m, 1h30m, inf; 0 is not to wait [default: 0]",
            ),
        )
        .arg(flag('n', "nonblock", "Do not wait: the default").overrides_with("wait"))
        .next_help_heading("When the lock is busy")
        .arg(flag('q', "quiet", "Say nothing, and exit with status 0"))
        .arg(
            Arg::new("conflict-exit-code").short('E').long("conflict-exit-code").allow_hyphen_values(true).value_name("N")
                .value_parser(clap::value_parser!(u8))
                .help("Exit with this status, 0 to 255; also with -q [default: 1]"),
        )
        .next_help_heading("The lock")
        .arg(flag('x', "exclusive", "One at a time: the default").overrides_with("shared"))
        .arg(flag('s', "shared", "A reader's lock: many at a time, but none together with an exclusive one")
            .overrides_with("exclusive"))
        .arg(flag('k', "keep", "Leave the lock file in its place at the end"))
        .arg(Arg::new("no-create").long("no-create").action(ArgAction::SetTrue)
            .help("Do not create the lock file; exit with status 69 if it is not there"))
        .arg(Arg::new("insecure").long("insecure").action(ArgAction::SetTrue)
            .help("Use a directory that others could write to all the same, with a warning"))
        .arg(Arg::new("backend").long("backend").allow_hyphen_values(true).value_name("CALL").value_parser(["auto", "flock", "fcntl", "lockf"])
            .hide_possible_values(true)
            .help("Lock with this system call: auto, flock, fcntl, lockf [default: auto]"))
        .next_help_heading("The command")
        .arg(Arg::new("command").short('c').long("command").allow_hyphen_values(true).value_name("STRING").value_parser(clap::value_parser!(OsString))
            .help("Run STRING with $SHELL -c, or /bin/sh -c; may also stand behind LOCKFILE"))
        .arg(flag('o', "close", "Do not pass the lock on to the command: if withlock is killed, the lock is free at once"))
        .next_help_heading("About")
        .arg(flag('v', "verbose", "Say on standard error what happens"))
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print this help"))
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help("Print the version"))
        .arg(Arg::new("operands").value_name("LOCKFILE COMMAND").num_args(1..).trailing_var_arg(true).hide(true)
            .value_parser(clap::value_parser!(OsString)))
}

fn after_help() -> String {
    let mut text = String::from(
        "Examples for a crontab:\n  \
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
    Options {
        wait: matches.get_one::<OsString>("wait").cloned(),
        quiet: flag("quiet"),
        busy_status: matches.get_one::<u8>("conflict-exit-code").copied(),
        shared: flag("shared"),
        keep: flag("keep"),
        no_create: flag("no-create"),
        insecure: flag("insecure"),
        backend: backend(matches),
        command: matches.get_one::<OsString>("command").cloned(),
        close: flag("close"),
        verbose: flag("verbose"),
        operands: matches.get_many::<OsString>("operands").unwrap_or_default().cloned().collect(),
    }
}

fn backend(matches: &ArgMatches) -> Choice {
    match matches.get_one::<String>("backend").map(String::as_str) {
        Some("flock") => Choice::Flock,
        Some("fcntl") => Choice::Fcntl,
        Some("lockf") => Choice::Lockf,
        _ => Choice::Auto,
    }
}

fn with_hint(why: &str) -> String {
    format!("{why}; see withlock --help")
}

/// The parser's own words run over several lines, and hold the values as they are; so most are said anew.
fn one_line(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let argument = context(ContextKind::InvalidArg);
    let value = label::quote(context(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => format!("unknown option {argument}"),
        ErrorKind::InvalidValue => match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(valid)) if !valid.is_empty() => {
                format!("{argument}: {value} is none of its values, {}", valid.join(", "))
            }
            _ => format!("{argument}: the value is missing"),
        },
        ErrorKind::ValueValidation => {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            format!("{argument}: {value}: {why}")
        }
        ErrorKind::TooManyValues => format!("{argument} takes no value"),
        _ => {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            line.strip_prefix("error: ").unwrap_or(line).to_owned()
        }
    }
}
