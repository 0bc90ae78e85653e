//! Turns, for the threads of a process where its locks belong to the process (fcntl(2), lockf(3)): the kernel grants such a
//! lock to each thread, and takes it from all of them as soon as one closes the file.

use std::ffi::OsString;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use withlock_platform::evidence::Identity;

/// A name in a directory.
type Name = (Identity, OsString);

/// Who has a turn, and how many wait for one.
struct Turns {
    /// The lock files that this process holds or tries to lock.
    taken: Vec<Name>,
    /// Those that it has a look at, each once for each look.
    looked_at: Vec<Name>,
    waiting: usize,
}

static TURNS: Mutex<Turns> =
    Mutex::new(Turns { taken: Vec::new(), looked_at: Vec::new(), waiting: 0 });
static GIVEN_BACK: Condvar = Condvar::new();

impl Turns {
    fn tell(&self) {
        // A program of one thread makes no system call for this.
        if self.waiting > 0 {
            GIVEN_BACK.notify_all();
        }
    }
}

/// The only attempt at one lock file in this process, or the only hold on it. Dropped, it is another one's turn.
#[derive(Debug)]
pub(crate) struct Turn(Name);

impl Turn {
    /// Takes the turn for the file of this name in this directory, and waits for it if that is wanted; `None` is that
    /// another thread has it.
    pub(super) fn take(directory: Identity, name: OsString, waits: bool) -> Option<Self> {
        let name = (directory, name);
        let mut turns = turns();
        // A look is no reason to be refused: it is over in a moment.
        while turns.looked_at.contains(&name) || turns.taken.contains(&name) {
            if !waits && turns.taken.contains(&name) {
                return None;
            }
            turns.waiting += 1;
            turns = GIVEN_BACK.wait(turns).unwrap_or_else(PoisonError::into_inner);
            turns.waiting -= 1;
        }
        turns.taken.push(name.clone());
        Some(Self(name))
    }
}

/// A look at a lock file, which closes it: until it is over, nobody in this process can take the turn.
#[derive(Debug)]
pub(super) struct Glance(Name);

impl Glance {
    /// `None` is that somebody has the turn, and would lose the lock.
    pub(super) fn begin(directory: Identity, name: OsString) -> Option<Self> {
        let name = (directory, name);
        let mut turns = turns();
        if turns.taken.contains(&name) {
            return None;
        }
        turns.looked_at.push(name.clone());
        Some(Self(name))
    }
}

impl Drop for Glance {
    fn drop(&mut self) {
        let mut turns = turns();
        if let Some(at) = turns.looked_at.iter().position(|name| *name == self.0) {
            turns.looked_at.swap_remove(at);
        }
        turns.tell();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = turns();
        turns.taken.retain(|name| *name != self.0);
        turns.tell();
    }
}

/// What is kept here is whole even where a thread has panicked.
fn turns() -> MutexGuard<'static, Turns> {
    TURNS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use withlock_platform::evidence::Facts;

    use super::{Glance, Turn, turns};

    #[test]
    fn a_look_neither_ends_the_lock_of_another_thread_nor_refuses_it_one() {
        let home = Facts::of_path("/".as_ref()).unwrap().identity;
        let take = || Turn::take(home, "l".into(), false);
        let turn = take().unwrap();
        assert!(Glance::begin(home, "l".into()).is_none());
        assert!(take().is_none());
        drop(turn);
        let looks = [(); 2].map(|()| Glance::begin(home, "l".into()).unwrap());
        thread::scope(|scope| {
            let waiting = scope.spawn(|| take().is_some());
            while turns().waiting == 0 {
                thread::yield_now();
            }
            drop(looks);
            assert!(waiting.join().unwrap());
        });
        assert!(turns().looked_at.is_empty());
    }
}
