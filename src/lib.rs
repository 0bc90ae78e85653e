//! draft
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

use withlock_platform::process;

mod acquire;
pub mod cli;
mod error;
pub mod event;
pub mod exit;
mod held;
pub mod job;
mod kernel;
mod lockfile;
pub mod nested;
pub mod record;
pub mod report;
mod settings;
mod system;
pub mod trust;
mod walk;

pub use acquire::{Attempt, Busy, Wait};
pub use error::{Error, Result};
pub use job::Job;
pub use settings::Policy;
pub use withlock_platform::backend::{Choice, Mode};
pub use withlock_platform::process::{Signals, Status};

/// The proof that this run holds the lock, on the real system.
pub type Held<'a> = held::Held<system::System<'a>>;

/// A path that may become a lock.
#[derive(Debug)]
pub struct LockPath {
    path: PathBuf,
}

/// A path whose every component has been judged.
#[derive(Debug)]
pub struct Checked<'a> {
    system: system::System<'a>,
    settings: settings::Settings,
}

impl LockPath {
    /// Names the lock file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Step 1: judges the path.
    ///
    /// # Errors
    /// [`Error`]: the place is unsafe or out of reach.
    pub fn check<'a>(&self, policy: &Policy, signals: &'a Signals) -> Result<Checked<'a>> {
        let settings = settings::Settings {
            path: self.path.clone(),
            trusted: trust::Trusted {
                user: process::effective_user(),
            },
            mode: policy.mode,
            create: policy.create,
            keep: policy.keep,
            label: policy.label.clone(),
        };
        let system = system::System::new(settings.clone(), policy, signals);
        system.check()?;
        Ok(Checked { system, settings })
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<'a> Checked<'a> {
    /// Steps 2 to 6: takes the lock.
    ///
    /// # Errors
    /// [`Error`]; a lock that is held by somebody else is none.
    pub fn acquire(self, wait: Wait) -> Result<Attempt<Held<'a>>> {
        acquire::acquire(self.system, self.settings, wait)
    }
}
