//! The mistakes that the proof can switch on in the shipped code, one at a time.

use std::cell::Cell;

/// A mistake; where it is made is found by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// \[5] is left out.
    NoComparison,
    /// \[5] comes before \[4].
    ComparisonBeforeLocking,
    /// A run that does not wait, and was granted a file that has lost its name, says "busy".
    BusyOnStaleFile,
    /// Giving up in \[4] is not to try once more.
    NoLastTry,
    /// \[8] does not compare.
    UnlinkWithoutComparing,
    /// \[8] comes after \[9].
    UnlinkAfterUnlock,
    /// \[8] does not ask whose file it is.
    RemovesForeignFiles,
    /// \[9] is to close only.
    CloseInsteadOfUnlock,
    /// \[9] comes before the job has ended.
    UnlockBeforeJobEnd,
    /// \[10] is left out where the file was left to a waiter.
    NoSecondLook,
    /// \[7] is to convert the shared lock into an exclusive one, instead of giving it up first.
    UpgradeInPlace,
    /// The timer of a deadline fires once.
    OneShotDeadline,
    /// Nobody announces that it waits.
    NoMarker,
    /// The job does not inherit the descriptor.
    JobWithoutDescriptor,
    /// A file is created with the mode that it is to have in the end, so that one that is empty says nothing.
    CreatedPlainly,
    /// \[2] is to write the signature as well, before the lock is held.
    SignsBeforeLocking,
    /// \[5] leaves a file that has lost its path, unless this run has created it.
    LeavesWhatHasLostItsPath,
    /// \[8] takes a file that this run has created for its own, whatever stands in it.
    TrustsCreation,
    /// \[9] comes after a job that died of a signal, too.
    UnlockAfterDeathBySignal,
    /// The proof itself forgets a thing that the code knows.
    ForgetsWhyTheFileStays,
}

thread_local! {
    static ON: Cell<Option<Mistake>> = const { Cell::new(None) };
}

impl Mistake {
    /// Whether the mistake is made, in this thread.
    pub(crate) fn is_on(self) -> bool {
        ON.get() == Some(self)
    }
}

/// Does something while the mistake, if any, is made.
pub(super) fn while_making<T>(mistake: Option<Mistake>, work: impl FnOnce() -> T) -> T {
    ON.set(mistake);
    let result = work();
    ON.set(None);
    result
}
