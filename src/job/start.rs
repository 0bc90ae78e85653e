//! The job: started under the lock, supervised, and its outcome.

use std::ffi::OsString;
use std::fs::File;

use withlock_platform::process::{Arrival, Child, Command, Signals, StartError, Status, signal};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Listener, Warning};
use crate::job::limit::{Countdown, Limit};
use crate::job::supervision::{End, Supervision};
use crate::lock::{Afterwards, Guard, hold_during};

/// What to run under the lock.
#[derive(Clone, Debug)]
pub struct Job {
    /// The program, looked up in PATH if it has no slash.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Whether the job gets the lock's descriptor, so that the lock outlives a killed wrapper.
    pub inherits_lock: bool,
    /// While the job runs, wait for every child of this process that ends, as process 1 or a subreaper has to: for a
    /// process that has no other children whose end somebody wants to know.
    pub adopts: bool,
    /// How long it may run; `None` is without limit.
    pub limit: Option<Limit>,
}

/// How a job has ended.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
/// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
/// # let lock = place.join("lock");
/// use std::time::Duration;
/// use withlock::{Attempt, Job, Limit, LockPath, Outcome, Policy, Signals, Status};
///
/// let signals = Signals::hold()?;
/// let limit = Some(Limit { signal: 9, ..Limit::of(Duration::from_millis(10)) });
/// let job = Job { limit, ..Job::new("sleep", ["1000"]) };
/// if let Attempt::Held(held) = LockPath::new(&lock).check(&Policy::default())?.try_acquire()? {
///     let killed = Outcome { status: Status::Signaled(9), too_long: true };
///     assert_eq!(held.run(&job, &signals)?, killed);
/// }
/// # std::fs::remove_dir(&place)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit status, or the signal that it died of.
    pub status: Status,
    /// It had run for longer than its [`Limit`], and was told to end; it may have exited all the same as if it had not been.
    pub too_long: bool,
}

impl Job {
    /// A program with its arguments, which inherits the lock.
    pub fn new<W: Into<OsString>>(
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = W>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        let program = program.into();
        Self { program, arguments, inherits_lock: true, adopts: false, limit: None }
    }
}

/// Runs a job under a lock, waits for its end, and gives the lock up.
///
/// The lock is not given up before the job's main process has ended, whatever signal arrives. Signals are held back for
/// the calling thread and passed on to the job, so this is for a process of one thread, or at least a moment of one.
///
/// # Errors
/// [`Error::Start`] when the program can't be started, [`Error::System`] when it can't be waited for. That the lock could
/// not be released in order is told to the listener, and does not change the outcome.
///
/// A lock is whatever keeps others from it, such as one that a service keeps:
///
/// ```
/// use std::ffi::OsString;
/// use std::fs::File;
/// use std::path::Path;
///
/// use withlock::event::{Listener, Loss};
/// use withlock::lock::{Afterwards, Guard};
/// use withlock::{Job, Signals, Status, job};
///
/// struct Lease;
///
/// impl Guard for Lease {
///     fn inheritable(&self) -> Option<&File> {
///         None
///     }
///     fn path(&self) -> &Path {
///         Path::new("service:/backup")
///     }
///     fn variables(&self) -> Vec<(&'static str, OsString)> {
///         vec![("LEASE", "7".into())]
///     }
///     fn loss(&self) -> Option<Loss> {
///         None
///     }
///     fn end(self, _: Afterwards) {}
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let signals = Signals::hold()?;
/// let job = Job::new("sh", ["-c", "exit $LEASE"]);
/// let outcome = job::run(Lease, &job, &signals, Listener::default())?;
/// assert_eq!(outcome.status, Status::Exited(7));
/// # Ok(())
/// # }
/// ```
pub fn run<G: Guard>(
    lock: G,
    job: &Job,
    signals: &Signals,
    listener: Listener<'_>,
) -> Result<Outcome> {
    let path = lock.path().to_path_buf();
    let start = |lock: &G| {
        // Taken now, not when the job runs: what the terminal sends from then on, the job has as well, and must not get
        // twice. Between the two it is missed, for some microseconds.
        let missed = take_all(signals)?;
        let child = job.start(lock, signals)?;
        let countdown = Countdown::start(job.limit);
        listener.tell(&Event::Started { pid: child.pid() });
        Ok((child, countdown, missed))
    };
    let mut loss = None;
    let finish = |lock: &G, (child, countdown, missed): (Child, Countdown, Vec<Arrival>)| {
        let supervision = Supervision::new(&child, signals, lock, listener, job.adopts, countdown);
        let end = supervision.until_the_end(&missed)?;
        loss = lock.loss().filter(|_| end.loss.is_none());
        let afterwards = job.afterwards(lock, &end);
        Ok((end, afterwards))
    };
    let end = hold_during(lock, start, finish)?;
    // Said after the release: who reads it, and when, is no business of the lock's.
    let exceeded = end.countdown.exceeded();
    if let Some((limit, sent)) = exceeded {
        listener.tell(&Event::Warning(Warning::TooLong {
            path: &path,
            program: &job.program,
            arguments: &job.arguments,
            limit: limit.after,
            sent,
            kill_after: limit.kill_after,
        }));
    }
    let too_long = exceeded.is_some();
    listener.tell(&Event::Ended { status: end.status, too_long });
    if let Some(loss) = loss {
        listener.tell(&Event::Warning(Warning::Lost { path: &path, loss }));
    }
    Ok(Outcome { status: end.status, too_long })
}

