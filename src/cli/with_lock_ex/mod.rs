//! The command line of with-lock-ex(1), as chiark-utils has it (cprogs/with-lock-ex.c, 7.0.0): what it does with its options,
//! its operands, and its exit statuses. The words are withlock's own. Nothing is added, so that a script that runs with this
//! one runs with that one. Called by its older name, with-lock, it does the same: without an option, it is as with `-f`.

mod options;
mod reading;
mod run;
mod seconds;

use std::ffi::OsString;

use self::options::OPTIONS;
use self::reading::Request;
use super::exit::Ending;
use super::{getopt, words};

const NAME: &str = "with-lock-ex";

/// The exit status, whatever went wrong.
const FAILED: u8 = 255;

/// Reads the command line, the program's name first, and does what it says.
#[must_use]
pub fn with_lock_ex(words: &[OsString]) -> Ending {
    let done = match reading::parse(words.get(1..).unwrap_or_default()) {
        Request::Run(plan) => run::run(&plan),
        Request::Look(path) => run::look(&path),
        Request::Refuse(why) => {
            words::say_as(NAME, &why);
            say_usage();
            Ok(FAILED)
        }
    };
    let status = done.unwrap_or_else(|why| {
        words::say_as(NAME, &why);
        FAILED
    });
    Ending::Code(status.into())
}

/// There is no option that prints it, so a wrong line does.
fn say_usage() {
    for line in [
        "with-lock-ex [-f | -q | -w] [-t SECONDS] LOCKFILE COMMAND [ARGUMENTS...]",
        "with-lock-ex -l LOCKFILE",
    ] {
        words::say_as("usage", line);
    }
    for line in getopt::list(OPTIONS).lines() {
        words::say_as(NAME, line);
    }
}
