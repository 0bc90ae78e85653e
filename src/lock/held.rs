//! Holding the lock, and the order of release.

use withlock_platform::backend::{Attempt as Answer, Mode};
use withlock_platform::evidence::{Facts, Kind};

use crate::error::Result;
use crate::event::{Event, Kept, Warning};
use crate::holder::form::Form;
use crate::holder::record::Record;
use crate::lock::file::{self, Candidate};
use crate::lock::mistaken;
use crate::lock::terms::Terms;
use crate::lock::world::World;

/// What becomes of the lock when the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// It is free for the next one, whatever the work has left running.
    Release,
    /// What the work has left running may still be the work, and keeps the lock with the descriptor that it has inherited.
    LeaveToDescendants,
}

/// The only proof that this run holds the lock. It is neither `Clone` nor `Copy`; dropped, it is released.
pub struct Held<W: World> {
    pub(crate) world: W,
    pub(crate) terms: Terms,
    pub(crate) record: Record,
    /// `None` once released.
    candidate: Option<Candidate<W>>,
}

impl<W: World> std::fmt::Debug for Held<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("path", &self.terms.path).finish_non_exhaustive()
    }
}

impl<W: World> Held<W> {
    pub(crate) fn new(world: W, terms: Terms, candidate: Candidate<W>, record: Record) -> Self {
        Self { world, terms, record, candidate: Some(candidate) }
    }

    /// The system that it is held on.
    pub(crate) fn world(&self) -> &W {
        &self.world
    }

    pub(crate) fn candidate(&self) -> Option<&Candidate<W>> {
        self.candidate.as_ref()
    }

