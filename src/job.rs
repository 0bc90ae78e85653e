//! The job: started under the lock, supervised, and its outcome.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use withlock_platform::backend::Ownership;
use withlock_platform::process::{
    Arrival, Child, Command, Sender, Signal, Signals, Status, signal,
};

use crate::error::{Error, Result};
use crate::event::{Event, Oddity};
use crate::held::Held;
use crate::nested;
use crate::system::System;

/// What to run under the lock.
#[derive(Clone, Debug)]
pub struct Job {
    /// The program, looked up in PATH if it has no slash.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Whether the job gets the lock's descriptor, so that the lock outlives a killed wrapper.
    pub inherits_lock: bool,
}

impl Held<System<'_>> {
    /// Runs the job, waits for its end, and releases the lock.
    ///
    /// The lock is not released before the job's main process has ended, whatever signal arrives.
    ///
    /// # Errors
    /// [`Error::Start`] when the program can't be started, [`Error::System`] when it can't be waited for. That the lock
    /// could not be released in order is told to the listener, and does not change the outcome.
    pub fn run(self, job: &Job) -> Result<Status> {
        let (signals, listener) = (self.kernel.signals(), self.kernel.listener());
        let start = |held: &Self| {
            // Taken now, not when the job runs: what the terminal sends from then on, the job has as well, and must not
            // get twice. Between the two it is missed, for some microseconds.
            let missed = take_all(signals)?;
            let child = held.start(job, signals)?;
            listener(&Event::Started { pid: child.pid() });
            Ok((child, missed))
        };
        let finish = |_: &Self, (child, missed): (Child, Vec<Arrival>)| {
            Supervision { child: &child, signals, listener }.until_the_end(&missed)
        };
        let status = self.hold_during(start, finish)?;
        // Said after the release: who reads it, and when, is no business of the lock's.
        listener(&Event::Ended { status });
        Ok(status)
    }

    fn start(&self, job: &Job, signals: &Signals) -> Result<Child> {
        let lock = self.candidate();
        let inherits = lock
            .filter(|lock| {
                job.inherits_lock && lock.file.backend.ownership() == Ownership::Description
            })
            .map(|lock| &lock.file.file);
        let path =
            std::path::absolute(&self.settings.path).unwrap_or_else(|_| self.settings.path.clone());
        let mut environment = vec![
            ("WITHLOCK_LOCKFILE", path.into_os_string()),
            ("WITHLOCK_PID", std::process::id().to_string().into()),
        ];
        if let Some(lock) = lock {
            let entry = nested::Entry {
                identity: lock.facts.identity,
                pid: self.record.pid,
                mode: self.settings.mode,
                token: if lock.file.recorded.get() { &self.record.token } else { "" },
            };
            environment.push((nested::VARIABLE, nested::value(&entry)));
        }
        let command = Command {
            program: &job.program,
            arguments: &job.arguments,
            environment: &environment,
            inherits,
        };
        command.start(signals).map_err(|error| Error::Start {
            program: job.program.clone(),
            like_shell: job.arguments.is_empty() && looks_like_shell(&job.program),
            error,
        })
    }
}

/// The signals that have come so far; news of children who are none of ours left out.
fn take_all(signals: &Signals) -> Result<Vec<Arrival>> {
    let mut taken = Vec::new();
    while signals.pending().map_err(Error::system("asking for signals"))? {
        let arrival = signals.next().map_err(Error::system("waiting for signals"))?;
        if arrival.signal != signal::CHLD {
            taken.push(arrival);
        }
    }
    Ok(taken)
}

struct Supervision<'a> {
    child: &'a Child,
    signals: &'a Signals,
    listener: fn(&Event<'_>),
}

impl Supervision<'_> {
    fn until_the_end(&self, missed: &[Arrival]) -> Result<Status> {
        // What came before the job existed reached this process only, be it from the terminal: pass all of it on.
        for arrival in missed {
            self.react(*arrival, true)?;
        }
        loop {
            let arrival = self.signals.next().map_err(Error::system("waiting for signals"))?;
            if arrival.signal == signal::CHLD {
                let ended = self.child.ended().map_err(Error::system("waiting for the command"))?;
                if let Some(status) = ended {
                    return Ok(status);
                }
            } else {
                self.react(arrival, !self.child.shares_group())?;
            }
        }
    }

    fn react(&self, arrival: Arrival, misses_terminal: bool) -> Result<()> {
        if is_for_job(arrival, misses_terminal) {
            self.forward(arrival.signal);
        }
        if arrival.signal == signal::TSTP {
            self.signals.stop(arrival.signal).map_err(Error::system("stopping"))?;
        }
        Ok(())
    }

    /// A job that may not be signalled (it runs as another user now) is none of withlock's business: say so, go on.
    fn forward(&self, signal: Signal) {
        match self.child.signal(signal) {
            Ok(()) => (self.listener)(&Event::Forwarded { signal }),
            Err(error) => {
                let error = Error::System { step: "passing a signal on to the command", error };
                (self.listener)(&Event::Odd(Oddity::Signal(&error)));
            }
        }
    }
}

/// Whether the job must be told. What the terminal sends, it has already, unless it was not there yet, or has moved to a
/// process group of its own; some signals speak of the process that gets them.
fn is_for_job(Arrival { signal, sender }: Arrival, misses_terminal: bool) -> bool {
    match signal {
        signal::INT | signal::QUIT | signal::TSTP => sender == Sender::Process || misses_terminal,
        signal::PIPE | signal::XCPU | signal::XFSZ => false,
        signal::WINCH | signal::URG | signal::IO => sender == Sender::Process,
        _ => true,
    }
}

/// Whether a program's name is more likely a command line for a shell.
fn looks_like_shell(program: &OsStr) -> bool {
    program.as_bytes().iter().any(|byte| b" \t\n;&|<>()$`\\\"'*?[]#~{}=".contains(byte))
}

impl From<Status> for crate::exit::Ending {
    fn from(status: Status) -> Self {
        match status {
            Status::Exited(code) => Self::Code(code),
            Status::Signaled(signal) => Self::Signal(signal),
        }
    }
}

/// The shell that runs a command string: `$SHELL`, or else /bin/sh.
#[must_use]
pub fn shell() -> OsString {
    let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
    shell.filter(|shell| !runs_nothing(shell)).unwrap_or_else(|| "/bin/sh".into())
}

/// `$SHELL`, if it is one that runs no command, so that [`shell`] takes another one.
#[must_use]
pub fn passed_over_shell() -> Option<OsString> {
    std::env::var_os("SHELL").filter(|shell| runs_nothing(shell))
}

/// Whether this is what stands for the shell of an account that nobody logs in to. `nologin` and `false` exit with status
/// 1, which means busy; `true` would report success.
fn runs_nothing(shell: &OsStr) -> bool {
    let name = Path::new(shell).file_name();
    name.is_some_and(|name| name == "nologin" || name == "false" || name == "true")
}
