//! Runs the code up to the first call that nobody has answered yet. The code is a function of the answers it gets, so its
//! state between two calls is the answers so far.

use std::cell::RefCell;
use std::path::PathBuf;

use withlock_platform::backend::Mode;

use super::call::{Answer, Call};
use super::mistakes::Mistake;
use super::program::{Backend, Program};
use super::simulated::{EVERYTHING, MARKER, Request, Space};
use super::slots::{SLOTS, Slots};
use withlock::lock::Afterwards;
use withlock::{Error, Result};

/// Where the code stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Standing {
    pub(super) call: Call,
    /// The step of the protocol that the call belongs to; 0 is none.
    pub(super) step: u8,
    /// The slot that the call is about, from 0 on.
    pub(super) slot: u8,
    /// It holds the lock, and says so.
    pub(super) holds: bool,
    /// All that the code still knows: the answers that it may yet act on.
    pub(super) essence: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Progress {
    pub(super) at: usize,
    /// Where the code has stood, from after so many answers on.
    from: usize,
    passed: Vec<Standing>,
    pub(super) pending: Option<(u8, u8, Call)>,
    pub(super) holds: bool,
    pub(super) essence: Vec<u8>,
    /// What a lying world remembers: the code acts on it, too.
    lies: [Vec<u8>; SLOTS],
    /// What it knows of other slots.
    pub(super) slots: Slots,
    /// It has begun to wait.
    pub(super) waiting: bool,
    /// What the code knows of the file that it has opened.
    pub(super) candidate: Vec<u8>,
    /// The last attempt was granted.
    pub(super) granted: bool,
    pub(super) has_slept: bool,
    /// How often it has tried for the lock of what a job has left.
    tries: u8,
    /// A signal has interrupted its wait.
    pub(super) ends: bool,
    /// Why the file stays, as far as the code acts on it.
    pub(super) left: u8,
    pub(super) phase: Phase,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Acquire,
    Hold,
    Release,
    Unlocked,
    /// After closing the file of a job that has died of a signal.
    Left,
}

/// The answers so far, and what has come of them, as they concern one slot.
#[derive(Clone, Copy)]
pub(super) struct Replay<'a> {
    pub(super) program: &'a Program,
    history: &'a [Answer],
    pub(super) progress: &'a RefCell<Progress>,
    pub(super) slot: u8,
}

/// The error that the code gets when the answers are used up: it gives up then, without asking any more.
pub(super) fn used_up() -> Error {
    Error::Unstable { path: PathBuf::new() }
}

impl Progress {
    fn standing(&self, (step, slot, call): (u8, u8, Call)) -> Standing {
        if matches!(call, Call::End(_)) {
            // An ended run knows nothing, and holds nothing.
            return Standing { call, step, slot, holds: false, essence: Vec::new() };
        }
        let mut essence = self.slots.code();
        essence.extend(&self.essence);
        essence.extend(self.lies.iter().flatten());
        Standing { call, step, slot, holds: self.holds, essence }
    }
}

