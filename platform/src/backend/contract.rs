//! What every backend offers.

use std::fmt;
use std::fs::File;

use super::error::LockError;
use crate::lock::{Kind, Mode};

/// What a lock belongs to, and so when it ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The open file description: the lock lives until it is unlocked through any duplicate of the descriptor, or until
    /// the last duplicate is closed. A child that inherits the descriptor keeps the lock alive.
    Description,
    /// The process: the lock ends with the process, and when the process closes *any* descriptor of that file (POSIX.1,
    /// fcntl, F_SETLK). A child never has it.
    Process,
}

/// The answer to an attempt that does not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The lock is held now.
    Granted,
    /// Somebody else holds a conflicting lock.
    Busy,
}

/// The answer to a call that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wakeup {
    /// The lock is held now.
    Granted,
    /// A signal handler ran; the lock is not held.
    Interrupted,
}

/// One way of locking a whole file.
///
/// The conflict rules are the kernel's, see the table of this module. An attempt that ends with [`Attempt::Busy`],
/// [`Wakeup::Interrupted`] or an error leaves nothing locked that this call has locked. Converting a held lock to the
/// other mode is allowed; when it fails, the lock may be lost (flock(2), NOTES).
pub trait LockBackend: Sync + fmt::Debug {
    /// The name shown to people, as in the table of this module.
    fn name(&self) -> &'static str;

    /// What the lock belongs to.
    fn ownership(&self) -> Ownership;

    /// Whether a descriptor opened for reading only is enough for this mode, on a local file system.
    ///
    /// flock(2) does not ask how the file was opened; fcntl(2) wants reading for `F_RDLCK` and writing for `F_WRLCK`;
    /// lockf(3) wants writing.
    fn read_only_suffices(&self, mode: Mode) -> bool;

    /// Tries to lock, without waiting.
    ///
    /// # Errors
    /// [`LockError`], never for a lock that is merely held by somebody else.
    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError>;

    /// Locks, sleeping in the kernel until the lock is granted or a signal handler ran.
    ///
    /// # Errors
    /// [`LockError`]; of these, a deadlock is reported by process-owned locks only.
    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError>;

    /// Unlocks, for every duplicate of the descriptor.
    ///
    /// # Errors
    /// [`LockError::Failed`] when the system refuses.
    fn unlock(&self, file: &File) -> Result<(), LockError>;

    /// Whether a lock of this kind keeps this backend's locks out, on Linux: there alone, the system lists locks.
    fn meets(&self, kind: Kind) -> bool {
        kind != Kind::Flock
    }

    /// The queue of those who wait for this lock, where it can be told whether there is one.
    fn queue(&self) -> Option<&'static dyn Queue> {
        None
    }
}

/// Those who wait for a lock, told apart from those who hold it. Who waits announces it; a holder can then leave the
/// file to them instead of removing it.
///
/// None of this is needed to exclude: it saves the waiters from being woken for a file that has gone.
pub trait Queue: Sync + fmt::Debug {
    /// Announces that this open file description waits. It may go unheard, when a holder is closing the queue.
    ///
    /// # Errors
    /// [`LockError`]; the wait can go on unannounced.
    fn announce(&self, file: &File) -> Result<(), LockError>;

    /// Takes the announcement back.
    ///
    /// # Errors
    /// [`LockError`].
    fn withdraw(&self, file: &File) -> Result<(), LockError>;

    /// Closes the queue until the lock is unlocked, if nobody waits: returns whether that was so.
    ///
    /// # Errors
    /// [`LockError`].
    fn close(&self, file: &File) -> Result<bool, LockError>;

    /// Whether nobody waits: a look that changes nothing.
    ///
    /// # Errors
    /// [`LockError`].
    fn is_empty(&self, file: &File) -> Result<bool, LockError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_one_thread_took_can_be_released_by_another() {
        fn any_thread_may_use<T: Send + Sync>() {}
        any_thread_may_use::<&'static dyn LockBackend>();
        any_thread_may_use::<&'static dyn Queue>();
    }
}
