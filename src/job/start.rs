//! The job: started under the lock, supervised, and its outcome.

use std::ffi::OsString;
use std::fs::File;
use std::io;

use withlock_platform::backend::Ownership;
use withlock_platform::process::{Arrival, Child, Command, Signals, StartError, Status, signal};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Loss, Warning};
use crate::holder::nested;
use crate::job::supervision::Supervision;
use crate::local::system::System;
use crate::lock::held::{Afterwards, Held};
use crate::lock::world::World;

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
        let (signals, listener) = (self.world.signals(), self.world.listener());
        let start = |held: &Self| {
            // Taken now, not when the job runs: what the terminal sends from then on, the job has as well, and must not
            // get twice. Between the two it is missed, for some microseconds.
            let missed = take_all(signals)?;
            let child = held.start(job, signals)?;
            listener(&Event::Started { pid: child.pid() });
            Ok((child, missed))
        };
        let adopts = self.world.adopts();
        let path = self.terms.path.clone();
        let finish = |held: &Self, (child, missed): (Child, Vec<Arrival>)| {
            let supervision = Supervision::new(&child, signals, listener, adopts);
            let status = supervision.until_the_end(&missed)?;
            Ok(((status, held.loss()), held.afterwards(status, job)))
        };
        let (status, loss) = self.hold_during(start, finish)?;
        // Said after the release: who reads it, and when, is no business of the lock's.
        listener(&Event::Ended { status });
        if let Some(loss) = loss {
            listener(&Event::Warning(Warning::Lost { path: &path, loss }));
        }
        Ok(status)
    }

    /// A job that died of a signal has not ended what it has started, and that may still be at work.
    fn afterwards(&self, status: Status, job: &Job) -> Afterwards {
        match status {
            Status::Signaled(_) if self.inherited_by(job).is_some() => {
                Afterwards::LeaveToDescendants
            }
            _ => Afterwards::Release,
        }
    }

    /// The lock's file, if the job inherits the lock with it.
    fn inherited_by(&self, job: &Job) -> Option<&File> {
        let file = &self.candidate().filter(|_| job.inherits_lock)?.file;
        (file.backend.ownership() == Ownership::Description).then_some(&file.file)
    }

    /// Whether the path has ceased to name the locked file.
    fn loss(&self) -> Option<Loss> {
        let locked = self.candidate()?.facts.identity;
        match self.world.named() {
            Ok(Some(facts)) if facts.identity == locked => None,
            Ok(Some(_)) => Some(Loss::Replaced),
            Ok(None) => Some(Loss::Gone),
            Err(Error::Open { error, .. }) if error.kind() == io::ErrorKind::NotADirectory => {
                Some(Loss::Gone)
            }
            // Where it can't be seen, nobody else may see more.
            Err(_) => None,
        }
    }

    fn start(&self, job: &Job, signals: &Signals) -> Result<Child> {
        let lock = self.candidate();
        let inherits = self.inherited_by(job);
        let path =
            std::path::absolute(&self.terms.path).unwrap_or_else(|_| self.terms.path.clone());
        let mut environment = vec![
            ("WITHLOCK_LOCKFILE", path.into_os_string()),
            ("WITHLOCK_PID", std::process::id().to_string().into()),
        ];
        if let Some(lock) = lock {
            let entry = nested::Entry {
                identity: lock.facts.identity,
                pid: self.record.pid,
                mode: self.terms.mode,
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
        command.start(signals).map_err(|error| match error {
            StartError::Process(error) => Error::System { step: Step::StartCommand, error },
            StartError::Program(error) => Error::Start {
                program: job.program.clone(),
                has_arguments: !job.arguments.is_empty(),
                error,
            },
        })
    }
}

/// The signals that have come so far; news of children who are none of ours left out.
fn take_all(signals: &Signals) -> Result<Vec<Arrival>> {
    let mut taken = Vec::new();
    while signals.pending().map_err(Error::system(Step::CheckSignals))? {
        let arrival = signals.next().map_err(Error::system(Step::WaitForSignals))?;
        if arrival.signal != signal::CHLD {
            taken.push(arrival);
        }
    }
    Ok(taken)
}
