//! Holding the lock, and the order of release.

use withlock_platform::backend::{Attempt as Answer, Mode};
use withlock_platform::evidence::Facts;

use crate::error::Result;
use crate::event::{Event, Kept, Oddity};
use crate::kernel::Kernel;
use crate::lockfile::{self, Candidate};
use crate::mistaken;
use crate::record::Record;
use crate::settings::Settings;

/// The only proof that this run holds the lock. It is neither `Clone` nor `Copy`; dropped, it is released.
pub struct Held<K: Kernel> {
    pub(crate) kernel: K,
    pub(crate) settings: Settings,
    pub(crate) record: Record,
    /// `None` once released.
    candidate: Option<Candidate<K>>,
}

impl<K: Kernel> std::fmt::Debug for Held<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("path", &self.settings.path).finish_non_exhaustive()
    }
}

impl<K: Kernel> Held<K> {
    pub(crate) fn new(
        kernel: K,
        settings: Settings,
        candidate: Candidate<K>,
        record: Record,
    ) -> Self {
        Self { kernel, settings, record, candidate: Some(candidate) }
    }

    pub(crate) fn candidate(&self) -> Option<&Candidate<K>> {
        self.candidate.as_ref()
    }

    /// Holds the lock from before the start of some work until it has been finished, and then releases it.
    ///
    /// Work that was started and could not be waited for may go on: the lock is not released then. Whoever has
    /// inherited its descriptor keeps it.
    ///
    /// # Errors
    /// What `start` or `finish` says.
    pub(crate) fn hold_during<W, T>(
        self,
        start: impl FnOnce(&Self) -> Result<W>,
        finish: impl FnOnce(&Self, W) -> Result<T>,
    ) -> Result<T> {
        let work = start(&self)?;
        if mistaken!(UnlockBeforeJobEnd) {
            let _ = self.candidate.as_ref().map(|it| self.kernel.unlock(&it.file));
        }
        match finish(&self, work) {
            Ok(result) => {
                drop(self);
                Ok(result)
            }
            Err(error) => {
                std::mem::forget(self);
                Err(error)
            }
        }
    }

    /// Releases the lock, and removes the file if it is withlock's own.
    ///
    /// # Errors
    /// [`crate::Error`] when a step failed. The lock is free all the same: closing the file frees it.
    pub fn release(mut self) -> Result<()> {
        self.release_once()
    }

    fn release_once(&mut self) -> Result<()> {
        let Some(candidate) = self.candidate.take() else {
            return Ok(());
        };
        let released = release(&self.kernel, &self.settings, &candidate);
        self.kernel.close(candidate.file);
        released
    }
}

impl<K: Kernel> Drop for Held<K> {
    fn drop(&mut self) {
        if let Err(error) = self.release_once() {
            self.kernel.tell(&Event::Odd(Oddity::Release(&error)));
        }
    }
}

/// The release up to closing: steps 7 to 10 of the protocol.
pub(crate) fn release<K: Kernel>(
    kernel: &K,
    settings: &Settings,
    candidate: &Candidate<K>,
) -> Result<()> {
    let mut left = match settings.mode {
        Mode::Exclusive if mistaken!(UnlinkAfterUnlock) => {
            kernel.unlock(&candidate.file)?;
            clean_up(kernel, settings, candidate)
        }
        Mode::Exclusive => clean_up(kernel, settings, candidate),
        Mode::Shared if mistaken!(UpgradeInPlace) => {
            match kernel.try_lock(&candidate.file, Mode::Exclusive) {
                Ok(Answer::Granted) => clean_up(kernel, settings, candidate),
                Ok(Answer::Busy) => Ok(Some(Kept::Shared)),
                Err(error) => Err(error),
            }
        }
        // [7] Which of them is the last one shows in [10].
        Mode::Shared => Ok(Some(Kept::Shared)),
    };
    loop {
        // [9] Explicitly, for all duplicates, whatever became of the removal: a daemon that the job has left behind has
        // one.
        let unlocked =
            if mistaken!(CloseInsteadOfUnlock) { Ok(()) } else { kernel.unlock(&candidate.file) };
        let kept = left?;
        unlocked?;
        // [10] Whom the file was left to may have gone before it was unlocked, and then nobody would remove it.
        if is_abandoned(kernel, candidate, kept)? {
            left = clean_up(kernel, settings, candidate);
            continue;
        }
        kernel.tell(&kept.map_or(Event::Removed, |why| Event::Left { why }));
        return Ok(());
    }
}

/// Whether those that the file was left to, a waiter or other shared holders, may have gone without knowing that they
/// were the last; the lock is this run's again then, exclusively.
fn is_abandoned<K: Kernel>(
    kernel: &K,
    candidate: &Candidate<K>,
    kept: Option<Kept>,
) -> Result<bool> {
    let file = &candidate.file;
    let is_open_question = match kept {
        Some(Kept::Awaited) if mistaken!(NoSecondLook) => false,
        Some(Kept::Awaited) => kernel.is_queue_empty(file),
        // Without the right to write there is nothing to clean up; some calls do not even let one ask.
        Some(Kept::Shared) => kernel.may_change(file) && kernel.is_queue_empty(file),
        _ => false,
    };
    Ok(is_open_question && kernel.try_lock(file, Mode::Exclusive)? == Answer::Granted)
}

/// [8] Compares, and removes the name if it still stands for this file, the file is withlock's own, and nobody waits.
fn clean_up<K: Kernel>(
    kernel: &K,
    settings: &Settings,
    candidate: &Candidate<K>,
) -> Result<Option<Kept>> {
    let entry = kernel.entry(&candidate.place)?;
    let is_same = |facts: &Facts| {
        mistaken!(UnlinkWithoutComparing) || facts.identity == candidate.facts.identity
    };
    let Some(facts) = entry.filter(is_same) else {
        return Ok(Some(Kept::Replaced));
    };
    let own =
        lockfile::is_own(kernel, &candidate.file, &facts, candidate.created, settings.trusted);
    if !own && !mistaken!(RemovesForeignFiles) {
        return Ok(Some(Kept::Foreign));
    }
    if settings.keep {
        kernel.record(&candidate.file, None);
        return Ok(Some(Kept::Asked));
    }
    if !kernel.close_queue(&candidate.file) {
        return Ok(Some(Kept::Awaited));
    }
    kernel.remove(&candidate.place)?;
    Ok(None)
}
