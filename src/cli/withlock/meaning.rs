//! What options mean together: a plan, or why they make no sense.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use withlock_platform::backend::{Choice, Mode, UnknownChoice};

use super::limits::duration_of;
use super::misplaced;
use super::options::Options;
use super::table::{Entry, short};
use crate::cli::exit::Exit;
use crate::cli::plan::{Lock, Plan, Request, WaitLimit, WarnHeld};
use crate::cli::{quoting, shell, words};
use crate::event::Listener;
use crate::job::Job;
use crate::lock::{Asking, Policy};
use crate::name::Name;

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
        let lock = self.lock()?;
        self.check_no_fork()?;
        let wait = self.wait()?;
        let capacity = self.capacity(wait)?;
        let backend = self.backend()?;
        let busy_status = self.busy_status()?;
        let warn_held = self.warn_held()?;
        let limit = self.limit()?;
        let replacement = self.replacement(wait)?;
        let wait = replacement.map_or(wait, |it| WaitLimit::of(it.wait));
        let (mut job, label, passed_over) = self.job(&lock)?;
        job.limit = limit;
        Ok(Plan {
            lock,
            policy: Policy {
                mode: if self.shared { Mode::Shared } else { Mode::Exclusive },
                backend,
                insecure: self.insecure,
                create: !self.no_create,
                keep: self.keep,
                capacity,
                label,
                asking: match (self.verbose, self.quiet) {
                    (true, _) => Asking::Always,
                    // Who holds the lock is for the log, too, and for a report in spite of -q.
                    (false, true) if !self.syslog && warn_held.is_none() => Asking::Never,
                    (false, _) => Asking::WhenBusy,
                },
                listener: Listener::new(if self.verbose {
                    &words::listen_to_all
                } else {
                    &words::listen
                }),
            },
            wait,
            replacement,
            job,
            no_fork: self.no_fork,
            passed_over,
            syslog: self.syslog,
            quiet: self.quiet,
            busy_status,
            warn_held,
        })
    }

    /// The lock: that of the name, or else the first operand.
    fn lock(&mut self) -> Result<Lock, String> {
        if let Some(name) = self.name.take() {
            return named(&name);
        }
        if self.operands.is_empty() {
            return Err("LOCKFILE is missing: withlock [OPTIONS] LOCKFILE COMMAND".to_owned());
        }
        let path = self.operands.remove(0);
        if path.is_empty() {
            return Err("LOCKFILE is empty (is a variable not set?)".to_owned());
        }
        misplaced::check(&path, self)?;
        Ok(Lock::At(path.into()))
    }

    /// What makes no sense where nobody stands beside the command.
    fn check_no_fork(&self) -> Result<(), String> {
        let ends = "nobody is there to end the command";
        let with: [(&str, bool, &str); 4] = [
            ("-o", self.close, "the command alone has the lock"),
            ("--max-runtime", self.max_runtime.is_some(), ends),
            ("--kill-after", self.kill_after.is_some() && self.replace.is_none(), ends),
            ("--signal", self.signal.is_some(), ends),
        ];
        match with.iter().find(|(_, is_given, _)| self.no_fork && *is_given) {
            Some((option, _, why)) => {
                Err(format!("-F and {option} exclude each other: with -F, {why}"))
            }
            None => Ok(()),
        }
    }

    fn wait(&self) -> Result<WaitLimit, String> {
        match &self.wait {
            None => Ok(WaitLimit::No),
            // An unset variable in a crontab; 0.5 did not wait either.
            Some(text) if text.is_empty() => Ok(WaitLimit::No),
            Some(text) => match duration_of("-w", text)? {
                None => Ok(WaitLimit::Forever),
                Some(limit) if limit.is_zero() => Ok(WaitLimit::No),
                Some(limit) => Ok(WaitLimit::AtMost(limit)),
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
        let quiet = if self.quiet { 0 } else { Exit::Busy.code() };
        self.conflict_status().map(|status| status.unwrap_or(quiet))
    }

    /// What `-E` says.
    fn conflict_status(&self) -> Result<Option<u8>, String> {
        let Some(text) = &self.busy_status else {
            return Ok(None);
        };
        text.to_str()
            .and_then(|text| text.parse().ok())
            .map(Some)
            .ok_or_else(|| format!("-E {}: not an exit status (0 to 255)", quoting::of_value(text)))
    }

    /// Without `-q`, a busy lock is reported anyway.
    fn warn_held(&self) -> Result<Option<WarnHeld>, String> {
        let Some(text) = &self.warn_held else {
            return Ok(None);
        };
        let after = duration_of("--warn-held", text)?;
        let status = self.conflict_status()?.unwrap_or(Exit::Busy.code());
        Ok(after.filter(|_| self.quiet).map(|after| WarnHeld { after, status }))
    }

    /// The job, how it is called in the record, and the shell that was passed over. What is left of the operands is the
    /// command.
    fn job(&mut self, lock: &Lock) -> Result<(Job, String, Option<PathBuf>), String> {
        let inherits_lock = !self.close;
        if let Some(string) = self.command_string(lock)? {
            let label = quoting::of_string(&string);
            let arguments = vec!["-c".into(), string];
            let job = Job { inherits_lock, adopts: true, ..Job::new(shell::of_user(), arguments) };
            return Ok((job, label, shell::passed_over().map(PathBuf::from)));
        }
        let mut words = std::mem::take(&mut self.operands);
        // As with other wrappers; no program is called "--".
        if words.first().is_some_and(|word| word == "--") {
            words.remove(0);
        }
        if words.is_empty() {
            return Err(command_is_missing(lock));
        }
        let label = quoting::of(words.iter().map(OsString::as_os_str));
        let program = words.remove(0);
        let job = Job { inherits_lock, adopts: true, ..Job::new(program, words) };
        Ok((job, label, None))
    }

    /// The string of `-c`, before the lock file or behind it.
    fn command_string(&mut self, lock: &Lock) -> Result<Option<OsString>, String> {
        match (self.command.take(), self.operands.as_slice()) {
            (Some(string), []) => Ok(Some(string)),
            (Some(_), _) => Err("-c replaces COMMAND: give one or the other".to_owned()),
            (None, [option, rest @ ..])
                if matches!(lock, Lock::At(_)) && misplaced::is_command(option) =>
            {
                match rest {
                    [string] => Ok(Some(string.clone())),
                    [] => Err(short('c').map(Entry::needs).unwrap_or_default()),
                    _ => Err("-c after LOCKFILE takes exactly one argument: quote the command"
                        .to_owned()),
                }
            }
            (None, []) => Err(command_is_missing(lock)),
            (None, _) => Ok(None),
        }
    }
}

/// The lock of this name.
pub(super) fn named(name: &OsStr) -> Result<Lock, String> {
    Name::new(name).map(Lock::Named).map_err(|why| format!("-N {}: {why}", quoting::of_value(name)))
}

fn command_is_missing(lock: &Lock) -> String {
    let shown = match lock {
        Lock::At(path) => quoting::of_value(path.as_os_str()),
        Lock::Named(name) => format!("-N {}", quoting::of_value(name.as_os_str())),
    };
    format!("COMMAND is missing: withlock {shown} COMMAND")
}
