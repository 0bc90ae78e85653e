//! Options as they were given, and what they mean together.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Plan, duration, label};
use crate::exit::Exit;
use crate::job::{self, Job};
use crate::{Choice, Mode, Policy, Wait, report};

/// A command line, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) wait: Option<OsString>,
    pub(super) quiet: bool,
    pub(super) busy_status: Option<u8>,
    pub(super) shared: bool,
    pub(super) keep: bool,
    pub(super) no_create: bool,
    pub(super) insecure: bool,
    pub(super) backend: Choice,
    pub(super) command: Option<OsString>,
    pub(super) close: bool,
    pub(super) verbose: bool,
    /// The lock file, and the command with its arguments.
    pub(super) operands: Vec<OsString>,
}

impl Options {
    /// What they ask for, or why they make no sense.
    pub(super) fn plan(mut self) -> Result<Plan, String> {
        if self.operands.is_empty() {
            return Err("LOCKFILE is missing".to_owned());
        }
        let path = self.operands.remove(0);
        if path.is_empty() {
            return Err("LOCKFILE is empty".to_owned());
        }
        let wait = match &self.wait {
            // An unset variable in a crontab; 0.5 did not wait either.
            Some(text) if text.is_empty() => Wait::No,
            Some(text) => {
                let text = text.to_string_lossy();
                duration::parse(&text)
                    .map_err(|why| format!("-w {}: {why}", label::quote(&text)))?
            }
            None => Wait::No,
        };
        let (job, label, passed_over) = self.job()?;
        let default_status = if self.quiet { 0 } else { Exit::Busy.code() };
        Ok(Plan {
            path: path.into(),
            policy: Policy {
                mode: if self.shared { Mode::Shared } else { Mode::Exclusive },
                backend: self.backend,
                insecure: self.insecure,
                create: !self.no_create,
                keep: self.keep,
                label,
                listener: if self.verbose { report::listen_to_all } else { report::listen },
            },
            wait,
            job,
            passed_over,
            quiet: self.quiet,
            busy_status: self.busy_status.unwrap_or(default_status),
        })
    }

    /// The job, how it is called in the record, and the shell that was passed over. What is left of the operands is the
    /// command.
    fn job(&mut self) -> Result<(Job, String, Option<PathBuf>), String> {
        let inherits_lock = !self.close;
        if let Some(string) = self.command_string()? {
            let label = string.to_string_lossy().into_owned();
            let arguments = vec!["-c".into(), string];
            let job = Job { program: job::shell(), arguments, inherits_lock };
            return Ok((job, label, job::passed_over_shell().map(PathBuf::from)));
        }
        let mut words = std::mem::take(&mut self.operands);
        // As with other wrappers; no program is called "--".
        if words.first().is_some_and(|word| word == "--") {
            words.remove(0);
        }
        if words.is_empty() {
            return Err("COMMAND is missing".to_owned());
        }
        let label = label::of(words.iter().map(OsString::as_os_str));
        let program = words.remove(0);
        Ok((Job { program, arguments: words, inherits_lock }, label, None))
    }

    /// The string of `-c`, before the lock file or behind it.
    fn command_string(&mut self) -> Result<Option<OsString>, String> {
        match (self.command.take(), self.operands.as_slice()) {
            (Some(string), []) => Ok(Some(string)),
            (Some(_), _) => Err("-c takes the place of COMMAND: give one of them".to_owned()),
            (None, [option, rest @ ..]) if option == "-c" || option == "--command" => {
                match rest {
                    [string] => Ok(Some(string.clone())),
                    _ => Err("-c behind LOCKFILE takes exactly one argument: quote the command"
                        .to_owned()),
                }
            }
            (None, []) => Err("COMMAND is missing".to_owned()),
            (None, _) => Ok(None),
        }
    }
}