/// Becomes the job, in this very process: the lock is left to it, and nobody supervises it. The job has the lock's
/// descriptor, whatever [`Job::inherits_lock`] says, and the lock ends when the last process has closed that; what is left
/// of it then, such as its file, is for the next one to clear away.
///
/// Returns only if that failed. The lock was given up in order then, and the signals are held back as before.
///
/// Other threads of this process end (execve(2)). Nobody is left to end the job: its [`Job::limit`] means nothing here.
///
/// # Errors
/// The error that is returned: [`Error::Start`] or [`Error::System`] when the program can't be executed,
/// [`Error::NotInheritable`] when the lock is none that the job would keep.
#[must_use]
pub fn exec<G: Guard>(lock: G, job: &Job, signals: &Signals, listener: Listener<'_>) -> Error {
    let error = match lock.inheritable() {
        Some(file) => {
            listener.tell(&Event::Executing { pid: std::process::id() });
            job.start_error(job.command(&lock.variables(), Some(file)).execute(signals))
        }
        None => Error::NotInheritable { path: lock.path().to_path_buf() },
    };
    lock.end(Afterwards::Release);
    error
}

impl Job {
    /// The lock's file, if the job inherits the lock with it.
    fn inherits<'l>(&self, lock: &'l impl Guard) -> Option<&'l File> {
        lock.inheritable().filter(|_| self.inherits_lock)
    }

    /// A job that died of a signal, or that exited because its time was over, has not said that it is done: what it has
    /// started may still be at work.
    fn afterwards(&self, lock: &impl Guard, end: &End) -> Afterwards {
        let is_cut_off = matches!(end.status, Status::Signaled(_)) || end.countdown.has_told();
        if is_cut_off && self.inherits(lock).is_some() {
            Afterwards::LeaveToDescendants
        } else {
            Afterwards::Release
        }
    }

    fn start(&self, lock: &impl Guard, signals: &Signals) -> Result<Child> {
        let variables = lock.variables();
        let command = self.command(&variables, self.inherits(lock));
        command.start(signals).map_err(|error| self.start_error(error))
    }

    fn command<'c>(
        &'c self,
        environment: &'c [(&'c str, OsString)],
        inherits: Option<&'c File>,
    ) -> Command<'c> {
        Command { program: &self.program, arguments: &self.arguments, environment, inherits }
    }

    fn start_error(&self, error: StartError) -> Error {
        match error {
            StartError::Process(error) => Error::System { step: Step::StartCommand, error },
            StartError::Program(error) => Error::Start {
                program: self.program.clone(),
                has_arguments: !self.arguments.is_empty(),
                error,
            },
        }
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
