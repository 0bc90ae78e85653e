//! A world that lies: it stands between the shipped code and the seam, and returns, leaves out or moves something, so that
//! the code makes just the calls that it would make with a mistake in it.
//!
//! Each lie stands where the code asks. What a lie needs to remember is [`Memory`]; the code acts on it, so that it is a
//! part of what the code knows.

mod memory;
mod world;

use std::cell::RefCell;

use super::mistakes::Mistake;
use super::program::Wait;
use super::replay::{Phase, Replay};
use super::seam::Handle;
use memory::Memory;
use withlock::Result;
use withlock::lock::World;

/// The seam, and the mistake that is to be made.
pub(super) struct Lying<'a> {
    world: Replay<'a>,
    mistake: Mistake,
    memory: RefCell<Memory>,
}

impl<'a> Lying<'a> {
    pub(super) fn new(world: Replay<'a>, mistake: Mistake) -> Self {
        Self { world, mistake, memory: RefCell::new(Memory::default()) }
    }

    fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == mistake
    }

    fn memory(&self) -> Memory {
        *self.memory.borrow()
    }

    fn change(&self, change: impl FnOnce(&mut Memory)) {
        let mut memory = self.memory.borrow_mut();
        change(&mut memory);
        self.world.remember(memory.code());
    }

    fn begin(&self, file: Option<Handle>) -> Option<Handle> {
        let matters =
            self.makes(Mistake::LeavesWhatHasLostItsPath) || self.makes(Mistake::TrustsCreation);
        let created = matters && file.is_some_and(|file| file.created);
        self.change(|memory| *memory = Memory { file, created, ..Memory::default() });
        file
    }

    /// Whether it is about the lock that the run itself takes, and not about what is left of it in \[11].
    fn is_own_lock(&self) -> bool {
        self.world.phase() != Phase::Left
    }

    fn acquires(&self) -> bool {
        self.world.phase() == Phase::Acquire
    }

    /// Compares out of turn, and remembers what it has seen: whether the path names the file.
    fn look(&self) -> Result<bool> {
        let named = self.world.named()?.filter(|facts| self.memory().is_same(facts));
        self.change(|memory| (memory.looked, memory.seen) = (true, named.or(memory.seen)));
        Ok(named.is_some())
    }

    /// Whether a file that has lost its name is "busy": for a run that does not wait, if that is its mistake.
    fn says_busy(&self) -> bool {
        self.makes(Mistake::BusyOnStaleFile) && self.world.program.wait == Wait::No
    }

    /// The lock was granted: whether the code is to know.
    fn takes_what_was_granted(&self) -> Result<bool> {
        let takes = !self.says_busy() || !self.acquires() || self.look()?;
        self.change(|memory| memory.stale = !takes);
        Ok(takes)
    }
}
