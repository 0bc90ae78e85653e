//! What is known about participants besides their states.

use super::sleepers::{Awake, Sleeper};
use super::slots::SLOTS;

/// What is known about a participant besides its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Its deadline has passed.
    pub(super) over: bool,
    /// A signal has interrupted its wait.
    pub(super) interrupted: bool,
    /// Its timer has fired, and will not again.
    pub(super) spent: bool,
    /// Its last attempt at each slot met a lock of somebody else, on the file that the path named then.
    pub(super) met_holder: [bool; SLOTS],
    /// The main process of its job lives.
    pub(super) job: bool,
    /// It was killed.
    pub(super) killed: bool,
    /// Its announcement that it waits was refused: the queue was being closed.
    pub(super) unheard: bool,
    /// It has changed a file that is not withlock's own.
    pub(super) spoils: bool,
    /// It has changed a file that somebody else held.
    pub(super) intrudes: bool,
    /// Its job has died of a signal, and what that has left running has the lock's descriptor.
    pub(super) family: bool,
    /// What a job had left running was in its way when it tried at last to remove the file.
    pub(super) outlived: bool,
    /// What has become of those that it has laid down to sleep, one for each slot.
    pub(super) sleepers: [Sleeper; SLOTS],
    /// It ends them, as something has ended its own sleep.
    pub(super) awake: Option<Awake>,
    /// Which directory its path has led it to; of one with several slots, which of them it holds.
    pub(super) place: u8,
    /// Those that slept already when it fell asleep, as bits, and were not served since.
    pub(super) before: u8,
}

impl Marks {
    pub(super) fn bits(self) -> u32 {
        let Self { over, interrupted, spent, met_holder, job, killed, unheard, .. } = self;
        let Self { spoils, intrudes, family, outlived, place, before: _, sleepers, awake, .. } =
            self;
        let bits = [over, interrupted, spent, met_holder[0], job, killed, unheard, spoils];
        let more = [intrudes, family, outlived, place > 0, met_holder[1]];
        let bits = bits.iter().chain(&more).fold(0, |sum, bit| sum << 1 | u32::from(*bit));
        let bits = sleepers.iter().fold(bits, |sum, sleeper| sum << 2 | *sleeper as u32);
        bits << 2 | awake.map_or(0, |why| why as u32)
    }
}
