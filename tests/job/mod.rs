//! The command that runs under the lock: its signals, its terminal, its end.

mod any_lock;
mod cost;
mod crash;
mod cron;
mod delivery;
mod forwarding;
mod job_control;
mod left_running;
mod limit;
mod no_fork;
mod signals;
mod supervision;
mod terminal;

use crate::support::{Scratch, stderr, withlock};

/// Fails unless somebody holds the lock.
fn assert_held(place: &Scratch) {
    let second = withlock([place.join("lock")]).arg("true").output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{}", stderr(&second));
}
