//! Steps 1 to 5 of the protocol for one lock, without the sleep of step 4.

use withlock_platform::backend::{Attempt as Answer, Mode};

use crate::error::{Error, Result};
use crate::event::{Event, Warning};
use crate::holder::identify::Holder;
use crate::holder::record::Record;
use crate::lock::candidate::{self, Candidate, Rounds};
use crate::lock::file;
use crate::lock::release;
use crate::lock::slot::Slot;
use crate::lock::terms::{Asking, Terms};
use crate::lock::wait::Wait;
use crate::lock::world::World;

/// What came of trying for a lock.
pub(super) enum Look<W: World> {
    Won(Candidate<W>),
    Busy(Standing<W>),
}

/// A lock that is busy.
pub(super) struct Standing<W: World> {
    /// Which of them.
    pub(super) number: usize,
    /// Its file; `None` where a lease keeps that from being opened.
    pub(super) candidate: Option<Candidate<W>>,
    pub(super) word: Word,
    /// What was seen of the holders a moment ago.
    pub(super) seen: Option<W::Seen>,
}

/// What "busy" means to this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It is worth a wait.
    NotYet,
    /// It was compared: the file at the path is busy, and that is all there is to say.
    Final,
    /// As final; an ancestor holds it.
    ByAncestor,
    /// Somebody has a lease on the file, and was told to give it up.
    Leased,
    /// It was granted in the end.
    Granted,
}

impl<W: World> Standing<W> {
    /// Whether nothing is to be waited for there.
    pub(super) fn is_final(&self, wait: Wait) -> bool {
        match self.word {
            Word::NotYet | Word::Granted => false,
            Word::Final | Word::ByAncestor => true,
            Word::Leased => wait == Wait::No,
        }
    }

    /// Who holds the lock, if somebody wants to know that now.
    pub(super) fn identify(&mut self, slots: &[Slot<W>], now: Asking) -> Option<Holder> {
        let Slot { world, terms, .. } = &slots[self.number];
        let wanted = terms.asking;
        let Some(Candidate { file, .. }) = &self.candidate else { return None };
        if wanted == Asking::Never || wanted != Asking::Always && wanted != now {
            return None;
        }
        world.identify(file, world.holder(file), self.seen.take())
    }
}

/// What there is to find out of a lock that is busy.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) wait: Wait,
    /// This run has waited before.
    pub(super) has_waited: bool,
    /// Whether an ancestor holds it.
    pub(super) for_ancestors: bool,
}

/// Steps 1 to 4, and 5 where that is not to be followed by a wait.
pub(super) fn look<W: World>(
    slot: &mut Slot<W>,
    number: usize,
    asked: Asked,
    rounds: &mut Rounds,
) -> Result<Look<W>> {
    loop {
        let opened = candidate::open(&slot.world, &slot.terms, &mut slot.first, rounds);
        let mut candidate = match opened {
            Err(Error::Leased { .. }) => {
                let (word, seen) = (Word::Leased, None);
                return Ok(Look::Busy(Standing { number, candidate: None, word, seen }));
            }
            opened => opened?,
        };
        let settled = try_once(slot, &candidate, asked).and_then(|(word, seen)| {
            let goes_on =
                word == Some(Word::NotYet) || compare(slot, &mut candidate, word.is_none())?;
            Ok(goes_on.then_some((word, seen)))
        });
        match settled {
            Ok(Some((None, _))) => return Ok(Look::Won(candidate)),
            Ok(Some((Some(word), seen))) => {
                let candidate = Some(candidate);
                return Ok(Look::Busy(Standing { number, candidate, word, seen }));
            }
            Ok(None) => slot.world.close(candidate.file),
            // Even a file that this run has created stays: somebody else may have locked it by now, and whoever has no
            // lock removes nothing. It is begun, so the next run removes it.
            Err(error) => {
                slot.world.close(candidate.file);
                return Err(error);
            }
        }
    }
}

/// [4] Tries: `None` is granted.
fn try_once<W: World>(
    Slot { world, terms, .. }: &Slot<W>,
    candidate: &Candidate<W>,
    Asked { wait, has_waited, for_ancestors }: Asked,
) -> Result<(Option<Word>, Option<W::Seen>)> {
    if world.try_lock(&candidate.file, terms.mode)? == Answer::Granted {
        return Ok((None, None));
    }
    let Candidate { file, facts, .. } = candidate;
    let record = if for_ancestors || wait == Wait::No { world.holder(file) } else { None };
    let mut seen = None;
    // Of a run that neither waits nor tells, it does not matter.
    if for_ancestors && (wait != Wait::No || terms.asking != Asking::Never) {
        let (is_held, now_seen) = world.is_held_by_ancestor(file, facts, record.as_ref());
        seen = Some(now_seen);
        if is_held {
            return Ok((Some(Word::ByAncestor), seen));
        }
    }
    let is_final =
        wait == Wait::No && (has_waited || is_final(world, terms.mode, file, record.as_ref())?);
    Ok((Some(if is_final { Word::Final } else { Word::NotYet }), seen))
}

/// Whether "busy" is the last word for a run that does not wait.
fn is_final<W: World>(
    world: &W,
    mode: Mode,
    file: &W::File,
    holder: Option<&Record>,
) -> Result<bool> {
    // In a file of somebody else's nobody will be named.
    Ok(mode == Mode::Exclusive && (holder.is_some() || !file::may_be_signed(world, file)?))
}

/// [5] Whatever the answer was, it means something only if it is about the file at the path: returns whether it is. Else a
/// lock that was granted has been given up.
pub(super) fn compare<W: World>(
    Slot { world, terms, .. }: &Slot<W>,
    candidate: &mut Candidate<W>,
    is_granted: bool,
) -> Result<bool> {
    match world.named() {
        Ok(Some(facts)) if facts.identity == candidate.facts.identity => {
            candidate.facts = facts;
            Ok(true)
        }
        Ok(_) => {
            world.tell(&Event::Again);
            // The path may lead elsewhere now, and nobody come to this file any more.
            if is_granted {
                give_back(world, terms, candidate);
            }
            Ok(false)
        }
        Err(error) => {
            if is_granted {
                // The first error is the one to report; whatever fails here ends with closing the file.
                let _ = release::clear(world, terms, candidate);
            }
            Err(error)
        }
    }
}

/// Gives up a lock that this run has no use for. What fails there is no reason not to run.
pub(super) fn give_back<W: World>(world: &W, terms: &Terms, candidate: &Candidate<W>) {
    if let Err(error) = release::clear(world, terms, candidate) {
        world.tell(&Event::Warning(Warning::Release(&error)));
    }
}
