//! What options mean that ask who holds locks.

use std::ffi::OsString;
use std::path::PathBuf;

use super::misplaced;
use super::table::Options;
use crate::cli::plan::{Locks, Show};
use crate::cli::quoting;

/// What to show, or why that makes no sense.
pub(super) fn show(mut options: Options) -> Result<Show, String> {
    let operands = std::mem::take(&mut options.operands);
    let Options { status, list, json, .. } = options;
    let asked = Options { status, list, json, ..Options::default() };
    if !status && !list {
        return Err("--json is for --status or --list: give one of them as well".to_owned());
    }
    let option = if status { "--status" } else { "--list" };
    if options != asked {
        return Err(format!("{option} runs nothing, and takes no other option than --json"));
    }
    let words = operands.iter();
    if let Some(word) = words.clone().find(|word| misplaced::is_option(word)) {
        return Err(format!(
            "options go before {}: {} is taken for a file there; for a file of this name, write ./ before it",
            if status { "LOCKFILE" } else { "DIR" },
            quoting::of_value(word)
        ));
    }
    if words.clone().any(|word| word.is_empty()) {
        return Err(format!("{option}: an operand is empty (is a variable not set?)"));
    }
    let locks = if status { files(operands)? } else { directory(operands)? };
    Ok(Show { locks, json })
}

fn files(operands: Vec<OsString>) -> Result<Locks, String> {
    if operands.is_empty() {
        return Err("LOCKFILE is missing: withlock --status LOCKFILE...".to_owned());
    }
    Ok(Locks::At(operands.into_iter().map(PathBuf::from).collect()))
}

fn directory(mut operands: Vec<OsString>) -> Result<Locks, String> {
    let directory = operands.pop().unwrap_or_else(|| ".".into());
    if !operands.is_empty() {
        return Err("--list takes one directory: withlock --list [DIR]".to_owned());
    }
    Ok(Locks::In(directory.into()))
}
