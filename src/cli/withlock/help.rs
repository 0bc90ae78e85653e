//! What `-h`, `--help` and `--version` print, made from the table of options.

use super::plain::Stop;
use super::table::{Entry, OPTIONS};
use crate::cli::exit::TABLE;
use crate::cli::plan::Request;

const ABOUT: &str = "Runs COMMAND while it holds a lock, so that it never runs twice at once.\n";

const USAGE: &str = "
Usage: withlock [OPTIONS] LOCKFILE COMMAND [ARGUMENTS...]
       withlock [OPTIONS] LOCKFILE -c STRING
       withlock --status [--json] {LOCKFILE... | -N NAME}
       withlock --list [--json] [DIR]
";

const MORE: &str = "
Options go before LOCKFILE. withlock --help has all of them, recipes for cron,
and the exit statuses; withlock(1) explains everything.
";

const PLACE: &str = "\nOptions go before LOCKFILE; only -c may also come right after it.\n";

const FACES: &str = "
As the first option, --face flock or --face with-lock-ex makes it that tool, with
the command line of that; so does a link of that name.
";

const ENVIRONMENT: &str = "
Environment:
  WITHLOCK_NOWARN=remote  no warning about file servers and FUSE

Exit status: that of COMMAND, or death by the same signal; otherwise
";

/// Lines for a crontab, each with what it does. The README and the manual page have them as well.
pub const RECIPES: &[(&str, &str)] = &[
    (
        "Skip this run, silently, if the last one is still running",
        "*/5 * * * * /usr/local/bin/withlock -q /run/sync.lock rsync -a /srv/ nas:/srv/",
    ),
    (
        "Wait for an hour at most, then give up with a message, which cron mails",
        "0 3 * * * /usr/local/bin/withlock -w 1h /run/daily.lock /usr/local/sbin/daily",
    ),
    (
        "Queue behind other runs, however long they take, in the order of arrival",
        "@hourly /usr/local/bin/withlock -w inf /run/load.lock /usr/local/bin/load-data",
    ),
];

/// What to do about a line that the short reader has stopped at.
pub(super) fn request(stop: Stop) -> Request {
    Request::Print(match stop {
        Stop::ShortHelp => short(),
        Stop::LongHelp | Stop::Mistake => long(),
        Stop::Version => concat!("withlock ", env!("CARGO_PKG_VERSION"), "\n").to_owned(),
    })
}

/// The options that people need most, on one screen.
fn short() -> String {
    let mut text = [ABOUT, USAGE, "\n"].concat();
    let most_used = OPTIONS.iter().filter(|option| !option.brief.is_empty());
    list(&mut text, most_used, |option| option.description());
    text.push_str(MORE);
    text
}

/// Everything.
fn long() -> String {
    let mut text = [ABOUT, USAGE].concat();
    for options in OPTIONS.chunk_by(|one, next| one.heading == next.heading) {
        text.push_str(&format!("\n{}:\n", options[0].heading));
        list(&mut text, options.iter(), |option| option.help());
    }
    text.push_str(PLACE);
    text.push_str("\nRecipes for a crontab:\n");
    for (purpose, line) in RECIPES {
        text.push_str(&format!("  # {purpose}\n  {line}\n"));
    }
    text.push_str(FACES);
    text.push_str(ENVIRONMENT);
    for (exit, meaning) in TABLE {
        text.push_str(&format!("  {:>3}  {meaning}\n", exit.code()));
    }
    text
}

/// Options in two columns.
fn list<'a>(
    text: &mut String,
    options: impl Iterator<Item = &'a Entry> + Clone,
    words: fn(&Entry) -> String,
) {
    let indented = |option: &Entry| match option.short {
        Some(_) => format!("  {}", option.title()),
        None => format!("      {}", option.title()),
    };
    let width = options.clone().map(|option| indented(option).len()).max().unwrap_or_default() + 2;
    for option in options {
        let next_line = format!("\n{:width$}", "");
        let words = words(option).replace('\n', &next_line);
        text.push_str(&format!("{:width$}{words}\n", indented(option)));
    }
}
