//! Holds a lock while a command runs, so that it never runs twice at once.
//!
//! This page is the protocol; the code cites its steps by number, as `[5]`. What differs between systems is in the
//! crate `withlock-platform`; here, there is one Unix.
//!
//! # What it means to hold the lock
//!
//! A run holds the lock **iff** it holds the kernel's lock on an open file **and** the path still names that very file.
//!
//! The second half makes it possible to remove the file at the end. A contender may have opened the file just before it was
//! removed, and then gets the kernel's lock on a file that nobody else will ever open again. Without the second half, it
//! would run beside whoever creates the next one.
//!
//! # Acquire
//!
//! 1. Walk the path from `/` (for a relative path: up from the working directory to `/`, then down), component by
//!    component, each relative to the open directory before it, and judge each one ([`trust`]). Refuse an unsafe one.
//! 2. Look at the name. A regular file: open it, following no link. A link: walk on to its target. Nothing there: create
//!    it exclusively, empty, with the mode of a file that is begun, 0700. If it has gone, or appeared, in the meantime, start
//!    again. Refuse anything else without opening it.
//!    If somebody has a lease on the file (Linux, fcntl(2)), such as a file server for a client that keeps it to itself, it
//!    is busy. The kernel has told that process to give it up; a run that is willing to wait sleeps until it has, and starts
//!    again.
//! 3. Judge the open file by its descriptor: a regular file, with a name left.
//! 4. Try the lock. If it is busy and this run is willing to wait: announce the wait, and sleep in the kernel, until
//!    granted, or until the deadline or a signal interrupts; then take the announcement back. If interrupted, try once
//!    more; the result of that try counts.
//! 5. Compare, whatever the result was: does the path name this very file (device and inode)? If it does not, close
//!    the file (if granted, after steps 7 to 10) and start again at step 1. A result for another file means nothing: a
//!    "granted" holds nothing, and a "busy" is about somebody who does not hold the lock either.
//! 6. Write who holds the lock, if the file is withlock's own ([`holder::record`]), and make its mode 0600. This is for people
//!    only; the lock does not depend on it. Nobody writes earlier: whoever has created a file may be slow, and another run,
//!    or its job, may have written into it in the meantime.
//!    Nor later, when the job has started: that would save a run some 30 us, but a job whose first act is to ask for the
//!    same lock learns from the record that it would wait for itself ([`holder::nested`]). Had it not been written yet, the
//!    two would wait for each other.
//!
//! # Release
//!
//! After the job's main process has exited, and while the lock is still held:
//!
//! 7. A shared holder goes to 9 at once; step 10 finds out which of them is the last one. It does not convert its lock into
//!    an exclusive one: a refused conversion may lose the lock it began with (flock(2), NOTES), and where the lock is a pair
//!    of two, two holders with one half each would refuse each other, and both leave.
//! 8. Compare again, in the directory that step 1 has led to: does the name stand for this very file? Is it, judged afresh,
//!    withlock's own? Does nobody announce a wait? Then remove the name. If somebody waits, leave the file: the next one
//!    takes it over as it is.
//! 9. Unlock, explicitly, and close. Explicitly, because whatever the job has left behind may have the descriptor: unlocking
//!    is for all duplicates, closing for this one only.
//! 10. If the file was left to a waiter or to other shared holders, look again before closing: does anybody announce a
//!     wait? If nobody does, try the exclusive lock once, without waiting. Granted: go to 8. Refused: somebody has it, and
//!     will get here.
//!
//! After the job's main process has died of a signal, or has ended in whatever way once its limit was over
//! ([`job::Limit`]), where the job has inherited the lock:
//!
//! 11. Close, and do not unlock. Then open what stands at the name, as a stranger would, and try the exclusive lock.
//!     Granted: nothing is left that has the descriptor; go to 8. Refused: somebody has the lock, either what the job has
//!     left running or another run; try again a few times, for an eighth of a second in all, and then leave the file.
//!
//! Where the run becomes its job (`--no-fork`), nobody is left to do any of that:
//!
//! 12. Execute the program in this process, with a duplicate of the descriptor. If that fails, go to 7. Otherwise the lock
//!     ends when the last process has closed the descriptor, and the file stays, with the holder's record in it.
//!
//! A run that gives up because of a signal does not keep the lock: if the last try of step 4 was granted, go to 7 at once.
//! This run may have created the file, and may be the last to know of it.
//!
//! A run without the kernel's lock removes nothing, not even what it has created.
//!
//! # Announcing
//!
//! On a local file system of Linux, a waiter announces its wait by a read lock on one byte behind all that is locked, and a
//! holder tries a write lock on it, without waiting: if granted, nobody waits, and nobody can announce a wait before the unlock.
//! So a queue of waiters is handed one file, in the order of the kernel's queue, and each hand-over wakes one of them.
//! Elsewhere nobody announces anything and the name is always removed: every waiter wakes up, finds the name gone, and starts
//! again. An announcement that is missed costs no more than that: nothing here relies on it to exclude anybody.
//!
//! # Whose file it is
//!
//! A file is withlock's own if it contains what withlock writes, and nothing else ([`holder::form`]): a line, or the
//! beginning of one that was cut off, as far as the signature at least; or less than that, down to nothing, if the mode is
//! 0700 (its creator has not written to it yet, could not, or was killed before it could). The effective user owns it, nobody
//! else may write to it, and it has one name. Any other file is locked, and left exactly as it was: tools that do not compare
//! (flock(1), lckdo, setlock) may be waiting for that very file, and would run beside the next holder if its name went away.
//!
//! Whoever holds the lock judges that each time before it writes or removes. Once a job has run, it no longer matters whether
//! this run has created the file: the job may have put its result there (`withlock out.tar tar cf out.tar DIR`). A file that
//! a job has emptied has mode 0600, so it is not one that is begun. (On a file system without modes, such as FAT, the creator
//! of an empty file takes it for its own once, in step 6.)
//!
//! # What a job leaves running
//!
//! A job that exits has said that it is done: what it leaves running is a daemon, and holds nothing. A job that dies of a
//! signal has said nothing, and nobody can tell a daemon from the half of a job that is still at work: a shell dies of
//! SIGTERM, and its `rsync` goes on. So what is left keeps the lock through the descriptor that it has inherited, as after a
//! SIGKILL of withlock, and as with flock(1).
//!
//! A job whose limit is over was cut off, also where it has caught the signal and exits: what it leaves running keeps the lock
//! as well.
//!
//! Why step 11 tries several times: a signal to a whole process group, as ^C and service managers send it, ends job and
//! descendants together, but not in the same instant. Of 100 such ends of a pipeline, the first try came too early in 60 to
//! 90, idle or under load, and each time the file would have stayed. Within 60 ms all of them were dead. Between its tries
//! the run holds nothing and announces nothing, and a refused try changes nothing, so the tries delay nobody else. They delay
//! this run's own end, by an eighth of a second at most, and only where somebody else has the lock and has not yet written
//! who it is. The run does not sleep in the kernel's queue, as a waiter would, because it would have to let signals in for
//! that, and a pending one would end it with another status than the job's.
//!
//! If what is left outlives that, the file stays along with the lock, and the message about it says so. Nobody is there to
//! remove the file when the lock ends; the next run does.
//!
//! # Becoming the job
//!
//! A run that has become its job (step 12) is, for all others, one that was killed in the moment in which its job started: the
//! kernel's lock lives in the descriptor that the job has, the file stays, and nobody goes through steps 7 to 11. It has not
//! closed the queue either (step 8), so waiters can announce themselves all the while. When the last descriptor is closed, the
//! first of them is granted the lock, finds the file at the path, takes it over as it is, and removes it if nobody waits
//! behind it. If nobody waits, the file stays, as withlock's own: the next run takes it over. So it is with one that gives up
//! while such a job runs: its last try is refused, and there is nothing that it could remove.
//!
//! What a job leaves running keeps the lock here, however it ends: there is nobody to unlock explicitly. A signal that is
//! pending when the caller's mask is restored acts before or after the exec, as if there were no withlock; if it ends the
//! process before, that is a kill like any other.
//!
//! Where the lock is owned by the process (fcntl, lockf), such a run is refused before it waits. The lock would survive the
//! exec (POSIX.1, exec), but not the first close of any descriptor of that file in the job's process (fcntl(2)), nor a job
//! that goes into the background: it would be lost, and nobody told.
//!
//! # Why there is never a second holder
//!
//! Let A have compared successfully (step 5) at the path's file f, and not have begun its release (step 7). Suppose that B
//! compares successfully in the meantime, at a file g.
//!
//! - g is f: both hold the kernel's lock on one file. For conflicting modes the kernel rules that out.
//! - g is not f: then the name has stood for f and now stands for g, so somebody has removed or replaced it. Step 1 rules
//!   out strangers. Withlock removes a name only in step 8: while it holds the kernel's *exclusive* lock on the file that the
//!   name stands for, and has compared under that lock. But A has a lock on f. And withlock creates a name only where there
//!   is none (step 2). So it was neither.
//!
//! What is left is that root or the user removes the file by hand under a running job, or leads its path elsewhere. At the
//! job's end the run that has lost its path says so.
//!
//! If A dies of SIGKILL: where the lock is owned by the open file description, the job has inherited the descriptor, so the
//! kernel's lock stays, and with it all of the above, until the job ends. Where the lock is owned by the process (fcntl,
//! lockf), it ends with A: those backends are the default only where there is nothing better.
//!
//! If A's job dies of a signal, or its limit is over: step 11 unlocks nothing that A had locked, so the same is true until the
//! last process ends that has inherited the descriptor. What A then does to the name, it does like any run that has been
//! granted the exclusive lock and has compared.
//!
//! # Why nobody waits for ever, and no file stays
//!
//! Unlocking wakes the waiters of that file; each compares, and goes to 1 if its file has lost its name. A deadline or a
//! signal that comes between the test and the sleep is not lost, because the timer repeats.
//!
//! Whoever is granted the lock either runs and releases, or has found that the path does not name the file. In that case the
//! name may have been removed; or the path leads elsewhere, by a link that was switched or a directory that was renamed,
//! and the file still has its name, where nobody will look any more. So the name is removed as after a job, in the directory
//! that is held open, whoever has created it.
//!
//! A holder that leaves the file to a waiter unlocks it, and then looks again (step 10); the waiter, giving up, takes its
//! announcement back and then tries the lock (step 4). Whichever of the two comes second sees what the other has done: if the
//! look finds no announcement, the holder tries the lock; if it finds one, the waiter's try comes after the unlock. Shared
//! holders that leave together have all unlocked before they try in step 10: the first one to try after the last has unlocked
//! is granted the lock, whatever the others were told.
//!
//! So when the last run has ended, somebody has removed the name. A run that was killed may leave the file, signed or begun,
//! and so may one that has become its job, or whose job was cut off (step 11) and has left something running; the next run
//! removes it.
//!
//! # Several holders
//!
//! Where N runs may hold the lock at once, it has N slots, and what those wait in who find them taken: places, if their number
//! is limited, and the head of the line. Each of these is a lock of its own in a file of its own ([`lock::Part`]), taken by
//! steps 1 to 6 and given up by steps 7 to 11. A run that does not wait tries the slots, and nothing else. One that does:
//!
//! 13. If places are limited, try the slots, in order. One is free: it is held, and no place is needed.
//! 14. If places are limited, try them, in order. None is free: so many wait already, and the lock is busy.
//! 15. If there are several slots, take the head, asleep if need be, as in step 4. When the time is over, try the slots once
//!     more; the result of that try counts.
//! 16. Take a slot: try the first one, and the others from any one on. None is free: a child a slot sleeps in the kernel for its lock, on the open file of
//!     this run, and this run until one of them was granted it, or the deadline or a signal interrupts; then it ends all of
//!     them. What was granted shows by trying each slot again. The first one that passes step 5 is held; what was granted
//!     besides is given up as after a job, by steps 7 to 10. (Where locks belong to the process, a child can't sleep for
//!     another one: the run looks every half second.)
//! 17. Holding a slot, or giving up, give up head and place.
//!
//! Why never more than N hold it: each holds another slot, and a run takes none above its own N. Runs that know of different
//! N share the lower slots, so there are no more holders than the largest N allows.
//!
//! Why nobody waits for ever while a slot is free: one run at a time is at the head, and it sleeps for all slots; a slot that
//! becomes free between the try and the sleep is granted to the child at once. Whoever is served, gives up or dies frees the
//! head, which wakes the next one. Nobody waits for a place.
//!
//! Why the order holds: the kernel keeps those who sleep for the head in their order, and only whoever has it waits for slots.
//! A newcomer that is limited in places, or does not wait, may find a slot free before the head has woken up: it has never
//! been in line.
//!
//! Why just so many wait: who sleeps has a place until it holds a slot. Places are tried one after the other, so a run is
//! refused where, at one moment, as many others waited or asked for a place as there are places.
//!
//! # How this is known
//!
//! The code of these steps reaches the system through one trait only. `tests/proof/` puts a simulated kernel behind that, and
//! goes through every order of events: two, three and four runs, exclusive and shared, waiting, giving up and not waiting,
//! killed at any moment (of four with two locks and a marker, only those that wait equally long); with two and three, also
//! jobs that die of a signal and leave something running, jobs that write into the file, and paths that lead elsewhere at any
//! moment. `tests/proof/line/` does so with steps 13 to 17, for two to five runs, where each slot, place and the head is one
//! thing that is locked at once. It would notice a mistake: a world that lies to this code makes it behave as if it had one,
//! and each of these leads to a broken promise (`tests/proof/mistaken.rs`, `line/mistakes.rs`). `tests/honesty/` shows that the
//! simulated kernel does what Linux does. SECURITY.md names the test of each promise.
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
mod file_lock;
pub mod holder;
pub mod job;
mod local;
pub mod lock;
mod name;
mod path;
mod place;
#[cfg(test)]
mod random;
pub mod trust;

pub use error::{Error, Result, Step};
pub use holder::identify::Holder;
pub use job::{Job, Limit, Outcome};
pub use local::outlook::Outlook;
pub use lock::{Asking, Attempt, Busy, Capacity, Irreplaceable, Policy, Wait};
pub use name::{Name, NotAName};
pub use path::replace::Replacement;
pub use path::{Checked, Held, LockPath};
pub use withlock_platform::backend::{Choice, Mode};
pub use withlock_platform::process::{Deadline, Signals, Status};
