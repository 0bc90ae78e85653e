//! The command line of flock(1), as util-linux has it (sys-utils/flock.c and flock.1, 2.43): what it does with its options, its
//! operands, and its exit statuses. The words are withlock's own. Nothing is added, so that a script that runs with this one
//! runs with that one.

mod number;
mod options;
mod plan;
mod reading;
mod run;
mod seconds;
mod texts;

use std::ffi::OsString;

use self::plan::Request;
use self::texts::{Exit, NAME};
use super::exit::Ending;
use super::words;

/// Reads the command line, the program's name first, and does what it says.
#[must_use]
pub fn flock(words: &[OsString]) -> Ending {
    let status = match reading::parse(words.get(1..).unwrap_or_default()) {
        Request::Run(plan) => run::run(&plan),
        Request::Print(text) => run::print(&text).map_or_else(run::Refusal::say, |()| 0),
        Request::Refuse(why) => {
            words::say_as(NAME, &why);
            Exit::Usage as u8
        }
    };
    Ending::Code(status.into())
}