impl Replay<'_> {
    /// Runs the program up to its first unanswered call. Returns where it stands then, and before that each time it asked,
    /// from the call after `from` answers on.
    pub(super) fn along(program: &Program, history: &[Answer], from: usize) -> Vec<Standing> {
        let progress = RefCell::new(Progress { from, ..Progress::default() });
        let outcome = program.run(&Replay { program, history, progress: &progress, slot: 0 });
        let mut progress = progress.into_inner();
        let last = progress.standing(progress.pending.unwrap_or((0, 0, Call::End(outcome))));
        progress.passed.push(last);
        progress.passed
    }

    /// The same answers, as they concern this slot.
    pub(super) fn at(self, slot: u8) -> Self {
        Self { slot, ..self }
    }

    /// The answer to a call; `None` when there is none any more.
    pub(super) fn ask(&self, step: u8, call: Call) -> Option<Answer> {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_some() {
            return None;
        }
        let Some(answer) = self.history.get(progress.at) else {
            progress.pending = Some((step, self.slot, call));
            return None;
        };
        if progress.at >= progress.from {
            let standing = progress.standing((step, self.slot, call));
            progress.passed.push(standing);
        }
        progress.at += 1;
        progress.essence.extend(answer.code());
        Some(*answer)
    }

    /// As [`Replay::ask`], for a call whose answer says nothing.
    pub(super) fn asked(&self, call: Call) -> Result<()> {
        self.ask(0, call).map(drop).ok_or_else(used_up)
    }

    /// Waits for the job's end, and returns what is to become of the lock.
    pub(super) fn wait(&self) -> Result<Afterwards> {
        let answer = self.needed(0, Call::Wait)?;
        self.let_go();
        let died = answer == Answer::Signaled;
        let unlocks = self.program.makes(Mistake::UnlockAfterDeathBySignal);
        if died && self.program.inherits() && !unlocks {
            self.enter(Phase::Left);
            return Ok(Afterwards::LeaveToDescendants);
        }
        self.enter(Phase::Release);
        Ok(Afterwards::Release)
    }

    /// From here on, the code acts on nothing that it knew before but on this.
    pub(super) fn forget(&self, but: &[u8]) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.essence = but.to_vec();
        }
    }

    /// From here on, the code knows the file that it has opened, and this.
    pub(super) fn keep_to(&self, known: &[u8]) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.essence = progress.candidate.clone();
            progress.essence.extend_from_slice(known);
        }
    }

    /// A lying world remembers this from now on.
    pub(super) fn remember(&self, lie: Vec<u8>) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.lies[usize::from(self.slot)] = lie;
        }
    }

    pub(super) fn hold(&self) {
        let mut progress = self.progress.borrow_mut();
        progress.holds |= progress.pending.is_none();
    }

    pub(super) fn let_go(&self) {
        let mut progress = self.progress.borrow_mut();
        progress.holds &= progress.pending.is_some();
    }

    /// How often it has tried for the lock of what is left.
    pub(super) fn tried(&self) -> u8 {
        let mut progress = self.progress.borrow_mut();
        progress.tries += 1;
        progress.tries
    }

    /// Whether the answers are used up.
    pub(super) fn is_used_up(&self) -> bool {
        self.progress.borrow().pending.is_some()
    }

    pub(super) fn enter(&self, phase: Phase) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.phase = phase;
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.progress.borrow().phase
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.progress.borrow().waiting
    }

    pub(super) fn needed(&self, step: u8, call: Call) -> Result<Answer> {
        self.ask(step, call).ok_or_else(used_up)
    }

    pub(super) fn requests(&self, mode: Mode) -> Vec<Request> {
        self.program.requests(mode == Mode::Exclusive)
    }

    pub(super) fn marker(&self, mode: Mode) -> Option<Request> {
        let exclusive = mode == Mode::Exclusive;
        let space = Space::Range;
        (self.program.backend == Backend::Pair && !self.program.makes(Mistake::NoMarker))
            .then_some(Request { space, by_process: false, bytes: MARKER, exclusive })
    }

    /// The locks of the backend, one after the other; refused one, the first is given up.
    pub(super) fn lock_all(&self, step: u8, mode: Mode, waits: bool) -> Result<Answer> {
        let requests = self.requests(mode);
        let limited = waits && self.is_limited();
        for (number, request) in requests.iter().enumerate() {
            let answer = self.needed(step, Call::Lock { request: *request, waits, limited })?;
            if answer != Answer::Granted {
                for taken in &requests[..number] {
                    self.needed(step, Call::Unlock(*taken))?;
                }
                return Ok(answer);
            }
        }
        Ok(Answer::Granted)
    }

    /// Gives up the locks of the backend, for all duplicates of the descriptor.
    pub(super) fn unlock_all(&self) -> Result<()> {
        let mut requests = self.requests(Mode::Exclusive);
        requests.reverse();
        self.forget_the_end();
        for request in requests {
            let bytes = if request.space == Space::Range { EVERYTHING } else { request.bytes };
            self.needed(9, Call::Unlock(Request { bytes, ..request }))?;
        }
        self.enter(Phase::Unlocked);
        Ok(())
    }

    /// Whether a deadline runs: the user's, or the short grace of a run that does not wait.
    pub(super) fn is_limited(&self) -> bool {
        self.program.wait.may_be_busy()
    }

    /// When it unlocks, the code knows why the file stays, what called for the release (the end of the job, a signal, or a
    /// comparison), and how far that is.
    fn forget_the_end(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            let called = match progress.essence.first() {
                Some(3) => 3,
                Some(4) => progress.essence[1],
                Some(8) => 8,
                _ => 5 + u8::from(progress.ends),
            };
            // Whether it has waited plays a part only where it goes on after a comparison.
            let waiting = u8::from(progress.waiting && called == 5);
            let forgets = self.program.makes(Mistake::ForgetsWhyTheFileStays);
            let left = if forgets { 0 } else { progress.left };
            progress.essence = vec![4, called, left, waiting, progress.phase as u8];
        }
    }

    pub(super) fn try_step(&self) -> u8 {
        match self.phase() {
            Phase::Acquire => 4,
            Phase::Hold | Phase::Release => 7,
            Phase::Unlocked => 10,
            Phase::Left => 11,
        }
    }
}