    /// Holds the lock from before the start of some work until it has been finished, and then gives it up as `finish` says.
    ///
    /// Work that was started and could not be waited for may go on: the lock is not released then. Whoever has
    /// inherited its descriptor keeps it.
    ///
    /// # Errors
    /// What `start` or `finish` says.
    pub(crate) fn hold_during<J, T>(
        self,
        start: impl FnOnce(&Self) -> Result<J>,
        finish: impl FnOnce(&Self, J) -> Result<(T, Afterwards)>,
    ) -> Result<T> {
        let work = start(&self)?;
        if mistaken!(UnlockBeforeJobEnd) {
            let _ = self.candidate.as_ref().map(|it| self.world.unlock(&it.file));
        }
        match finish(&self, work) {
            Ok((result, Afterwards::LeaveToDescendants))
                if !mistaken!(UnlockAfterDeathBySignal) =>
            {
                self.leave();
                Ok(result)
            }
            Ok((result, _)) => {
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
        let released = release(&self.world, &self.terms, &candidate);
        self.world.close(candidate.file);
        released
    }

    /// Gives up this run's part of the lock only.
    fn leave(mut self) {
        let Some(Candidate { place, file, .. }) = self.candidate.take() else { return };
        // [11]
        self.world.close(file);
        match clear_what_is_left(&self.world, &self.terms, place, &self.record) {
            Ok(kept) => tell(&self.world, kept),
            Err(error) => self.world.tell(&Event::Warning(Warning::Release(&error))),
        }
    }
}

impl<W: World> Drop for Held<W> {
    fn drop(&mut self) {
        if let Err(error) = self.release_once() {
            self.world.tell(&Event::Warning(Warning::Release(&error)));
        }
    }
}

/// The release up to closing: steps 7 to 10 of the protocol; says what has become of the file.
fn release<W: World>(world: &W, terms: &Terms, candidate: &Candidate<W>) -> Result<()> {
    tell(world, clear(world, terms, candidate)?);
    Ok(())
}

fn tell<W: World>(world: &W, kept: Option<Kept>) {
    world.tell(&kept.map_or(Event::Removed, |why| Event::Left { why }));
}

/// Steps 7 to 10: answers why the file was left, unless it was removed.
pub(crate) fn clear<W: World>(
    world: &W,
    terms: &Terms,
    candidate: &Candidate<W>,
) -> Result<Option<Kept>> {
    let left = match terms.mode {
        Mode::Exclusive if mistaken!(UnlinkAfterUnlock) => {
            world.unlock(&candidate.file)?;
            clean_up(world, terms, candidate)
        }
        Mode::Exclusive => clean_up(world, terms, candidate),
        Mode::Shared if mistaken!(UpgradeInPlace) => {
            match world.try_lock(&candidate.file, Mode::Exclusive) {
                Ok(Answer::Granted) => clean_up(world, terms, candidate),
                Ok(Answer::Busy) => Ok(Some(Kept::Shared)),
                Err(error) => Err(error),
            }
        }
        // [7] Which of them is the last one shows in [10].
        Mode::Shared => Ok(Some(Kept::Shared)),
    };
    let_go(world, terms, candidate, left)
}

/// Steps 9 and 10, after what has come of 7 or 8.
fn let_go<W: World>(
    world: &W,
    terms: &Terms,
    candidate: &Candidate<W>,
    mut left: Result<Option<Kept>>,
) -> Result<Option<Kept>> {
    loop {
        // [9] Explicitly, for all duplicates, whatever became of the removal: a daemon that the job has left behind has
        // one.
        let unlocked =
            if mistaken!(CloseInsteadOfUnlock) { Ok(()) } else { world.unlock(&candidate.file) };
        let kept = left?;
        unlocked?;
        // [10] Whom the file was left to may have gone before it was unlocked, and then nobody would remove it.
        if !is_abandoned(world, candidate, kept)? {
            return Ok(kept);
        }
        left = clean_up(world, terms, candidate);
    }
}

/// [11] As a stranger would: opens what stands at the place now, and if nobody has its lock, removes it in order.
fn clear_what_is_left<W: World>(
    world: &W,
    terms: &Terms,
    place: W::Place,
    last: &Record,
) -> Result<Option<Kept>> {
    let opened = match world.entry(&place)? {
        Some(found) if found.kind == Kind::Regular => world.open(&place, &found)?,
        _ => None,
    };
    let Some(file) = opened else { return Ok(Some(Kept::Replaced)) };
    let facts = match world.facts(&file) {
        Ok(facts) => facts,
        Err(error) => {
            world.close(file);
            return Err(error);
        }
    };
    let candidate = Candidate { place, file, facts, created: false };
    let kept = clear_if_free(world, terms, &candidate, last);
    world.close(candidate.file);
    kept
}

fn clear_if_free<W: World>(
    world: &W,
    terms: &Terms,
    candidate: &Candidate<W>,
    last: &Record,
) -> Result<Option<Kept>> {
    // Without the right to write there is nothing to clean up.
    if !world.may_change(&candidate.file) {
        return Ok(Some(Kept::Foreign));
    }
    let mut tries = 1;
    while world.try_lock(&candidate.file, Mode::Exclusive)? == Answer::Busy {
        if !world.pause(&candidate.file, last, tries) {
            return Ok(Some(Kept::Held));
        }
        tries += 1;
    }
    let left = clean_up(world, terms, candidate);
    let_go(world, terms, candidate, left)
}

/// Whether those that the file was left to, a waiter or other shared holders, may have gone without knowing that they
/// were the last; the lock is this run's again then, exclusively.
fn is_abandoned<W: World>(world: &W, candidate: &Candidate<W>, kept: Option<Kept>) -> Result<bool> {
    let file = &candidate.file;
    let is_open_question = match kept {
        Some(Kept::Awaited) if mistaken!(NoSecondLook) => false,
        Some(Kept::Awaited) => world.is_queue_empty(file),
        // Without the right to write there is nothing to clean up; some calls do not even let one ask.
        Some(Kept::Shared) => world.may_change(file) && world.is_queue_empty(file),
        _ => false,
    };
    Ok(is_open_question && world.try_lock(file, Mode::Exclusive)? == Answer::Granted)
}

/// [8] Compares, and removes the name if it still stands for this file, the file is withlock's own, and nobody waits.
fn clean_up<W: World>(world: &W, terms: &Terms, candidate: &Candidate<W>) -> Result<Option<Kept>> {
    let entry = world.entry(&candidate.place)?;
    let is_same = |facts: &Facts| {
        mistaken!(UnlinkWithoutComparing) || facts.identity == candidate.facts.identity
    };
    let Some(facts) = entry.filter(is_same) else {
        return Ok(Some(Kept::Replaced));
    };
    // Whoever created it: the job may have written its own words into it since.
    let own = file::own_form(world, &candidate.file, &facts, false, terms.trusted);
    let takes_any =
        if mistaken!(TrustsCreation) { candidate.created } else { mistaken!(RemovesForeignFiles) };
    let Some(form) = own.or(takes_any.then_some(Form::Signed)) else {
        return Ok(Some(Kept::Foreign));
    };
    if terms.keep {
        world.record(&candidate.file, form, None);
        return Ok(Some(Kept::Asked));
    }
    if !world.close_queue(&candidate.file) {
        return Ok(Some(Kept::Awaited));
    }
    world.remove(&candidate.place)?;
    Ok(None)
}
