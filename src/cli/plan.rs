//! What a command line asks for.

use std::path::PathBuf;

use crate::job::start::Job;
use crate::lock::acquire::Wait;
use crate::lock::terms::Policy;

/// What to do about a command line.
#[derive(Debug)]
pub enum Request {
    /// Run a job under a lock.
    Run(Box<Plan>),
    /// Print this on standard output, and succeed.
    Print(String),
    /// The command line is wrong: say this one line.
    Refuse(String),
}

impl Request {
    /// Refuses a command line, and says where to read on.
    pub(crate) fn refuse(why: &str) -> Self {
        Self::Refuse(format!("{why}; see withlock --help"))
    }
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
