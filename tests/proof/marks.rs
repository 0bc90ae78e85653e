//! What is known about participants besides their states.

/// What is known about a participant besides its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Its deadline has passed.
    pub(super) over: bool,
    /// A signal has interrupted its wait.
    pub(super) interrupted: bool,
    /// Its timer has fired, and will not again.
    pub(super) spent: bool,
    /// Its last attempt met a lock of somebody else, on the file that the path named then.
    pub(super) met_holder: bool,
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
    /// Which directory its path has led it to.
    pub(super) place: u8,
    /// Those that slept already when it fell asleep, as bits, and were not served since.
    pub(super) before: u8,
}

impl Marks {
    pub(super) fn bits(self) -> u16 {
        let Self { over, interrupted, spent, met_holder, job, killed, unheard, .. } = self;
        let Self { spoils, intrudes, family, outlived, place, before: _, .. } = self;
        let bits = [over, interrupted, spent, met_holder, job, killed, unheard, spoils];
        let more = [intrudes, family, outlived, place > 0];
        bits.iter().chain(&more).fold(0, |sum, bit| sum << 1 | u16::from(*bit))
    }
}
