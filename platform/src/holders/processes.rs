//! Asking about processes.

use std::time::Duration;

use super::facts::Life;
use super::native_life;
use crate::process::exists;

/// At most so many generations are gone up.
const GENERATIONS: usize = 256;

/// What is known of the process with this id.
#[must_use]
pub fn life(pid: u32) -> Life {
    match native_life::of(pid) {
        Some(process) => Life::Here(process),
        None if exists(pid) => Life::Unknown,
        None => Life::Gone,
    }
}

/// How long ago a process was started, to a second or better. `None` where that is not known.
#[must_use]
pub fn age(pid: u32) -> Option<Duration> {
    native_life::age(pid)
}

/// This process, its parent, and so on, as far as is known.
#[must_use]
pub fn ancestry() -> Vec<u32> {
    let (own, parent) = native_life::own();
    let mut line = vec![own];
    let mut next = Some(parent);
    while let Some(pid) = next.filter(|pid| *pid > 0 && !line.contains(pid)) {
        line.push(pid);
        if line.len() >= GENERATIONS {
            break;
        }
        next = native_life::of(pid).map(|process| process.parent);
    }
    line
}

/// The words of a process's command line, as it tells them itself. `None` where the system does not say.
///
/// They lie in the memory of the process, so whoever runs it may be able to let this call hang.
#[must_use]
pub fn command(pid: u32) -> Option<Vec<String>> {
    native_life::command(pid)
}

/// The name of a process: of its program, or what it calls itself. The kernel keeps it. `None` where it does not say.
#[must_use]
pub fn name(pid: u32) -> Option<String> {
    native_life::name(pid)
}

/// The effective user of a process, or root. `None` where the system does not say.
#[must_use]
pub fn user(pid: u32) -> Option<u32> {
    native_life::user(pid)
}

/// The ids that a process has in the containers it is in, outermost first. `None` where the system does not say.
#[must_use]
pub fn ids(pid: u32) -> Option<Vec<u32>> {
    native_life::ids(pid)
}
