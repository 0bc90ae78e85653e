//! Holds a lock while a command runs, so that it never runs twice at once.
//!
//! This page is the protocol; the code cites its steps by number, as `[5]`. What differs between systems is in the
//! crate `withlock-platform`; here, there is one Unix.
//!
//! # What it means to hold the lock
//!
//! A run holds the lock **iff** it holds the kernel's lock on an open file **and** the path still names that very file.
//!
//! The second half is what makes it possible to remove the file at the end. A contender may have opened the file just
//! before it was removed, and will be granted the kernel's lock on it: on a file that nobody else will ever meet again.
//! Without the second half, it would run beside whoever creates the next one.
//!
//! # Acquire
//!
//! 1. Walk the path from `/` (for a relative path: up from the working directory to `/`, then down), component by
//!    component, each relative to the open directory before it, and judge each one ([`trust`]). An unsafe one is refused.
//! 2. Look at the name. A regular file: open it, following no link. A link: walk on to its target. Nothing there: create
//!    it exclusively, mode 0700, write the signature into it at once ([`record`]), and make its mode 0600. It is gone or
//!    there after all: start again. Anything else is refused without being opened.
//!    Somebody has a lease on it (Linux, fcntl(2)), such as a file server for a client that keeps the file to itself: it is
//!    busy. The kernel has told him to give it up; a run that is willing to wait sleeps until he has, and starts again.
//! 3. Judge the open file by its descriptor: a regular file, with a name left.
//! 4. Try the lock. If it is busy and this run is willing to wait: announce the wait, and sleep in the kernel, until
//!    granted, or until the deadline or a signal interrupts; then take the announcement back. Interrupted: try once more,
//!    and that is the answer.
//! 5. Compare, whatever the answer was: does the path name this very file (device and inode)? If it does not, close
//!    the file (one that this run has created and locked: release it, steps 8 and 9) and start again at step 1. An answer
//!    about another file means nothing: a "granted" holds nothing, and a "busy" is about somebody who does not hold the
//!    lock either.
//! 6. Write who holds the lock, if the file is withlock's own. For people only; the lock does not depend on it.
//!
//! # Release
//!
//! After the job's main process has ended, and while the lock is still held:
//!
//! 7. A shared holder goes to 9 at once: which of them is the last one shows in 10. It does not convert its lock into an
//!    exclusive one: a refused conversion may lose the lock it began with (flock(2), NOTES), and where the lock is a pair
//!    of two, two holders with one half each would refuse each other, and both leave.
//! 8. Compare again: does the name stand for this very file? Is it withlock's own, asked afresh? Does nobody announce
//!    that it waits? Then remove the name. If somebody waits, leave the file: the next one takes it over as it is.
//! 9. Unlock, explicitly, and close. Explicitly, because whatever the job has left behind may have the descriptor: the
//!    unlocking is for all duplicates, the closing for this one only.
//! 10. If the file was left to a waiter or to other shared holders, look again before closing: does anybody announce that
//!     it waits? If nobody does: try the exclusive lock once, without waiting; granted, go to 8. Refused: somebody has
//!     it, and will get here.
//!
//! Giving up because of a signal is to be granted nothing: if the last try of step 4 was granted, go to 7 at once. This run
//! may have created the file, and may be the last to know of it.
//!
//! A run without the kernel's lock removes nothing, not even what it has created.
//!
//! # Announcing
//!
//! On a local file system of Linux, a waiter announces itself by a read lock on one byte behind all that is locked, and a
//! holder asks for a write lock on it, without waiting: granted, nobody waits, and nobody can announce before the unlock.
//! So a queue of waiters is handed one file, in the order of the kernel's queue, and each hand-over wakes one of them.
//! Elsewhere nobody announces and the name is always removed: every waiter wakes up, finds the name gone, and starts
//! again. An announcement that goes unheard costs just that: nothing here relies on it to exclude anybody.
//!
//! # Whose file it is
//!
//! Withlock's own is a file that this run has created, or that begins with the signature, or that is empty and of mode
//! 0700 (its creator has not signed it yet, could not, or was killed before it could); that the effective user owns,
//! and nobody else may write to; and that has one name. Any other is locked, and left exactly as it was: tools that do
//! not compare (flock(1), lckdo, setlock) may be waiting for that very file, and would run beside the next holder if its
//! name went away.
//!
//! # Why there is never a second holder
//!
//! Let A compare successfully (step 5) at the path's file f, and be before its release (step 7). Suppose that B
//! compares successfully meanwhile, at a file g.
//!
//! - g is f: both hold the kernel's lock on one file. For conflicting modes the kernel rules that out.
//! - g is not f: then the name has stood for f and now stands for g, so somebody has removed or replaced it. Strangers
//!   can't, by step 1. Withlock removes a name only at step 8: with the kernel's *exclusive* lock on the file that the
//!   name stands for, compared under that lock. But A has a lock on f. And withlock puts a name in place only where there is
//!   none (step 2). So it was neither.
//!
//! What is left is root or the user removing the file by hand under a running job.
//!
//! A dies by SIGKILL: where the lock is owned by the open file description, the job has inherited the descriptor, so the
//! kernel's lock stays, and with it every line above, until the job ends. Where the lock is owned by the process (fcntl,
//! lockf), it ends with A: those backends are the default only where there is nothing better.
//!
//! # Why nobody waits for ever, and no file stays
//!
//! Unlocking wakes the waiters of that file; each compares, and goes to 1 if its file has lost its name. A deadline or a
//! signal that comes between the test and the sleep is not lost, because the timer repeats.
//!
//! Whoever is granted the lock either runs and releases, or has found the name gone. A holder that leaves the file to a
//! waiter unlocks it, and then looks again (step 10); the waiter, giving up, takes its announcement back and then tries the
//! lock (step 4). Whichever comes second in this sees what the other has done: if the look finds no announcement, the
//! holder tries the lock; if it finds one, the waiter's try comes after the unlock. Of shared holders that leave
//! together, all have unlocked before they try in step 10: the first one to try after the last has unlocked is granted
//! the lock, whatever the others were told. So when the last run has ended,
//! somebody has removed the name. A run that was killed may leave the file, signed
//! or begun, and the next run removes it.
//!
//! # How this is known
//!
//! The code of these steps reaches the system through one trait only. `tests/proof/` answers it from a simulated kernel,
//! and goes through every order of events: two, three and four runs, exclusive and shared, waiting, giving up and not
//! waiting, killed at any moment (of four with two locks and a marker, only those that are equally patient). Mistakes made
//! on purpose show that it would notice; `tests/honesty.rs` shows that the simulated kernel does what Linux does.
//! SECURITY.md names the test of each promise.
//!
//! # As a library
//!
//! ```no_run
//! use withlock::{Attempt, Job, LockPath, Policy, Signals, Wait};
//!
//! # fn main() -> withlock::Result<()> {
//! let signals = Signals::hold().map_err(|error| withlock::Error::System { step: "holding signals", error })?;
//! let checked = LockPath::new("/run/backup.lock").check(&Policy::default(), &signals)?;
//! match checked.acquire(Wait::No)? {
//!     Attempt::Held(held) => {
//!         let job = Job { program: "rsync".into(), arguments: vec!["-a".into()], inherits_lock: true };
//!         let status = held.run(&job)?;
//!         println!("{status:?}");
//!     }
//!     Attempt::Busy(busy) => println!("held by {:?}", busy.holder),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Signals are held for the calling thread while [`Signals`] lives, so use this from a process, or at least a moment,
//! of one thread.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

