//! The command: run with the descriptor or without it, or put in the place of this process.

use std::ffi::{OsStr, OsString};

use withlock_platform::descriptor;
use withlock_platform::process::{self, Signals, StartError, Status, signal};

use super::failure::{Failure, Result};
use super::file::LockFile;

/// A command, by its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// The program, looked up in PATH if it has no slash.
    pub(crate) program: OsString,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// SIGCHLD acts on it by default, also if the caller ignores it. So it is in any case for one that is run, whose status
    /// would be lost otherwise.
    pub(crate) resets_sigchld: bool,
}

impl Command {
    /// The same in the form that the platform takes. Nothing is added to the environment.
    fn words(&self) -> process::Command<'_> {
        process::Command {
            program: OsStr::new(&self.program),
            arguments: &self.arguments,
            environment: &[],
            inherits: None,
        }
    }
}

impl LockFile {
    /// Runs the command, and returns how it has ended. The lock stays as it is, here and with what the command leaves running.
    ///
    /// # Errors
    /// [`Failure::Process`], [`Failure::Program`] and [`Failure::Wait`].
    pub(crate) fn run(&self, command: &Command, passes_on: bool) -> Result<Status> {
        process::act_by_default(signal::CHLD).map_err(Failure::Signals)?;
        if !passes_on {
            descriptor::close_on_exec(&self.file).map_err(Failure::Process)?;
        }
        let child = {
            // For the start alone: the child shares the memory until it executes the program.
            let signals = Signals::hold().map_err(Failure::Signals)?;
            command.words().start(&signals).map_err(Failure::from)?
        };
        child.outlast().map_err(Failure::Wait)
    }

    /// Becomes the command, which has the lock by the descriptor; where the process owns the lock, it goes on owning it.
    /// Returns only if that failed.
    #[must_use]
    pub(crate) fn execute(&self, command: &Command) -> Failure {
        if command.resets_sigchld {
            if let Err(error) = process::act_by_default(signal::CHLD) {
                return Failure::Signals(error);
            }
        }
        match Signals::hold() {
            Ok(signals) => command.words().execute(&signals).into(),
            Err(error) => Failure::Signals(error),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Process(error) => Self::Process(error),
            StartError::Program(error) => Self::Program(error),
        }
    }
}
