//! What happens on the way, for whoever wants to know (`-v`).

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use withlock_platform::process::{Deadline, Status};

use crate::error::Error;
use crate::holder::identify::Holder;
use crate::trust::{Reason, Verdict};

/// Who is told what happens.
///
/// ```
/// use std::sync::Mutex;
/// use withlock::Policy;
/// use withlock::event::{Event, Listener};
///
/// let told = Mutex::new(Vec::new());
/// let note = |event: &Event<'_>| {
///     if let Ok(mut told) = told.lock() {
///         told.push(format!("{event:?}"));
///     }
/// };
/// let policy = Policy { listener: Listener::new(&note), ..Policy::default() };
/// policy.listener.tell(&Event::Created);
/// drop(policy);
/// assert_eq!(told.into_inner().unwrap_or_default(), ["Created"]);
/// ```
#[derive(Clone, Copy)]
pub struct Listener<'a>(&'a (dyn Fn(&Event<'_>) + Sync));

impl<'a> Listener<'a> {
    /// Tells this function. It is called by the thread that takes, holds or releases the lock, and holds that up.
    #[must_use]
    pub fn new(function: &'a (dyn Fn(&Event<'_>) + Sync)) -> Self {
        Self(function)
    }

    /// Tells of an event.
    pub fn tell(self, event: &Event<'_>) {
        (self.0)(event);
    }
}

impl Default for Listener<'_> {
    /// Nobody.
    fn default() -> Self {
        Self(&|_| {})
    }
}

impl std::fmt::Debug for Listener<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

/// Something that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// `$SHELL` runs no command, and `/bin/sh` takes its place.
    PassedOver {
        /// What `$SHELL` is.
        shell: &'a Path,
    },
    /// A directory on the path was judged. One that would be refused is used all the same with `--insecure`.
    Judged {
        /// The directory or link.
        at: &'a Path,
        /// The verdict.
        verdict: Verdict,
    },
    /// A directory for locks with a name was missing, and was made.
    DirectoryCreated {
        /// The directory.
        at: &'a Path,
    },
    /// The lock file lies on this file system, and will be locked by this backend.
    Chosen {
        /// The lock file.
        path: &'a Path,
        /// The file system's type.
        file_system: &'a str,
        /// The backend's name.
        backend: &'a str,
        /// Waiters can announce themselves, so that the file is handed to them in order instead of being removed.
        in_order: bool,
    },
    /// The lock file was created.
    Created,
    /// The file that was locked is no longer the one at the path: once more.
    Again,
    /// Somebody has a lease on the lock file; this run waits until it has ended.
    Leased,
    /// The lock is busy; this run waits, until the deadline or without limit.
    Waiting {
        /// The lock file.
        path: &'a Path,
        /// The deadline.
        until: Option<Deadline>,
        /// The holder, if it is known.
        holder: Option<&'a Holder>,
    },
    /// Others wait for one of the lock's slots already: this run stands in line behind them, until the deadline or without
    /// limit.
    Queued {
        /// The lock file of slot 1.
        path: &'a Path,
        /// The deadline.
        until: Option<Deadline>,
    },
    /// The run that holds the lock is told to end, so that this one takes its place.
    Replacing {
        /// Its process id.
        pid: u32,
        /// What it is sent.
        signal: i32,
    },
    /// It did not end in time: its command is killed, and what that has started.
    KillingHolder {
        /// Its process id.
        pid: u32,
    },
    /// The lock is held.
    Acquired {
        /// The file is withlock's own.
        own: bool,
        /// The lock file.
        path: &'a Path,
        /// Which of the lock's slots it is, from 1 on.
        slot: u16,
    },
    /// The job was started.
    Started {
        /// Its process id.
        pid: u32,
    },
    /// This process is about to become the job, and to leave the lock to it.
    Executing {
        /// Its process id.
        pid: u32,
    },
    /// The job has ended.
    Ended {
        /// How.
        status: Status,
        /// It had run for longer than its limit, and was to end.
        too_long: bool,
    },
    /// A signal was passed on to the job.
    Forwarded {
        /// The signal's number.
        signal: i32,
    },
    /// The job has run for longer than its limit, and was sent a signal; once it has ended, [`Warning::TooLong`] says so again.
    Overdue {
        /// The signal's number.
        signal: i32,
    },
    /// The lock is free, and the file removed.
    Removed,
    /// The lock is free, and the file was left.
    Left {
        /// Why.
        why: Kept,
    },
    /// Something is not as it should be, but the run goes on.
    Warning(Warning<'a>),
}

/// Why a lock file was left in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The user asked for it.
    Asked,
    /// It is not withlock's own, or something else stands in it.
    Foreign,
    /// The name stands for another file now, or for none.
    Replaced,
    /// Other shared holders still need it.
    Shared,
    /// Others wait for it: the next one takes it over.
    Awaited,
    /// The job died of a signal, or was told to end by its limit, and somebody has the lock: what the job has left running, or the next run.
    Held,
}

/// What has become of the lock file's path while the job ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It leads to no file.
    Gone,
    /// It leads to another file.
    Replaced,
}

/// Something that is not as it should be, but does not stop the run.
#[derive(Debug)]
pub enum Warning<'a> {
    /// A place that would be refused, and that is used because of `--insecure`; or one that can't be judged.
    Place {
        /// The directory or link.
        at: &'a Path,
        /// What is wrong or unknown.
        reason: Reason,
    },
    /// The lock file's setgid bit would make locks mandatory on some systems.
    SetgidFile {
        /// The lock file.
        path: &'a Path,
    },
    /// A signal could not be passed on to the job.
    Signal(&'a Error),
    /// While the job ran, the path did not name the locked file all the time: another run may have run beside it.
    Lost {
        /// The lock file.
        path: &'a Path,
        /// What the path leads to now.
        loss: Loss,
    },
    /// The job ran for longer than its limit, and has been told to end. It has ended.
    TooLong {
        /// The lock file.
        path: &'a Path,
        /// The job's program.
        program: &'a OsStr,
        /// Its arguments.
        arguments: &'a [OsString],
        /// How long it was to run at most.
        limit: Duration,
        /// The signals that it was sent, in this order; none could be sent to a job that runs as another user.
        sent: &'a [i32],
        /// How long after the first one the second one was sent, if there are two.
        kill_after: Option<Duration>,
    },
    /// After the job had ended, the lock could not be released in order; it ends with this process.
    Release(&'a Error),
}
