//! The seam of the shipped code, answered from a record: runs the code up to the first call that nobody has answered
//! yet. The code is a function of the answers it gets, so its state between two calls is the answers so far.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use withlock_platform::backend::{Attempt, Mode, Wakeup};
use withlock_platform::evidence::{Facts, Identity, Kind};

use super::program::{Backend, Outcome, Patience, Program, USER};
use super::simulated::{self, Content, EVERYTHING, MARKER, Request, Space, WHOLE};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::kernel::Kernel;
use crate::record::Record;

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

    fn code(self) -> [u8; 3] {
        match self {
            Self::Done => [0; 3],
            Self::No => [1, 0, 0],
            Self::Granted => [2, 0, 0],
            Self::Busy => [3, 0, 0],
            Self::Interrupted => [4, 0, 0],
            Self::Content(content) => [5, content as u8, 0],
            // The mode is one of three, told apart by this.
            Self::Facts(simulated::Facts { inode, links, mode, content }) => [
                0x80 | inode << 3 | links,
                (mode / 64 % 8) as u8 | mode as u8 & 0o30,
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

struct Progress {
    at: usize,
    pending: Option<(u8, Call)>,
    holds: bool,
    essence: Vec<u8>,
    patient: bool,
    /// What the code knows of the file that it has opened.
    candidate: Vec<u8>,
    created: bool,
    /// The last attempt was granted.
    granted: bool,
    has_slept: bool,
    /// A signal has told it to end.
    ends: bool,
    /// Why the file stays, as far as the code acts on it.
    left: u8,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Acquire,
    Hold,
    Release,
    Unlocked,
}

/// The answers so far, and what has come of them.
pub(super) struct Replay<'a> {
    program: &'a Program,
    history: &'a [Answer],
    progress: RefCell<Progress>,
}

/// What the code is told when the answers are used up: it gives up then, without asking any more.
fn used_up() -> Error {
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
        if call == Call::Wait {
            self.ask(0, call).ok_or_else(used_up)?;
            self.let_go();
            self.enter(Phase::Release);
            return Ok(());
        }
        self.ask(0, call).map(drop).ok_or_else(used_up)
    }

    /// From here on, the code acts on nothing it was told before but on this.
    pub(super) fn forget(&self, but: &[u8]) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.essence = but.to_vec();
        }
    }

    /// From here on, the code knows the file that it has opened, and this.
    fn keep_to(&self, known: &[u8]) {
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

    /// Whether the answers are used up.
    pub(super) fn is_over(&self) -> bool {
        self.progress.borrow().pending.is_some()
    }

    fn enter(&self, phase: Phase) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.phase = phase;
        }
    }

    fn phase(&self) -> Phase {
        self.progress.borrow().phase
    }

    fn patient(&self) -> bool {
        self.progress.borrow().patient
    }

    fn needed(&self, step: u8, call: Call) -> Result<Answer> {
        self.ask(step, call).ok_or_else(used_up)
    }

    fn requests(&self, mode: Mode) -> Vec<Request> {
        let exclusive = mode == Mode::Exclusive;
        let flock = Request { space: Space::Flock, by_process: false, bytes: WHOLE, exclusive };
        let ofd = Request { space: Space::Range, ..flock };
        match self.program.backend {
            Backend::Pair => vec![flock, ofd],
            Backend::Flock => vec![flock],
            Backend::Process => vec![Request { by_process: true, ..ofd }],
        }
    }

    fn marker(&self, mode: Mode) -> Option<Request> {
        let exclusive = mode == Mode::Exclusive;
        let space = Space::Range;
        (self.program.backend == Backend::Pair && !crate::mistaken!(NoMarker)).then_some(Request {
            space,
            by_process: false,
            bytes: MARKER,
            exclusive,
        })
    }

    /// The locks of the backend, one after the other; refused one, the first is given up.
    fn lock_all(&self, step: u8, mode: Mode, waits: bool) -> Result<Answer> {
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
    fn is_limited(&self) -> bool {
        matches!(self.program.patience, Patience::None | Patience::Limited)
    }

    /// When it unlocks, the code knows why the file stays, and what called for the release: the end of the job, a signal,
    /// or a comparison.
    fn forget_the_end(&self) {
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            let called = match progress.essence.first() {
                Some(3) => 3,
                Some(4) => progress.essence[1],
                _ => 5 + u8::from(progress.ends),
            };
            let (patient, left) = (u8::from(progress.patient), progress.left);
            progress.essence = vec![4, called, left, patient];
        }
    }

    fn try_step(&self) -> u8 {
        match self.phase() {
            Phase::Acquire => 4,
            Phase::Hold | Phase::Release => 7,
            Phase::Unlocked => 10,
        }
    }
}

