//! Turns, for the threads of a process where its locks belong to the process (fcntl(2), lockf(3)): the kernel grants such a
//! lock to each thread, and takes it from all of them as soon as one closes the file.

use std::ffi::{OsStr, OsString};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use withlock_platform::evidence::Identity;

/// A name in a directory.
type Name = (Identity, OsString);

/// Who has a turn, and how many wait for one.
struct Turns {
    /// The lock files that this process holds or tries to lock.
    taken: Vec<Name>,
    waiting: usize,
}

static TURNS: Mutex<Turns> = Mutex::new(Turns { taken: Vec::new(), waiting: 0 });
static GIVEN_BACK: Condvar = Condvar::new();

/// The only attempt at one lock file in this process, or the only hold on it. Dropped, it is another one's turn.
#[derive(Debug)]
pub(crate) struct Turn(Name);

impl Turn {
    /// Takes the turn for the file of this name in this directory, and waits for it if that is wanted; `None` is that
    /// another thread has it.
    pub(super) fn take(directory: Identity, name: OsString, waits: bool) -> Option<Self> {
        let name = (directory, name);
        let mut turns = turns();
        while turns.taken.contains(&name) {
            if !waits {
                return None;
            }
            turns.waiting += 1;
            turns = GIVEN_BACK.wait(turns).unwrap_or_else(PoisonError::into_inner);
            turns.waiting -= 1;
        }
        turns.taken.push(name.clone());
        Some(Self(name))
    }

    /// Whether some thread has this turn.
    pub(super) fn is_taken(directory: Identity, name: &OsStr) -> bool {
        turns().taken.iter().any(|(known, taken)| *known == directory && taken == name)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = turns();
        turns.taken.retain(|name| *name != self.0);
        // A program of one thread makes no system call for this.
        if turns.waiting > 0 {
            GIVEN_BACK.notify_all();
        }
    }
}

/// What is kept here is whole even where a thread has panicked.
fn turns() -> MutexGuard<'static, Turns> {
    TURNS.lock().unwrap_or_else(PoisonError::into_inner)
}
