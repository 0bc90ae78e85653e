//! Options as they were given, and what they mean together.

use std::ffi::OsString;

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

/// Switches warnings off, by their names, separated by commas: once for all lines of a crontab, where an option would have
/// to stand in each.
const NO_WARNING: &str = "WITHLOCK_NOWARN";

fn is_not_warned_of(what: &str) -> bool {
    let names = std::env::var_os(NO_WARNING).unwrap_or_default();
    names.to_string_lossy().split(',').any(|name| name.trim() == what)
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
        let (job, label) = self.job()?;
        let default_status = if self.quiet { 0 } else { Exit::Busy.code() };
        Ok(Plan {
            path: path.into(),
            policy: Policy {
                mode: if self.shared { Mode::Shared } else { Mode::Exclusive },
                backend: self.backend,
                insecure: self.insecure,
                warns_of_remote: !is_not_warned_of("remote"),
                create: !self.no_create,
                keep: self.keep,
                label,
                listener: if self.verbose { report::listen_to_all } else { report::listen },
            },
            wait,
            job,
            quiet: self.quiet,
            busy_status: self.busy_status.unwrap_or(default_status),
        })
    }

    /// The job, and how it is called in the record. What is left of the operands is the command.
    fn job(&mut self) -> Result<(Job, String), String> {
        let inherits_lock = !self.close;
        if let Some(string) = self.command_string()? {
            let label = string.to_string_lossy().into_owned();
            let arguments = vec!["-c".into(), string];
            return Ok((Job { program: job::shell(), arguments, inherits_lock }, label));
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
        Ok((Job { program, arguments: words, inherits_lock }, label))
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
