//! What the protocol asks of the system, and nothing else. This machine is one; a simulated kernel that plays every
//! order of events is another.

use withlock_platform::backend::{Attempt, Mode, Wakeup};
use withlock_platform::evidence::Facts;
use withlock_platform::process::{Deadline, Signal};

use crate::error::Result;
use crate::event::Event;
use crate::holder::form::Form;
use crate::holder::identify::Holder;
use crate::holder::record::Record;

/// The system as the protocol sees it, for one lock path.
pub trait World {
    /// The directory that the lock file lies in, held open, and the name in it.
    type Place;
    /// An open lock file. It is closed by [`World::close`] only.
    type File;
    /// While it lives, blocking calls end at a deadline or when a signal interrupts the wait.
    type Waiting;
    /// What was seen of the holders at one moment.
    type Seen;

    /// Walks the path, judging every component, and looks what stands at its end: `None` is nothing.
    ///
    /// # Errors
    /// A component is unsafe, missing or unreadable.
    fn walk(&self) -> Result<(Self::Place, Option<Facts>)>;

    /// Opens the file at the place; `None` when it has gone, or became something that is not to be opened.
    ///
    /// # Errors
    /// The system refuses; [`crate::Error::Leased`] while somebody has a lease on the file.
    fn open(&self, place: &Self::Place, found: &Facts) -> Result<Option<Self::File>>;

    /// Sleeps until the lease on the file at the path has ended, or until interrupted. Granted is that it has ended, and
    /// nothing more.
    ///
    /// # Errors
    /// As [`World::walk`] and [`World::open`].
    fn outlast_lease(&self, waiting: &Self::Waiting) -> Result<Wakeup>;

    /// Creates the file at the place, with the mode of a file that is begun; `None` when there is one already.
    ///
    /// # Errors
    /// The system refuses.
    fn create(&self, place: &Self::Place) -> Result<Option<Self::File>>;

    /// Asks the open file who it is.
    ///
    /// # Errors
    /// The system refuses.
    fn facts(&self, file: &Self::File) -> Result<Facts>;

    /// The file that the path names now, links followed; `None` is none.
    ///
    /// # Errors
    /// The system refuses.
    fn named(&self) -> Result<Option<Facts>>;

    /// The file that the name in the place's directory stands for now, links not followed; `None` is none.
    ///
    /// # Errors
    /// The system refuses.
    fn entry(&self, place: &Self::Place) -> Result<Option<Facts>>;

    /// Whether the file was opened for writing, so that it may be changed and locked exclusively.
    fn may_change(&self, file: &Self::File) -> bool;

    /// What stands in the open file, as far as it can be withlock's; of a file that is empty by these facts, without a look.
    fn form(&self, file: &Self::File, facts: &Facts) -> Form;

    /// Writes who holds the lock, or that nobody does, into a file of withlock's own that holds something of this form, and
    /// gives one that was begun mode 0600. What can't be written is left out, or cut off: the file stays withlock's own.
    /// Returns whether all of it stands there now.
    fn record(&self, file: &Self::File, form: Form, holder: Option<&Record>) -> bool;

    /// Reads the holder's record. That of a file which is not withlock's own is not believed.
    fn holder(&self, file: &Self::File) -> Option<Record>;

    /// Who holds the lock, by this record and by what the system knows, or what was seen of that a moment ago. For people
    /// only.
    fn identify(
        &self,
        file: &Self::File,
        record: Option<Record>,
        seen: Option<Self::Seen>,
    ) -> Option<Holder>;

    /// Whether the holder of this file is an ancestor of this run, which waits for its end; and what was seen of the holders.
    fn is_held_by_ancestor(
        &self,
        file: &Self::File,
        facts: &Facts,
        record: Option<&Record>,
    ) -> (bool, Self::Seen);

    /// Tries to lock.
    ///
    /// # Errors
    /// Locking does not work there.
    fn try_lock(&self, file: &Self::File, mode: Mode) -> Result<Attempt>;

    /// Locks, asleep until granted or interrupted.
    ///
    /// # Errors
    /// Locking does not work there.
    fn lock(&self, file: &Self::File, mode: Mode, waiting: &Self::Waiting) -> Result<Wakeup>;

    /// Sleeps until one of these locks, or more, may have been granted to this run, or until interrupted: what is granted shows
    /// when it is tried for. Where no such sleep is possible, it lasts half a second.
    ///
    /// # Errors
    /// Locking does not work there.
    fn lock_any(
        files: &[(&Self, &Self::File)],
        mode: Mode,
        waiting: &Self::Waiting,
    ) -> Result<Wakeup>;

    /// Sleeps for half a second, or until interrupted. Granted is that it is time for another look.
    fn rest(&self, waiting: &Self::Waiting) -> Wakeup;

    /// Unlocks, for all duplicates of the descriptor.
    ///
    /// # Errors
    /// The system refuses.
    fn unlock(&self, file: &Self::File) -> Result<()>;

    /// Announces that this run waits, where that can be done.
    fn announce(&self, file: &Self::File);

    /// Takes the announcement back.
    fn withdraw(&self, file: &Self::File);

    /// Closes the queue until the lock is unlocked, if nobody waits: returns whether nobody does. Where waiters can't
    /// announce themselves, nobody does.
    fn close_queue(&self, file: &Self::File) -> bool;

    /// Whether nobody announces that it waits: a look that changes nothing.
    fn is_queue_empty(&self, file: &Self::File) -> bool;

    /// Pauses before a lock that was refused so often is tried for once more. False, and at once: that is to be no more, or
    /// another one than `last` has written its name into the file.
    fn pause(&self, file: &Self::File, last: &Record, tries: usize) -> bool;

    /// Removes the name.
    ///
    /// # Errors
    /// The system refuses.
    fn remove(&self, place: &Self::Place) -> Result<()>;

    /// Closes the file, which unlocks it if no duplicate is left.
    fn close(&self, file: Self::File);

    /// The open file, if whoever inherits it keeps the lock with it.
    fn inheritable<'f>(&self, file: &'f Self::File) -> Option<&'f std::fs::File>;

    /// From now on waiting can be interrupted: at the deadline, if there is one, and by signals.
    ///
    /// # Errors
    /// Timers or signals do not work.
    fn begin_waiting(&self, until: Option<Deadline>) -> Result<Self::Waiting>;

    /// Tells whoever listens what happens.
    fn tell(&self, event: &Event<'_>);

    /// Whether the deadline has passed.
    fn is_over(&self, waiting: &Self::Waiting) -> bool;

    /// The signal that has interrupted the wait so far, if one has.
    fn interrupted(&self, waiting: &Self::Waiting) -> Option<Signal>;

    /// Ends waiting: signals are held back again. Returns the signal that has interrupted the wait, be it at the last moment.
    fn end_waiting(&self, waiting: Self::Waiting) -> Option<Signal>;
}
