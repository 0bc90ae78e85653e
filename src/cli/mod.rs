//! Command lines: arguments in, one plan of what to do out. Nothing here touches the system.

mod duration;
pub mod exit;
pub(crate) mod quoting;
pub mod shell;
pub mod withlock;
pub mod words;

use std::path::PathBuf;

use crate::{Job, Policy, Wait};

/// What a command line asks for.
#[derive(Debug)]
pub enum Request {
    /// Run a job under a lock.
    Run(Box<Plan>),
    /// Print this on standard output, and succeed.
    Print(String),
    /// The command line is wrong: say this one line.
    Refuse(String),
}

/// A job, a lock, and how to treat both.
#[derive(Debug)]
pub struct Plan {
    /// The lock file.
    pub path: PathBuf,
    /// What the lock is like.
    pub policy: Policy,
    /// How long to wait for it.
    pub wait: Wait,
    /// What to run.
    pub job: Job,
    /// The `$SHELL` that runs no command, and that `/bin/sh` has taken the place of.
    pub passed_over: Option<PathBuf>,
    /// Say nothing when the lock is busy.
    pub quiet: bool,
    /// The exit status when the lock is busy.
    pub busy_status: u8,
}
