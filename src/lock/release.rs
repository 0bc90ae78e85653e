//! The order of release: steps 7 to 11 of the protocol, up to closing the file.

use withlock_platform::backend::{Attempt as Answer, Mode};
use withlock_platform::evidence::{Facts, Kind};

use crate::error::Result;
use crate::event::{Event, Kept};
use crate::holder::record::Record;
use crate::lock::candidate::Candidate;
use crate::lock::file;
use crate::lock::terms::Terms;
use crate::lock::world::World;

/// Says what has become of the file.
pub(super) fn tell<W: World>(world: &W, kept: Option<Kept>) {
    world.tell(&kept.map_or(Event::Removed, |why| Event::Left { why }));
}

/// Steps 7 to 10: returns why the file was left; `None` is that it was removed.
pub(super) fn clear<W: World>(
    world: &W,
    terms: &Terms,
    candidate: &Candidate<W>,
) -> Result<Option<Kept>> {
    let left = match terms.mode {
        Mode::Exclusive => clean_up(world, terms, candidate),
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
        let unlocked = world.unlock(&candidate.file);
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
pub(super) fn clear_what_is_left<W: World>(
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
        Some(Kept::Awaited) => world.is_queue_empty(file),
        // Without the right to write there is nothing to clean up; some calls do not even let one ask.
        Some(Kept::Shared) => world.may_change(file) && world.is_queue_empty(file),
        _ => false,
    };
    Ok(is_open_question && world.try_lock(file, Mode::Exclusive)? == Answer::Granted)
}

/// [8] Compares, and removes the name if it still stands for this file, the file is withlock's own, and nobody waits. That
/// is asked first, so that a waiter does not wait for the answers to the rest, which do not matter then.
fn clean_up<W: World>(world: &W, terms: &Terms, candidate: &Candidate<W>) -> Result<Option<Kept>> {
    if !world.close_queue(&candidate.file) {
        return Ok(Some(Kept::Awaited));
    }
    let entry = world.entry(&candidate.place)?;
    let is_same = |facts: &Facts| facts.identity == candidate.facts.identity;
    let Some(facts) = entry.filter(is_same) else {
        return Ok(Some(Kept::Replaced));
    };
    // Whoever created it: the job may have written its own words into it since.
    let Some(form) = file::own_form(world, &candidate.file, &facts, false, terms.trusted) else {
        return Ok(Some(Kept::Foreign));
    };
    if terms.keep {
        world.record(&candidate.file, form, None);
        return Ok(Some(Kept::Asked));
    }
    world.remove(&candidate.place)?;
    Ok(None)
}
