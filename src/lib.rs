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
//!    component, each relative to the open directory before it, and judge each one ([`place::trust`]). An unsafe one is refused.
//! 2. Look at the name. A regular file: open it, following no link. A link: walk on to its target. Nothing there: create
//!    it exclusively, empty, with the mode of a file that is begun, 0700. It is gone or there after all: start again.
//!    Anything else is refused without being opened.
//!    Somebody has a lease on it (Linux, fcntl(2)), such as a file server for a client that keeps the file to itself: it is
//!    busy. The kernel has told him to give it up; a run that is willing to wait sleeps until he has, and starts again.
//! 3. Judge the open file by its descriptor: a regular file, with a name left.
//! 4. Try the lock. If it is busy and this run is willing to wait: announce the wait, and sleep in the kernel, until
//!    granted, or until the deadline or a signal interrupts; then take the announcement back. Interrupted: try once more,
//!    and that is the answer.
//! 5. Compare, whatever the answer was: does the path name this very file (device and inode)? If it does not, close
//!    the file (granted: after steps 7 to 10) and start again at step 1. An answer about another file means nothing: a
//!    "granted" holds nothing, and a "busy" is about somebody who does not hold the lock either.
//! 6. Write who holds the lock, if the file is withlock's own ([`holder::record`]), and make its mode 0600. For people only; the
//!    lock does not depend on it. Nobody writes before: who has created a file may be slow, and another run, or its job,
//!    have written into it meanwhile.
//!
//! # Release
//!
//! After the job's main process has exited, and while the lock is still held:
//!
//! 7. A shared holder goes to 9 at once: which of them is the last one shows in 10. It does not convert its lock into an
//!    exclusive one: a refused conversion may lose the lock it began with (flock(2), NOTES), and where the lock is a pair
//!    of two, two holders with one half each would refuse each other, and both leave.
//! 8. Compare again, in the directory that step 1 has led to: does the name stand for this very file? Is it withlock's
//!    own, asked afresh? Does nobody announce that it waits? Then remove the name. If somebody waits, leave the file: the
//!    next one takes it over as it is.
//! 9. Unlock, explicitly, and close. Explicitly, because whatever the job has left behind may have the descriptor: the
//!    unlocking is for all duplicates, the closing for this one only.
//! 10. If the file was left to a waiter or to other shared holders, look again before closing: does anybody announce that
//!     it waits? If nobody does: try the exclusive lock once, without waiting; granted, go to 8. Refused: somebody has
//!     it, and will get here.
//!
//! After the job's main process has died of a signal, where the job has inherited the lock:
//!
//! 11. Close, and do not unlock. Then open what stands at the name, as a stranger would, and try the exclusive lock.
//!     Granted: nothing is left that has the descriptor; go to 8. Refused: somebody has the lock, what the job has left
//!     running or another run; try again a few times, for an eighth of a second in all, and then leave the file.
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
//! Withlock's own is a file in which stands what withlock writes, and nothing else ([`holder::form`]): a line, or the beginning of
//! one that was cut off, as far as the signature at least; or less than that, down to nothing, if the mode is 0700 (its
//! creator has not written to it yet, could not, or was killed before it could). The effective user owns it, nobody else may
//! write to it, and it has one name. Any other is locked, and left exactly as it was: tools that do not compare (flock(1),
//! lckdo, setlock) may be waiting for that very file, and would run beside the next holder if its name went away.
//!
//! That is asked by whoever holds the lock, each time before it writes or removes. That this run has created the file says
//! nothing any more once a job has run: it may have put its result there (`withlock out.tar tar cf out.tar DIR`). What a
//! job has emptied has mode 0600, and is not begun. (On a file system without modes, such as FAT, who has created an empty
//! file takes it for its own once, in step 6.)
//!
//! # What a job leaves running
//!
//! A job that exits has said that it is done: what it leaves running is a daemon, and holds nothing. A job that dies of a
//! signal has said nothing, and nobody can tell a daemon from the half of a job that is still at work: a shell dies of
//! SIGTERM, and its `rsync` goes on. So it keeps the lock through the descriptor that it has inherited, as after a SIGKILL of
//! withlock, and as with flock(1).
//!
//! The tries of step 11. A signal to a whole process group, as ^C and service managers send it, ends job and descendants
//! together, but not in the same instant: of 100 such ends of a pipeline, the first try came too early in 60 to 90, idle or
//! under load, and each time the file would have stayed. Within 60 ms all of them were dead. Between its tries the run holds
//! nothing and announces nothing, and a try that is refused changes nothing, so nobody else is kept waiting by them; this
//! run's own end is, for an eighth of a second at most, and only where somebody else has the lock and has not written yet
//! who it is. It does not sleep in the kernel's queue, as a waiter would, because for that it had to let signals in: one that
//! is pending would end it with another status than the job's.
//!
//! If what is left outlives that, its file stays with its lock, and says so to whoever looks; nobody is there to remove it
//! when the lock ends, but the next run does.
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
//! What is left is root or the user removing the file by hand under a running job, or leading its path elsewhere. At the
//! job's end the run that has lost its path says so.
//!
//! A dies by SIGKILL: where the lock is owned by the open file description, the job has inherited the descriptor, so the
//! kernel's lock stays, and with it every line above, until the job ends. Where the lock is owned by the process (fcntl,
//! lockf), it ends with A: those backends are the default only where there is nothing better.
//!
//! A's job dies of a signal: step 11 unlocks nothing that A had locked, so the same is true until the last one ends that has
//! inherited the descriptor. What A then does to the name it does as any run that has been granted the exclusive lock and
//! has compared.
//!
//! # Why nobody waits for ever, and no file stays
//!
//! Unlocking wakes the waiters of that file; each compares, and goes to 1 if its file has lost its name. A deadline or a
//! signal that comes between the test and the sleep is not lost, because the timer repeats.
//!
//! Whoever is granted the lock either runs and releases, or has found that the path does not name the file. In that case the
//! name may have been removed; or the path leads elsewhere, by a link that was switched or a directory that was renamed,
//! and the file has its name still, where nobody will come any more. So it is cleared as after a job, in the directory that
//! is held open, whoever has created it. A holder that leaves the file to a
//! waiter unlocks it, and then looks again (step 10); the waiter, giving up, takes its announcement back and then tries the
//! lock (step 4). Whichever comes second in this sees what the other has done: if the look finds no announcement, the
//! holder tries the lock; if it finds one, the waiter's try comes after the unlock. Of shared holders that leave
//! together, all have unlocked before they try in step 10: the first one to try after the last has unlocked is granted
//! the lock, whatever the others were told. So when the last run has ended,
//! somebody has removed the name. A run that was killed may leave the file, signed
//! or begun, and so may one whose job has died of a signal and left something running; the next run removes it.
//!
//! # How this is known
//!
//! The code of these steps reaches the system through one trait only. `tests/proof/` answers it from a simulated kernel,
//! and goes through every order of events: two, three and four runs, exclusive and shared, waiting, giving up and not
//! waiting, killed at any moment (of four with two locks and a marker, only those that are equally patient); of two and
//! three, also jobs that die of a signal and leave something running, jobs that write into the file, and paths that lead
//! elsewhere at any moment. It would notice a mistake: a world that lies to this code makes it behave as if it had one, and
//! each of these leads to a broken promise (`tests/proof/mistaken.rs`). `tests/honesty.rs` shows that the simulated kernel
//! does what Linux does.
//! SECURITY.md names the test of each promise.
//!
//! # As a library
//!
//! ```no_run
//! use withlock::{Attempt, LockPath, Policy};
//!
//! # fn main() -> withlock::Result<()> {
//! let checked = LockPath::new("/run/backup.lock").check(&Policy::default())?;
//! match checked.try_acquire()? {
//!     Attempt::Held(held) => {
//!         // Do what nobody else must do at the same time.
//!         held.release()?;
//!     }
//!     Attempt::Busy(busy) => println!("held by {:?}", busy.holder),
//!     Attempt::Interrupted(_) => {}
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Taking a lock and releasing it needs nothing else, and works in a program with threads. A wait with a limit
//! ([`Checked::acquire_with`]) and running a job ([`Held::run`]) need [`Signals`], which are held for the calling thread:
//! they are for a process, or at least a moment, of one thread. `examples/` has a program of each kind.
#![forbid(unsafe_code)]

pub mod cli;
mod error;
pub mod event;
pub mod holder;
pub mod job;
mod local;
pub mod lock;
mod path;
pub mod place;
#[cfg(test)]
mod random;

pub use error::{Error, Result, Step};
pub use holder::identify::Holder;
pub use job::Job;
pub use lock::{Asking, Attempt, Busy, Policy, Wait};
pub use path::{Checked, Held, LockPath};
pub use withlock_platform::backend::{Choice, Mode};
pub use withlock_platform::process::{Deadline, Signals, Status};
