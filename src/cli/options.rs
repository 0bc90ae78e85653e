//! Options as they were given, and what they mean together.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use withlock_platform::backend::UnknownChoice;

use super::{Plan, duration, label, misplaced};
use crate::exit::Exit;
use crate::job::{self, Job};
use crate::{Asking, Choice, Mode, Policy, Wait, report};

/// A command line, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) wait: Option<OsString>,
    pub(super) quiet: bool,
    pub(super) busy_status: Option<OsString>,
    pub(super) shared: bool,
    pub(super) keep: bool,
    pub(super) no_create: bool,
    pub(super) insecure: bool,
    pub(super) backend: Option<OsString>,
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
            return Err("LOCKFILE is missing: withlock [OPTIONS] LOCKFILE COMMAND".to_owned());
        }
        let path = self.operands.remove(0);
        if path.is_empty() {
            return Err("LOCKFILE is empty (is a variable not set?)".to_owned());
        }
        misplaced::check(&path, &self)?;
        let wait = self.wait()?;
        let backend = self.backend()?;
        let busy_status = self.busy_status()?;
        let (job, label, passed_over) = self.job(&path)?;
        Ok(Plan {
            path: path.into(),
            policy: Policy {
                mode: if self.shared { Mode::Shared } else { Mode::Exclusive },
                backend,
                insecure: self.insecure,
                create: !self.no_create,
                keep: self.keep,
                label,
                asking: match (self.verbose, self.quiet) {
                    (true, _) => Asking::Always,
                    (false, true) => Asking::Never,
                    (false, false) => Asking::WhenBusy,
                },
                adopts: true,
                listener: if self.verbose { report::listen_to_all } else { report::listen },
            },
            wait,
            job,
            passed_over,
            quiet: self.quiet,
            busy_status,
        })
    }

    fn wait(&self) -> Result<Wait, String> {
        match &self.wait {
            None => Ok(Wait::No),
            // An unset variable in a crontab; 0.5 did not wait either.
            Some(text) if text.is_empty() => Ok(Wait::No),
            Some(text) => duration::parse(&text.to_string_lossy())
                .map_err(|why| format!("-w {}: {why}", label::of_value(text))),
        }
    }

    fn backend(&self) -> Result<Choice, String> {
        let Some(text) = &self.backend else {
            return Ok(Choice::default());
        };
        text.to_string_lossy().parse().map_err(|known: UnknownChoice| {
            format!("--backend {}: no such backend ({known})", label::of_value(text))
        })
    }

    fn busy_status(&self) -> Result<u8, String> {
        match &self.busy_status {
            None if self.quiet => Ok(0),
            None => Ok(Exit::Busy.code()),
            Some(text) => text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
                format!("-E {}: not an exit status (0 to 255)", label::of_value(text))
            }),
        }
    }

    /// The job, how it is called in the record, and the shell that was passed over. What is left of the operands is the
    /// command.
    fn job(&mut self, path: &OsStr) -> Result<(Job, String, Option<PathBuf>), String> {
        let inherits_lock = !self.close;
        if let Some(string) = self.command_string(path)? {
            let label = label::of_string(&string);
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
            return Err(command_is_missing(path));
        }
        let label = label::of(words.iter().map(OsString::as_os_str));
        let program = words.remove(0);
        Ok((Job { program, arguments: words, inherits_lock }, label, None))
    }

    /// The string of `-c`, before the lock file or behind it.
    fn command_string(&mut self, path: &OsStr) -> Result<Option<OsString>, String> {
        match (self.command.take(), self.operands.as_slice()) {
            (Some(string), []) => Ok(Some(string)),
            (Some(_), _) => Err("-c replaces COMMAND: give one or the other".to_owned()),
            (None, [option, rest @ ..]) if option == "-c" || option == "--command" => {
                match rest {
                    [string] => Ok(Some(string.clone())),
                    [] => Err("-c needs a STRING, the command line for the shell".to_owned()),
                    _ => Err("-c after LOCKFILE takes exactly one argument: quote the command"
                        .to_owned()),
                }
            }
            (None, []) => Err(command_is_missing(path)),
            (None, _) => Ok(None),
        }
    }
}

fn command_is_missing(path: &OsStr) -> String {
    format!("COMMAND is missing: withlock {} COMMAND", label::of_value(path))
}
