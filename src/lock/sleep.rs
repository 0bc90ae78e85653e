//! The sleep of step 4, for one lock or several, and what comes of it.

use withlock_platform::backend::{Attempt as Answer, Wakeup};
use withlock_platform::process::Deadline;

use crate::error::Result;
use crate::lock::approach::{Standing, Word, compare, give_back};
use crate::lock::candidate::Candidate;
use crate::lock::slot::Slot;
use crate::lock::world::World;

/// [4] Sleeps until one of those that are worth it is granted, or until there is a reason to give up: what is granted is
/// marked so.
pub(super) fn until_granted<W: World>(
    slots: &[Slot<W>],
    standings: &mut [Standing<W>],
    waiting: &W::Waiting,
    cleaning_up: Option<Deadline>,
) -> Result<()> {
    let files: Vec<(&W, &W::File)> = awaited(standings)
        .filter_map(|it| Some((&slots[it.number].world, &it.candidate.as_ref()?.file)))
        .collect();
    let leased = standings.iter().find(|standing| standing.word == Word::Leased);
    let mode = slots[0].terms.mode;
    for (world, file) in &files {
        world.announce(file);
    }
    let mut answer = Wakeup::Interrupted;
    while answer == Wakeup::Interrupted
        && (!gives_up(slots, waiting) || is_cleaned_up(&files, waiting, cleaning_up))
    {
        answer = match (&files[..], leased) {
            ([], Some(leased)) => slots[leased.number].world.outlast_lease(waiting)?,
            ([(world, file)], None) => world.lock(file, mode, waiting)?,
            (files, None) => W::lock_any(files, mode, waiting)?,
            // No call waits for a lease and for a lock.
            (_, Some(_)) => slots[0].world.rest(waiting),
        };
    }
    for (world, file) in &files {
        world.withdraw(file);
    }
    let is_granted_alone = answer == Wakeup::Granted && files.len() == 1 && leased.is_none();
    for standing in standings.iter_mut().filter(|standing| standing.word == Word::NotYet) {
        let Some(candidate) = &standing.candidate else { continue };
        // Giving up, or not: one last try, after withdrawing. A holder may have left the file to this run, and nobody may
        // be left to remove it.
        let world = &slots[standing.number].world;
        if is_granted_alone || world.try_lock(&candidate.file, mode)? == Answer::Granted {
            standing.word = Word::Granted;
        }
    }
    Ok(())
}

/// [5] Compares what was granted, up to the first that is the file at its path, and gives back all others, also after an
/// error. Nothing granted, and a reason to give up: compares what is busy.
pub(super) fn settle<W: World>(
    slots: &[Slot<W>],
    standings: &mut [Standing<W>],
    gives_up: bool,
) -> Result<Option<(usize, Candidate<W>)>> {
    let (mut won, mut failure) = (None, None);
    for standing in standings.iter_mut() {
        let (word, slot) = (standing.word, &slots[standing.number]);
        let Some(mut candidate) = standing.candidate.take() else { continue };
        let is_settled = won.is_some() || failure.is_some();
        if word == Word::Granted && is_settled {
            give_back(&slot.world, &slot.terms, &candidate);
        } else if word == Word::Granted || word == Word::NotYet && gives_up && !is_settled {
            match compare(slot, &mut candidate, word == Word::Granted) {
                Ok(true) if word == Word::Granted => {
                    won = Some((standing.number, candidate));
                    continue;
                }
                Ok(true) => standing.word = Word::Final,
                Ok(false) => standing.word = Word::NotYet,
                Err(error) => failure = Some(error),
            }
        }
        standing.candidate = Some(candidate);
    }
    failure.map_or(Ok(won), Err)
}

/// Whether a reader, who does not wait, has met the last one of others that is slow to clean up: it is that one as long as the
/// record in the file is a reader's, because whoever takes the lock for himself alone writes another one at once.
fn is_cleaned_up<W: World>(
    files: &[(&W, &W::File)],
    waiting: &W::Waiting,
    at_most: Option<Deadline>,
) -> bool {
    let is_readers = |(world, file): &(&W, &W::File)| {
        world.interrupted(waiting).is_none()
            && world.holder(file).is_some_and(|record| record.shared)
    };
    at_most.is_some_and(|end| !end.has_passed()) && files.iter().any(is_readers)
}

fn awaited<W: World>(standings: &[Standing<W>]) -> impl Iterator<Item = &Standing<W>> {
    standings.iter().filter(|standing| standing.word == Word::NotYet)
}

/// Whether there is a reason not to wait any longer.
pub(super) fn gives_up<W: World>(slots: &[Slot<W>], waiting: &W::Waiting) -> bool {
    let world = &slots[0].world;
    world.interrupted(waiting).is_some() || world.is_over(waiting)
}
