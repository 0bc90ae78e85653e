//! What a command line asks for.

use std::path::PathBuf;
use std::time::Duration;

use withlock_platform::process::Deadline;

use crate::error::Result;
use crate::job::Job;
use crate::lock::{Busy, Policy, Wait};
use crate::name::Name;
use crate::path::LockPath;
use crate::path::replace::Replacement;

/// What to do about a command line.
#[derive(Debug)]
pub enum Request {
    /// Run a job under a lock.
    Run(Box<Plan>),
    /// Show who holds locks.
    Show(Show),
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

/// What to show of locks, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    /// Which ones.
    pub locks: Locks,
    /// As JSON Lines, for programs.
    pub json: bool,
}

/// Which locks to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locks {
    /// These, with their slots.
    At(Vec<Lock>),
    /// All in this directory.
    In(PathBuf),
    /// All of this user that have a name.
    Named,
}

/// A job, a lock, and how to treat both.
#[derive(Debug)]
pub struct Plan {
    /// Which lock.
    pub lock: Lock,
    /// What the lock is like.
    pub policy: Policy<'static>,
    /// How long to wait for it.
    pub wait: WaitLimit,
    /// How to end the run that holds it, if that is to be done.
    pub replacement: Option<Replacement>,
    /// What to run.
    pub job: Job,
    /// Become the job, instead of looking after it.
    pub no_fork: bool,
    /// The `$SHELL` that runs no command, and that `/bin/sh` has taken the place of.
    pub passed_over: Option<PathBuf>,
    /// Tell the system's log as well.
    pub syslog: bool,
    /// Say nothing when the lock is busy.
    pub quiet: bool,
    /// The exit status when the lock is busy.
    pub busy_status: u8,
    /// When not to be quiet after all.
    pub warn_held: Option<WarnHeld>,
}

/// From when on a busy lock is reported, although it was asked for silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarnHeld {
    /// Somebody has held it for so long.
    pub after: Duration,
    /// The exit status then.
    pub status: u8,
}

impl Plan {
    /// Whether to say that the lock is busy, and the exit status.
    #[must_use]
    pub fn on_busy(&self, busy: &Busy) -> (bool, u8) {
        match self.warn_held.filter(|limit| busy.may_have_lasted(limit.after)) {
            Some(limit) => (true, limit.status),
            None => (!self.quiet, self.busy_status),
        }
    }
}

/// Which lock; where one with a name lies is found out when the plan is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lock {
    /// The one at this path.
    At(PathBuf),
    /// The one of this name.
    Named(Name),
}

impl Lock {
    /// Its path.
    ///
    /// # Errors
    /// As [`LockPath::named`].
    pub fn path(&self) -> Result<LockPath> {
        match self {
            Self::At(path) => Ok(LockPath::new(path)),
            Self::Named(name) => LockPath::named(name),
        }
    }
}

/// How long to wait for a lock; its deadline is made when the plan is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitLimit {
    /// Not at all.
    No,
    /// At most so long.
    AtMost(Duration),
    /// Until it is free.
    Forever,
}

impl WaitLimit {
    /// So long; `None` is without limit.
    #[must_use]
    pub fn of(limit: Option<Duration>) -> Self {
        match limit {
            Some(Duration::ZERO) => Self::No,
            Some(limit) => Self::AtMost(limit),
            None => Self::Forever,
        }
    }

    /// The wait, from now on.
    #[must_use]
    pub fn from_now(self) -> Wait {
        match self {
            Self::No => Wait::No,
            // What is farther than the clock goes is for ever.
            Self::AtMost(limit) => Deadline::after(limit).map_or(Wait::Forever, Wait::Until),
            Self::Forever => Wait::Forever,
        }
    }
}
