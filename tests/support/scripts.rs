//! Runs whose job is a script, with the lock file `lock` in a scratch directory.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::support::{Scratch, wait_until, waits_for_lock, withlock};

/// A command line whose job is this script.
pub fn command(options: &[&str], place: &Scratch, script: &str) -> Command {
    let mut command = withlock(options);
    command.args(["lock", "sh", "-c", script]).current_dir(place.path());
    command
}

/// The same, started, and asleep behind the holder.
pub fn begin_to_wait(options: &[&str], place: &Scratch, script: &str) -> Child {
    let mut waiter = command(options, place, script);
    let waiter = waiter.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    waiter
}

/// A run that says that it ran.
pub fn run(options: &[&str], lock: &Path) -> Output {
    withlock(options).arg(lock).args(["echo", "ran"]).output().unwrap()
}
