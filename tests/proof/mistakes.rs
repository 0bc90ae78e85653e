//! The mistakes that can be made, one at a time, and who makes each.

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    // Mistakes of the code: the world lies to it ([`super::lying`]), so that it makes just the calls that it would make with
    // the mistake in it.
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
    /// \[10] is left out where the file was left to a waiter.
    NoSecondLook,
    /// \[7] is to convert the shared lock into an exclusive one, instead of giving it up first.
    UpgradeInPlace,
    /// \[2] is to write the signature as well, before the lock is held.
    SignsBeforeLocking,
    /// \[5] leaves a file that has lost its path, unless this run has created it.
    LeavesWhatHasLostItsPath,
    /// \[8] takes a file that this run has created for its own, whatever stands in it.
    TrustsCreation,
    /// After the sleep of \[16] only the first slot is tried.
    TriesOneSlot,
    /// \[16] is to close what was granted in surplus, and no more.
    ClosesTheSurplus,

    // Mistakes of whoever runs a job under the lock ([`super::program`]).
    /// \[9] comes before the job has ended.
    UnlockBeforeJobEnd,
    /// \[9] comes after a job that died of a signal, too.
    UnlockAfterDeathBySignal,
    /// The job does not inherit the descriptor.
    JobWithoutDescriptor,

    // Mistakes of the real world behind the seam ([`super::seam`], [`super::serve`], [`super::steps`]).
    /// The timer of a deadline fires once.
    OneShotDeadline,
    /// Nobody announces that it waits.
    NoMarker,
    /// A file is created with the mode that it is to have in the end, so that one that is empty says nothing.
    CreatedPlainly,
    /// No announcement is taken back after a sleep.
    NoWithdrawal,

    // A mistake of the proof itself.
    /// It forgets a thing that the code knows.
    ForgetsWhyTheFileStays,
}
