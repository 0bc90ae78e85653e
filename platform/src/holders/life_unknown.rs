//! Any Unix: nothing but what getppid(2) says.

use std::time::Duration;

use super::Process;

pub(super) use super::silent::{command, ids, name, own, user};

pub(super) fn of(_: u32) -> Option<Process> {
    None
}

pub(super) fn age(_: u32) -> Option<Duration> {
    None
}
