//! What a run knows of several slots, and how it sleeps for them.

use withlock_platform::backend::Wakeup;

use super::call::{Answer, Call};
use super::program::Backend;
use super::replay::{Phase, Replay};
use withlock::Result;

/// How many slots a run may try.
pub(super) const SLOTS: usize = 2;

/// What the code knows of the slots that it is not just busy with.
#[derive(Default)]
pub(super) struct Slots {
    /// Of each slot that was tried and is busy: whether this run has created its file, and whether that is the last word.
    stands: Vec<[u8; 2]>,
    /// What has come of each of them after a sleep.
    settled: Vec<u8>,
    /// The last word about the slot that is looked at now.
    is_final: bool,
}

impl Slots {
    pub(super) fn code(&self) -> Vec<u8> {
        [self.stands.as_flattened(), self.settled.as_slice()].concat()
    }
}

/// Marks of what is known after what was known before.
const COMPARES: u8 = 9;
const GAVE_BACK: u8 = 0xff;

/// Of a run with one slot, none of this says or changes anything.
impl Replay<'_> {
    fn has_others(&self) -> bool {
        self.program.slots > 1
    }

    /// A look at this slot begins: what is known of those before it stays.
    pub(super) fn look_at_slot(&self) {
        if !self.has_others() {
            return;
        }
        self.stand();
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.slots.stands.truncate(self.slot.into());
            progress.slots.settled.clear();
            progress.slots.is_final = false;
        }
    }

    /// It is about to sleep: nothing but that each of the slots is busy plays a part from here on.
    pub(super) fn turn_to_sleep(&self) {
        if self.has_others() && self.stand() {
            self.forget(&[]);
        }
    }

    /// The slot that was looked at is busy.
    fn stand(&self) -> bool {
        let mut progress = self.progress.borrow_mut();
        let stands = progress.pending.is_none() && !progress.candidate.is_empty();
        if stands {
            let stand = [progress.candidate[2], u8::from(progress.slots.is_final)];
            progress.slots.stands.push(stand);
            progress.candidate.clear();
        }
        stands
    }

    /// The path was compared: "busy" is the last word, if it names the file and the lock was refused. (If it was granted,
    /// there is no next slot.)
    pub(super) fn stands_to_it(&self) {
        let mut progress = self.progress.borrow_mut();
        progress.slots.is_final = progress.pending.is_none();
    }

    /// How much is known before a try.
    pub(super) fn known(&self) -> usize {
        self.progress.borrow().essence.len()
    }

    /// After a sleep, each slot is tried; what that has met on the way says nothing.
    pub(super) fn settles(&self, known: usize, granted: bool) -> bool {
        let mut progress = self.progress.borrow_mut();
        let settles = self.has_others() && progress.has_slept;
        if settles && progress.pending.is_none() {
            progress.essence.truncate(known);
            progress.essence.push(2 | u8::from(granted));
        }
        settles
    }

    /// Another slot comes next, to be compared or to be given back.
    pub(super) fn turn_to_slot(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_some() || !self.has_others() || !progress.has_slept {
            return;
        }
        if progress.phase == Phase::Acquire {
            let known = std::mem::take(&mut progress.essence);
            progress.slots.settled.extend(known);
        } else {
            // How a lock was given back plays no part any more.
            progress.slots.settled.push(GAVE_BACK);
            progress.phase = Phase::Acquire;
        }
        progress.essence = vec![COMPARES];
    }

    /// The file of this slot is about to be closed: how its lock was given back plays no part any more.
    pub(super) fn turn_to_close(&self) {
        let mut progress = self.progress.borrow_mut();
        // Nor why, but for the end of a job or of the wait.
        let goes_on = progress.essence.starts_with(&[4, 5]) && progress.phase == Phase::Unlocked;
        if progress.pending.is_none() && self.has_others() && goes_on {
            progress.slots.settled.push(GAVE_BACK);
            progress.essence = vec![COMPARES, u8::from(progress.waiting)];
            progress.phase = Phase::Acquire;
        }
    }

    /// The lock of this slot is held: the others play no part any more.
    pub(super) fn forget_other_slots(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.slots = Slots::default();
        }
    }

    /// Sleeps until one of these slots may have been granted; where nobody can sleep for it, for a while.
    pub(super) fn sleep_for_any(&self, slots: u8) -> Result<Wakeup> {
        if self.program.backend == Backend::Process {
            return Ok(self.rests());
        }
        let call = Call::SleepForAny { slots, limited: self.is_limited() };
        let granted = self.needed(4, call)? == Answer::Granted;
        self.keep_to(&[2, u8::from(granted)]);
        Ok(if granted { Wakeup::Granted } else { Wakeup::Interrupted })
    }

    pub(super) fn rests(&self) -> Wakeup {
        self.ask(4, Call::Rest);
        self.keep_to(&[2, 1]);
        Wakeup::Granted
    }
}
