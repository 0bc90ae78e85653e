//! From words to a plan, by the short reader or by clap.

use std::ffi::OsString;

use super::plain::Stop;
use super::{definition, help, meaning, plain};
use crate::cli::plan::Request;

/// Reads a command line; the first word is the program's name.
#[must_use]
pub fn parse(words: Vec<OsString>) -> Request {
    match plain::read(words) {
        Ok(options) => meaning::request(options),
        Err((Stop::Mistake, words)) => parse_with_clap(&words),
        Err((stop, _)) => help::request(stop),
    }
}

/// The same without the short reader: slower, and means the same. For whoever compares the two.
#[must_use]
pub fn parse_with_clap(words: &[OsString]) -> Request {
    match definition::read(words) {
        Ok(options) => meaning::request(options),
        Err(request) => request,
    }
}

#[cfg(test)]
mod tests;