use withlock_platform::process;

mod acquire;
mod answer;
pub mod cli;
mod error;
pub mod event;
pub mod exit;
mod held;
pub mod holder;
pub mod job;
mod kernel;
mod lockfile;
mod mistake;
pub mod nested;
#[cfg(test)]
#[path = "../tests/proof/mod.rs"]
mod proof;
#[cfg(test)]
#[path = "../tests/support/random.rs"]
mod random;
pub mod record;
mod relay;
pub mod report;
mod settings;
mod sight;
mod supervision;
mod system;
pub mod trust;
mod walk;

pub(crate) use mistake::mistaken;

pub use acquire::{Attempt, Busy, Wait};
pub use error::{Error, Result};
pub use holder::Holder;
pub use job::Job;
pub use settings::Policy;
pub use withlock_platform::backend::{Choice, Mode};
pub use withlock_platform::process::{Signals, Status};

/// The proof that this run holds the lock, on the real system.
pub type Held<'a> = held::Held<system::System<'a>>;

/// A path that may become a lock.
#[derive(Debug)]
pub struct LockPath {
    path: PathBuf,
}

/// A path whose every component has been judged.
#[derive(Debug)]
pub struct Checked<'a> {
    system: system::System<'a>,
    settings: settings::Settings,
}

impl LockPath {
    /// Names the lock file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Step 1: judges the path.
    ///
    /// # Errors
    /// [`Error`]: the place is unsafe or out of reach.
    pub fn check<'a>(&self, policy: &Policy, signals: &'a Signals) -> Result<Checked<'a>> {
        let settings = settings::Settings {
            path: self.path.clone(),
            trusted: trust::Trusted { user: process::effective_user() },
            mode: policy.mode,
            create: policy.create,
            keep: policy.keep,
            label: policy.label.clone(),
        };
        let system = system::System::new(settings.clone(), policy, signals);
        system.check()?;
        Ok(Checked { system, settings })
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<'a> Checked<'a> {
    /// Steps 2 to 6: takes the lock.
    ///
    /// # Errors
    /// [`Error`]; a lock that is held by somebody else is none.
    pub fn acquire(self, wait: Wait) -> Result<Attempt<Held<'a>>> {
        acquire::acquire(self.system, self.settings, wait)
    }
}
