//! What options mean together: a plan, or why they make no sense.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use withlock_platform::backend::{Choice, Mode, UnknownChoice};

use super::misplaced;
use super::table::{Entry, Options, short};
use crate::cli::exit::Exit;
use crate::cli::plan::{Plan, Request, WaitLimit};
use crate::cli::{duration, quoting, shell, words};
use crate::event::Listener;
use crate::job::Job;
use crate::lock::{Asking, Policy};

/// What the options ask for.
pub(super) fn request(options: Options) -> Request {
    match options.plan() {
        Ok(plan) => Request::Run(Box::new(plan)),
        Err(why) => Request::refuse(&why),
    }
}

impl Options {
    /// The plan, or why there is none.
    fn plan(mut self) -> Result<Plan, String> {
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
                listener: Listener::new(if self.verbose {
                    &words::listen_to_all
                } else {
                    &words::listen
                }),
            },
            wait,
            job,
            passed_over,
            quiet: self.quiet,
            busy_status,
        })
    }

    fn wait(&self) -> Result<WaitLimit, String> {
        match &self.wait {
            None => Ok(WaitLimit::No),
            // An unset variable in a crontab; 0.5 did not wait either.
            Some(text) if text.is_empty() => Ok(WaitLimit::No),
            Some(text) => match duration::parse(&text.to_string_lossy()) {
                Ok(None) => Ok(WaitLimit::Forever),
                Ok(Some(limit)) if limit.is_zero() => Ok(WaitLimit::No),
                Ok(Some(limit)) => Ok(WaitLimit::AtMost(limit)),
                Err(why) => Err(format!("-w {}: {why}", quoting::of_value(text))),
            },
        }
    }

    fn backend(&self) -> Result<Choice, String> {
        let Some(text) = &self.backend else {
            return Ok(Choice::default());
        };
        text.to_string_lossy().parse().map_err(|known: UnknownChoice| {
            format!("--backend {}: no such backend ({known})", quoting::of_value(text))
        })
    }

    fn busy_status(&self) -> Result<u8, String> {
        match &self.busy_status {
            None if self.quiet => Ok(0),
            None => Ok(Exit::Busy.code()),
            Some(text) => text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
                format!("-E {}: not an exit status (0 to 255)", quoting::of_value(text))
            }),
        }
    }

    /// The job, how it is called in the record, and the shell that was passed over. What is left of the operands is the
    /// command.
    fn job(&mut self, path: &OsStr) -> Result<(Job, String, Option<PathBuf>), String> {
        let inherits_lock = !self.close;
        if let Some(string) = self.command_string(path)? {
            let label = quoting::of_string(&string);
            let arguments = vec!["-c".into(), string];
            let job = Job { program: shell::of_user(), arguments, inherits_lock, adopts: true };
            return Ok((job, label, shell::passed_over().map(PathBuf::from)));
        }
        let mut words = std::mem::take(&mut self.operands);
        // As with other wrappers; no program is called "--".
        if words.first().is_some_and(|word| word == "--") {
            words.remove(0);
        }
        if words.is_empty() {
            return Err(command_is_missing(path));
        }
        let label = quoting::of(words.iter().map(OsString::as_os_str));
        let program = words.remove(0);
        Ok((Job { program, arguments: words, inherits_lock, adopts: true }, label, None))
    }

    /// The string of `-c`, before the lock file or behind it.
    fn command_string(&mut self, path: &OsStr) -> Result<Option<OsString>, String> {
        match (self.command.take(), self.operands.as_slice()) {
            (Some(string), []) => Ok(Some(string)),
            (Some(_), _) => Err("-c replaces COMMAND: give one or the other".to_owned()),
            (None, [option, rest @ ..]) if misplaced::is_command(option) => {
                match rest {
                    [string] => Ok(Some(string.clone())),
                    [] => Err(short('c').map(Entry::needs).unwrap_or_default()),
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
    format!("COMMAND is missing: withlock {} COMMAND", quoting::of_value(path))
}
