//! Turns, for the threads of a process where its locks belong to the process (fcntl(2), lockf(3)): the kernel grants such a
//! lock to each thread, and takes it from all of them as soon as one closes the file.

use std::ffi::OsString;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use withlock_platform::evidence::Identity;

/// A name in a directory.
type Name = (Identity, OsString);

/// The lock files that this process holds or tries to lock.
static TAKEN: Mutex<Vec<Name>> = Mutex::new(Vec::new());
static GIVEN_BACK: Condvar = Condvar::new();

/// The only attempt at one lock file in this process, or the only hold on it. Dropped, it is another one's turn.
#[derive(Debug)]
pub(crate) struct Turn(Name);

impl Turn {
    /// Takes the turn for the file of this name in this directory, and waits for it if that is wanted; `None` is that
    /// another thread has it.
    pub(super) fn take(directory: Identity, name: OsString, waits: bool) -> Option<Self> {
        let name = (directory, name);
        let mut taken = taken();
        while taken.contains(&name) {
            if !waits {
                return None;
            }
            taken = GIVEN_BACK.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        taken.push(name.clone());
        Some(Self(name))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        taken().retain(|name| *name != self.0);
        GIVEN_BACK.notify_all();
    }
}

/// A list of names is whole even where a thread has panicked.
fn taken() -> MutexGuard<'static, Vec<Name>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}
