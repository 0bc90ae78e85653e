//! What `--help` and `--version` print, and the exit statuses.

use super::options::OPTIONS;
use crate::cli::getopt;

/// What messages begin with.
pub(super) const NAME: &str = "flock";

pub(super) const VERSION: &str = concat!(
    "flock (withlock) ",
    env!("CARGO_PKG_VERSION"),
    ", with the command line of util-linux 2.43\n"
);

const USAGE: &str = "\
Locks a file, a directory or an open descriptor, and runs COMMAND meanwhile.

Usage: flock [OPTIONS] FILE|DIRECTORY COMMAND [ARGUMENTS...]
       flock [OPTIONS] FILE|DIRECTORY -c STRING
       flock [OPTIONS] NUMBER
       flock [OPTIONS] --fd NUMBER COMMAND [ARGUMENTS...]
       flock [OPTIONS] --fd NUMBER -c STRING

Options:
";

const MORE: &str = "
-c, --command STRING runs STRING with a shell: $SHELL, or else /bin/sh.

This is withlock by the name of flock; withlock --help shows its own command
line. The file is never removed, and its directory is not looked at.

Exit status: that of COMMAND, 128 + N if signal N killed it; otherwise
";

/// Why this command line ends with a status of its own (sysexits.h). The status of a busy lock is an option's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    General = 1,
    Usage = 64,
    Data = 65,
    NoInput = 66,
    Unavailable = 69,
    System = 71,
    CannotCreate = 73,
}

/// The statuses, with what the help says of them.
const TABLE: [(Exit, &str); 7] = [
    (Exit::General, "the lock is busy (-E changes this)"),
    (Exit::Usage, "the command line is wrong"),
    (Exit::Data, "the file can't be locked, or the descriptor is not open"),
    (Exit::NoInput, "the file can't be opened"),
    (Exit::Unavailable, "the command can't be executed"),
    (Exit::System, "locking, waiting or starting a process failed"),
    (Exit::CannotCreate, "no room, or a read-only file system, for the file"),
];

/// Refuses a command line, and says where to read on.
pub(super) fn see_help(why: &str) -> String {
    format!("{why}; see flock --help")
}

pub(super) fn help() -> String {
    let mut text = [USAGE, &getopt::list(OPTIONS), MORE].concat();
    for (exit, meaning) in TABLE {
        text.push_str(&format!("  {:>3}  {meaning}\n", exit as u8));
    }
    text
}
