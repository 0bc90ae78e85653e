//! Runs the code up to the first call that nobody has answered yet. The code is a function of the answers it gets, so its
//! state between two calls is the answers so far.

use std::cell::RefCell;
use std::path::PathBuf;

use withlock_platform::backend::Mode;

use super::mistakes::Mistake;
use super::program::{Backend, Outcome, Program};
use super::simulated::{self, Content, MARKER, Request, Space, WHOLE};
use crate::error::{Error, Result};

/// One system call, or one question to the clock or to the signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    Look,
    Open,
    Create,
    OpenOrCreate,
    Write(Content),
    Chmod,
    Fstat,
    Read,
    ReadHolder,
    Stat,
    Entry,
    Lock { request: Request, waits: bool, limited: bool },
    Unlock(Request),
    Test(Request),
    Unlink,
    Close,
    Clock,
    Told,
    Start,
    Wait,
    End(Outcome),
}

/// What the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Done,
    No,
    /// The job has died of a signal.
    Signaled,
    Facts(simulated::Facts),
    Content(Content),
    Granted,
    Busy,
    Interrupted,
}

impl Answer {
    pub(super) fn granted(self) -> bool {
        self == Self::Granted
    }

    pub(super) fn inode(self) -> Option<u8> {
        if let Self::Facts(facts) = self { Some(facts.inode) } else { None }
    }

    pub(super) fn code(self) -> [u8; 3] {
        match self {
            Self::Done => [0; 3],
            Self::No => [1, 0, 0],
            Self::Granted => [2, 0, 0],
            Self::Busy => [3, 0, 0],
            Self::Interrupted => [4, 0, 0],
            Self::Signaled => [6, 0, 0],
            Self::Content(content) => [5, content as u8, 0],
            // The mode is one of three, told apart by this.
            Self::Facts(simulated::Facts { inode, links, mode, content }) => [
                0x80 | inode << 3 | links,
                (mode / 64 % 8) as u8 | mode as u8 & 0o40,
                content as u8,
            ],
        }
    }
}

/// Where the code stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Standing {
    pub(super) call: Call,
    /// The step of the protocol that the call belongs to; 0 is none.
    pub(super) step: u8,
    /// It holds the lock, and says so.
    pub(super) holds: bool,
    /// All that the code still knows: the answers that it may yet act on.
    pub(super) essence: Vec<u8>,
}

pub(super) struct Progress {
    pub(super) at: usize,
    pub(super) pending: Option<(u8, Call)>,
    pub(super) holds: bool,
    pub(super) essence: Vec<u8>,
    pub(super) patient: bool,
    /// What the code knows of the file that it has opened.
    pub(super) candidate: Vec<u8>,
    pub(super) created: bool,
    /// The last attempt was granted.
    pub(super) granted: bool,
    pub(super) has_slept: bool,
    /// How often it has tried for the lock of what a job has left.
    tries: u8,
    /// A signal has told it to end.
    pub(super) ends: bool,
    /// Why the file stays, as far as the code acts on it.
    pub(super) left: u8,
    pub(super) phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Acquire,
    Hold,
    Release,
    Unlocked,
    /// After closing the file of a job that has died of a signal.
    Left,
}

impl Progress {
    /// Whether the code acts on it that it has created the file, after it has had the lock.
    pub(super) fn knows_creator(&self) -> bool {
        self.created && Mistake::TrustsCreation.is_on()
    }
}

/// The answers so far, and what has come of them.
pub(super) struct Replay<'a> {
    pub(super) program: &'a Program,
    history: &'a [Answer],
    pub(super) progress: RefCell<Progress>,
}

/// What the code is told when the answers are used up: it gives up then, without asking any more.
pub(super) fn used_up() -> Error {
    Error::Unstable { path: PathBuf::new() }
}