/// A file that was opened by the run, or created.
#[derive(Debug)]
pub(super) struct Handle {
    created: bool,
}

fn facts_of(facts: simulated::Facts) -> Facts {
    Facts {
        identity: Identity { device: 1, inode: facts.inode.into() },
        kind: Kind::Regular,
        mode: facts.mode.into(),
        owner: USER,
        group: USER,
        links: facts.links.into(),
        size: if facts.content == Content::Empty { 0 } else { 14 },
    }
}

impl Kernel for &Replay<'_> {
    type Place = ();
    type File = Handle;
    type Patience = ();

    fn walk(&self) -> Result<((), Option<Facts>)> {
        self.enter(Phase::Acquire);
        self.forget(&[1, u8::from(self.patient())]);
        let found = self.needed(1, Call::Look)? == Answer::Done;
        // Which file it is plays no part before it is open.
        Ok(((), found.then(|| facts_of(simulated::Facts::default()))))
    }

    fn open(&self, (): &(), _: &Facts) -> Result<Option<Handle>> {
        let opened = self.needed(2, Call::Open)? == Answer::Done;
        Ok(opened.then_some(Handle { created: false }))
    }

    fn create(&self, (): &()) -> Result<Option<Handle>> {
        let created = self.needed(2, Call::Create)? == Answer::Done;
        Ok(created.then_some(Handle { created: true }))
    }

    fn facts(&self, file: &Handle) -> Result<Facts> {
        let answer = self.needed(3, Call::Fstat)?;
        let Answer::Facts(facts) = answer else { return Err(used_up()) };
        let mut candidate = vec![2, u8::from(self.patient()), u8::from(file.created)];
        candidate.extend(answer.code());
        self.forget(&candidate);
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.candidate = candidate;
            progress.created = file.created;
            progress.has_slept = false;
            progress.left = 2 * u8::from(self.program.shared);
        }
        Ok(facts_of(facts))
    }

    fn named(&self) -> Result<Option<Identity>> {
        let answer = self.needed(5, Call::Stat)?;
        Ok(answer.inode().map(|inode| Identity { device: 1, inode: inode.into() }))
    }

    fn entry(&self, (): &()) -> Result<Option<Facts>> {
        if self.phase() == Phase::Acquire {
            self.enter(Phase::Release);
        }
        self.progress.borrow_mut().left = 0;
        let answer = self.needed(8, Call::Entry)?;
        Ok(if let Answer::Facts(facts) = answer { Some(facts_of(facts)) } else { None })
    }

    fn may_change(&self, _: &Handle) -> bool {
        true
    }

    fn is_signed(&self, _: &Handle) -> bool {
        let step = if self.phase() == Phase::Acquire { 6 } else { 8 };
        let signed =
            |answer| matches!(answer, Answer::Content(content) if content != Content::Empty);
        self.ask(step, Call::Read).is_some_and(signed)
    }

    fn sign(&self, _: &Handle) {
        let step = if self.progress.borrow().candidate.is_empty() { 2 } else { 6 };
        self.ask(step, Call::Write(Content::Nobody));
        self.ask(step, Call::Chmod);
    }

    fn record(&self, _: &Handle, holder: Option<&Record>) {
        if !self.program.records {
            return;
        }
        let step = if self.phase() == Phase::Acquire { 6 } else { 8 };
        let content = if holder.is_some() { Content::Named } else { Content::Nobody };
        self.ask(step, Call::Write(content));
    }

    fn holder(&self, _: &Handle) -> Option<Record> {
        // Who waits anyway does not act on it.
        if self.program.patience != Patience::None {
            return None;
        }
        let named = self.ask(4, Call::ReadHolder) == Some(Answer::Content(Content::Named));
        named.then(Record::default)
    }

    fn is_held_by_ancestor(&self, _: &Facts, _: Option<&Record>) -> bool {
        false
    }

    fn try_lock(&self, _: &Handle, mode: Mode) -> Result<Attempt> {
        let granted = self.lock_all(self.try_step(), mode, false)? == Answer::Granted;
        if self.phase() == Phase::Acquire {
            let has_slept = self.progress.borrow().has_slept;
            self.keep_to(&[u8::from(has_slept), u8::from(granted)]);
        }
        Ok(if granted { Attempt::Granted } else { Attempt::Busy })
    }

    fn lock(&self, _: &Handle, mode: Mode, (): &()) -> Result<Wakeup> {
        let granted = self.lock_all(4, mode, true)? == Answer::Granted;
        self.progress.borrow_mut().granted = granted;
        self.keep_to(&[2, u8::from(granted)]);
        Ok(if granted { Wakeup::Granted } else { Wakeup::Interrupted })
    }

    fn unlock(&self, _: &Handle) -> Result<()> {
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

    fn announce(&self, _: &Handle) {
        if let Some(request) = self.marker(Mode::Shared) {
            self.ask(4, Call::Lock { request, waits: false, limited: false });
        }
        self.progress.borrow_mut().granted = false;
        self.keep_to(&[3]);
    }

    fn withdraw(&self, _: &Handle) {
        if let Some(request) = self.marker(Mode::Shared) {
            self.ask(4, Call::Unlock(request));
        }
        let granted = self.progress.borrow().granted;
        self.keep_to(&[4, u8::from(granted)]);
        self.progress.borrow_mut().has_slept = true;
    }

    fn close_queue(&self, _: &Handle) -> bool {
        self.marker(Mode::Exclusive).is_none_or(|request| {
            let call = Call::Lock { request, waits: false, limited: false };
            let closed = self.ask(8, call) == Some(Answer::Granted);
            self.progress.borrow_mut().left = if closed { 0 } else { 1 };
            closed
        })
    }

    fn is_queue_empty(&self, _: &Handle) -> bool {
        self.marker(Mode::Exclusive)
            .is_none_or(|request| self.ask(10, Call::Test(request)) == Some(Answer::Done))
    }

    fn remove(&self, (): &()) -> Result<()> {
        // A name that has gone meanwhile is an error, as it is on the real system.
        let removed = self.needed(8, Call::Unlink)? == Answer::Done;
        if removed { Ok(()) } else { Err(used_up()) }
    }

    fn close(&self, _: Handle) {
        self.ask(9, Call::Close);
    }

    fn be_patient(&self, _: Option<Duration>) -> Result<()> {
        let mut progress = self.progress.borrow_mut();
        progress.patient |= progress.pending.is_none();
        Ok(())
    }

    fn tell(&self, event: &Event<'_>) {
        let Event::Acquired { .. } = event else { return };
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.holds = true;
            progress.phase = Phase::Hold;
            // What is left is whether this run has created the file.
            progress.essence = vec![3, u8::from(progress.created)];
        }
    }

    fn is_over(&self, (): &()) -> bool {
        self.is_limited() && self.ask(4, Call::Clock) == Some(Answer::Done)
    }

    fn told(&self, (): &()) -> Option<i32> {
        let may_be = self.program.patience == Patience::Signalled;
        (may_be && self.ask(4, Call::Told) == Some(Answer::Done)).then_some(15)
    }

    fn end_patience(&self, (): ()) -> Option<i32> {
        let told = self.told(&());
        self.progress.borrow_mut().ends = told.is_some();
        told
    }
}
