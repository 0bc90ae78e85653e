//! What options mean that ask who holds locks.

use std::ffi::OsString;

use super::options::Options;
use super::{meaning, misplaced};
use crate::cli::plan::{Lock, Locks, Request, Show};
use crate::cli::quoting;

/// What the options ask for.
pub(super) fn request(options: Options) -> Request {
    match show(options) {
        Ok(show) => Request::Show(show),
        Err(why) => Request::refuse(&why),
    }
}

/// What to show, or why that makes no sense.
fn show(mut options: Options) -> Result<Show, String> {
    let operands = std::mem::take(&mut options.operands);
    let Options { status, list, json, .. } = options;
    if !status && !list {
        return Err("--json is for --status or --list: give one of them as well".to_owned());
    }
    let name = if status { options.name.take() } else { None };
    let (option, others, place) = if status {
        ("--status", "--json and -N", "LOCKFILE")
    } else {
        ("--list", "--json", "DIR")
    };
    if options != (Options { status, list, json, ..Options::default() }) {
        return Err(format!("{option} runs nothing, and takes no other option than {others}"));
    }
    if let Some(word) = operands.iter().find(|word| misplaced::is_option(word)) {
        return Err(format!(
            "options go before {place}: {} is taken for a file there; for a file of this name, write ./ before it",
            quoting::of_value(word)
        ));
    }
    if operands.iter().any(|word| word.is_empty()) {
        return Err(format!("{option}: an operand is empty (is a variable not set?)"));
    }
    let locks = if status { locks(name, operands)? } else { directory(operands)? };
    Ok(Show { locks, json })
}

fn locks(name: Option<OsString>, operands: Vec<OsString>) -> Result<Locks, String> {
    match (name, operands.is_empty()) {
        (Some(name), true) => Ok(Locks::At(vec![meaning::named(&name)?])),
        (Some(_), false) => Err("-N is instead of LOCKFILE: give one or the other".to_owned()),
        (None, true) => Err("LOCKFILE is missing: withlock --status LOCKFILE...".to_owned()),
        (None, false) => {
            Ok(Locks::At(operands.into_iter().map(|it| Lock::At(it.into())).collect()))
        }
    }
}

fn directory(mut operands: Vec<OsString>) -> Result<Locks, String> {
    match (operands.pop(), operands.is_empty()) {
        (None, _) => Ok(Locks::Named),
        (Some(directory), true) => Ok(Locks::In(directory.into())),
        (Some(_), false) => Err("--list takes one directory: withlock --list [DIR]".to_owned()),
    }
}
