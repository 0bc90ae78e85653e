//! Holding the lock, and the order of release.

use withlock_platform::backend::{Attempt as Answer, Mode};

use crate::error::Result;
use crate::event::{Event, Kept, Oddity};
use crate::kernel::Kernel;
use crate::lockfile::{self, Candidate};
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
    // [7] The last one out cleans up. Who is refused here is not the last, and has nothing more to do.
    let alone = match settings.mode {
        Mode::Exclusive => Ok(true),
        Mode::Shared => upgrade(kernel, candidate),
    };
    let mut left = match alone {
        Ok(true) => clean_up(kernel, settings, candidate),
        Ok(false) => Ok(Some(Kept::Shared)),
        Err(error) => Err(error),
    };
    loop {
        // [9] Explicitly, for all duplicates, whatever became of the removal: a daemon that the job has left behind has
        // one.
        let unlocked = kernel.unlock(&candidate.file);
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
/// were the last; the lock is this run's again then.
fn is_abandoned<K: Kernel>(
    kernel: &K,
    candidate: &Candidate<K>,
    kept: Option<Kept>,
) -> Result<bool> {
    let file = &candidate.file;
    let is_open_question = match kept {
        Some(Kept::Awaited) => kernel.is_queue_empty(file),
        // Two that leave together may each have met the other's lock; whoever unlocks last meets none.
        Some(Kept::Shared) => kernel.may_change(file),
        _ => false,
    };
    Ok(is_open_question && kernel.try_lock(file, Mode::Exclusive)? == Answer::Granted)
}

fn upgrade<K: Kernel>(kernel: &K, candidate: &Candidate<K>) -> Result<bool> {
    // Without the right to write, there is nothing to clean up either; some calls do not even let one ask.
    if !kernel.may_change(&candidate.file) {
        return Ok(false);
    }
    Ok(kernel.try_lock(&candidate.file, Mode::Exclusive)? == Answer::Granted)
}

/// [8] Compares, and removes the name if it still stands for this file, the file is withlock's own, and nobody waits.
fn clean_up<K: Kernel>(
    kernel: &K,
    settings: &Settings,
    candidate: &Candidate<K>,
) -> Result<Option<Kept>> {
    let entry = kernel.entry(&candidate.place)?;
    let Some(facts) = entry.filter(|facts| facts.identity == candidate.facts.identity) else {
        return Ok(Some(Kept::Replaced));
    };
    if !lockfile::is_own(kernel, &candidate.file, &facts, candidate.created, settings.trusted) {
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
