//! Runs the code up to the first call that nobody has answered yet.

use std::cell::RefCell;
use std::path::PathBuf;

use super::mistakes::Mistake;
use super::run::{Answer, Call, HEAD, Run, SLOTS, number};
use withlock::lock::{Part, Wait};
use withlock::{Error, Result};

/// Where the code stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Standing {
    pub(super) call: Call,
    /// The step of the protocol that the call belongs to; 0 is none.
    pub(super) step: u8,
    /// The slot that it holds, and says so.
    pub(super) slot: Option<u8>,
    /// All that the code still knows.
    pub(super) essence: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Progress {
    at: usize,
    /// Where the code has stood, from after so many answers on.
    from: usize,
    passed: Vec<Standing>,
    pending: Option<(u8, Call)>,
    essence: Vec<u8>,
    /// How often it has turned to the slots, the places or the head.
    turns: u8,
    /// The locks that it has, a bit each.
    pub(super) has: u8,
    pub(super) slot: Option<u8>,
    /// It has held a slot.
    pub(super) has_run: bool,
    /// What has ended its sleep.
    pub(super) gives_up: Option<Answer>,
}

/// The answers so far, and what has come of them, as they concern one lock.
#[derive(Clone, Copy)]
pub(super) struct Replay<'a> {
    pub(super) run: &'a Run,
    history: &'a [Answer],
    pub(super) progress: &'a RefCell<Progress>,
    /// The number of the lock.
    pub(super) part: u8,
}

impl Progress {
    fn standing(&self, step: u8, call: Call) -> Standing {
        let essence = [&[self.turns, self.has], self.essence.as_slice()].concat();
        Standing { call, step, slot: self.slot, essence }
    }
}

impl Replay<'_> {
    /// Runs the code up to its first unanswered call. Returns where it stands then, and before that each time it asked, from
    /// the call after `from` answers on.
    pub(super) fn along(run: &Run, history: &[Answer], from: usize) -> Vec<Standing> {
        let progress = RefCell::new(Progress { from, ..Progress::default() });
        let outcome = run.run(&Replay { run, history, progress: &progress, part: 0 });
        let mut progress = progress.into_inner();
        let last = match progress.pending {
            None => {
                let call = Call::End(outcome);
                Standing { call, step: 0, slot: None, essence: Vec::new() }
            }
            Some((step, call)) => progress.standing(step, call),
        };
        progress.passed.push(last);
        progress.passed
    }

    pub(super) fn at(self, part: Part) -> Self {
        Self { part: number(part), ..self }
    }

    /// The answer to a call; `None` when there is none any more.
    pub(super) fn ask(&self, call: Call) -> Option<Answer> {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_some() {
            return None;
        }
        let Some(answer) = self.history.get(progress.at) else {
            progress.pending = Some((self.step(&progress, call), call));
            return None;
        };
        if progress.at >= progress.from {
            let standing = progress.standing(self.step(&progress, call), call);
            progress.passed.push(standing);
        }
        progress.at += 1;
        progress.essence.push(*answer as u8);
        Some(*answer)
    }

    fn step(&self, progress: &Progress, call: Call) -> u8 {
        match call {
            _ if self.run.waiters.is_none() && self.run.slots == 1 => 4,
            Call::Try(HEAD) | Call::Lock(HEAD) => 15,
            Call::Try(part) if part > HEAD => 14,
            Call::Try(_) if self.run.waiters.is_some() && progress.turns == 1 => 13,
            Call::Try(_) | Call::Lock(_) | Call::SleepForAny(_) => 16,
            Call::Unlock(HEAD..) => 17,
            Call::Unlock(_) if progress.has_run => 9,
            Call::Unlock(_) => 16,
            _ => 0,
        }
    }

    pub(super) fn needed(&self, call: Call) -> Result<Answer> {
        self.ask(call).ok_or_else(used_up)
    }

    /// The code turns to another kind of parts: what it has met before plays no part any more.
    pub(super) fn turn_to(&self, part: Part) {
        if matches!(part, Part::Slot(2..) | Part::Place(2..)) {
            return;
        }
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.turns += 1;
            progress.essence = progress.gives_up.iter().map(|why| *why as u8).collect();
        }
    }

    /// Nobody was told to end: it does not wait.
    pub(super) fn looks_once_more(&self) -> Wait {
        let mut progress = self.progress.borrow_mut();
        progress.turns += u8::from(progress.pending.is_none());
        Wait::No
    }

    /// Whether the code is told that it has this part already, so that it leaves it out.
    pub(super) fn leaves_out(&self, part: Part) -> bool {
        let Progress { turns, has, gives_up, .. } = *self.progress.borrow();
        let is_slot = matches!(part, Part::Slot(_));
        let is_first = turns == 1 && self.run.waiters.is_some();
        is_slot && is_first && self.run.makes(Mistake::PlacesBeforeSlots)
            || is_slot && has == 0 && gives_up.is_some() && self.run.makes(Mistake::NoLastTry)
    }

    /// It holds its slot: from here on, nothing of what has led to it plays a part.
    pub(super) fn hold(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() && self.part < SLOTS {
            (progress.slot, progress.has_run, progress.turns) = (Some(self.part), true, 0);
            progress.essence.clear();
        }
    }

    pub(super) fn let_go(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.slot = None;
        }
    }

    pub(super) fn note(&self, has: bool) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.has = progress.has & !(1 << self.part) | u8::from(has) << self.part;
        }
    }

    pub(super) fn has(&self) -> bool {
        self.progress.borrow().has >> self.part & 1 == 1
    }

    /// Gives up the lock, if it has it.
    pub(super) fn give_up(&self) -> Result<()> {
        if self.has() {
            self.needed(Call::Unlock(self.part))?;
            self.note(false);
        }
        Ok(())
    }

    /// The lock of this number, as whoever waits for another one sees it.
    pub(super) fn other(self, part: u8) -> Self {
        Self { part, ..self }
    }

    pub(super) fn is_place(&self) -> bool {
        self.part > HEAD
    }
}

/// The error that the code gets when the answers are used up.
pub(super) fn used_up() -> Error {
    Error::Unstable { path: PathBuf::new() }
}
