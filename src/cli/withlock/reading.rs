//! From words to a plan, by the short reader or by clap.

use std::ffi::OsString;

use super::options::Options;
use super::plain::Stop;
use super::{definition, help, meaning, plain, showing};
use crate::cli::plan::Request;

/// Reads a command line; the first word is the program's name.
#[must_use]
pub fn parse(words: Vec<OsString>) -> Request {
    match plain::read(words) {
        Ok(options) => request(options),
        Err((Stop::Mistake, words)) => parse_with_clap(&words),
        Err((stop, _)) => help::request(stop),
    }
}

/// The same without the short reader: slower, and means the same. For whoever compares the two.
#[must_use]
pub fn parse_with_clap(words: &[OsString]) -> Request {
    match definition::read(words) {
        Ok(options) => request(options),
        Err(request) => request,
    }
}

/// What the options ask for: to run something, or to show who holds locks.
fn request(options: Options) -> Request {
    if options.status || options.list || options.json {
        showing::request(options)
    } else {
        meaning::request(options)
    }
}

#[cfg(test)]
mod tests;