impl<'a> Replay<'a> {
    /// Runs the program up to its first unanswered call.
    pub(super) fn of(program: &'a Program, history: &'a [Answer]) -> Standing {
        let progress = Progress {
            at: 0,
            pending: None,
            holds: false,
            essence: Vec::new(),
            patient: false,
            candidate: Vec::new(),
            created: false,
            granted: false,
            has_slept: false,
            tries: 0,
            ends: false,
            left: 0,
            phase: Phase::Acquire,
        };
        let replay = Self { program, history, progress: RefCell::new(progress) };
        let outcome = program.run(&replay);
        let progress = replay.progress.into_inner();
        let (step, call) = progress.pending.unwrap_or((0, Call::End(outcome)));
        if matches!(call, Call::End(_)) {
            // An ended run knows nothing, and holds nothing.
            return Standing { call, step, holds: false, essence: Vec::new() };
        }
        Standing { call, step, holds: progress.holds, essence: progress.essence }
    }

    /// The answer to a call; `None` when there is none any more.
    pub(super) fn ask(&self, step: u8, call: Call) -> Option<Answer> {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_some() {
            return None;
        }
        let Some(answer) = self.history.get(progress.at) else {
            progress.pending = Some((step, call));
            return None;
        };
        progress.at += 1;
        progress.essence.extend(answer.code());
        Some(*answer)
    }

    /// As [`Replay::ask`], for a call whose answer says nothing.
    pub(super) fn asked(&self, call: Call) -> Result<()> {
        self.ask(0, call).map(drop).ok_or_else(used_up)
    }

    /// Waits for the job's end, and answers whether it has died of a signal.
    pub(super) fn wait(&self) -> Result<bool> {
        let answer = self.needed(0, Call::Wait)?;
        self.let_go();
        let died = answer == Answer::Signaled;
        let leaves = died && self.program.inherits() && !Mistake::UnlockAfterDeathBySignal.is_on();
        self.enter(if leaves { Phase::Left } else { Phase::Release });
        Ok(died)
    }

    /// From here on, the code acts on nothing it was told before but on this.
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
    pub(super) fn is_over(&self) -> bool {
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

    pub(super) fn patient(&self) -> bool {
        self.progress.borrow().patient
    }

    pub(super) fn needed(&self, step: u8, call: Call) -> Result<Answer> {
        self.ask(step, call).ok_or_else(used_up)
    }

    pub(super) fn requests(&self, mode: Mode) -> Vec<Request> {
        let exclusive = mode == Mode::Exclusive;
        let flock = Request { space: Space::Flock, by_process: false, bytes: WHOLE, exclusive };
        let ofd = Request { space: Space::Range, ..flock };
        match self.program.backend {
            Backend::Pair => vec![flock, ofd],
            Backend::Flock => vec![flock],
            Backend::Process => vec![Request { by_process: true, ..ofd }],
        }
    }

    pub(super) fn marker(&self, mode: Mode) -> Option<Request> {
        let exclusive = mode == Mode::Exclusive;
        let space = Space::Range;
        (self.program.backend == Backend::Pair && !Mistake::NoMarker.is_on()).then_some(Request {
            space,
            by_process: false,
            bytes: MARKER,
            exclusive,
        })
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

    /// Whether a deadline runs: the user's, or the short grace of a run that does not wait.
    pub(super) fn is_limited(&self) -> bool {
        self.program.may_be_busy()
    }

    /// When it unlocks, the code knows why the file stays, what called for the release (the end of the job, a signal, or a
    /// comparison), and how far that is.
    pub(super) fn forget_the_end(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            let called = match progress.essence.first() {
                Some(3) => 3,
                Some(4) => progress.essence[1],
                Some(8) => 8,
                _ => 5 + u8::from(progress.ends),
            };
            let created = u8::from(progress.knows_creator());
            // Whether it has waited plays a part only where it goes on after a comparison.
            let patient = u8::from(progress.patient && called == 5);
            let left = if Mistake::ForgetsWhyTheFileStays.is_on() { 0 } else { progress.left };
            progress.essence = vec![4, called, left, patient, progress.phase as u8, created];
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
