//! What takes part: runs of withlock, as the shipped code has them, and tools that lock the same file.

use std::path::PathBuf;
use std::time::Duration;

use withlock_platform::backend::Mode;
use withlock_platform::process::Deadline;

use super::call::Call;
use super::lying::Lying;
use super::mistakes::Mistake;
use super::replay::Replay;
use super::simulated::{EVERYTHING, Request, Space, WHOLE};
use withlock::lock::{self, Asking, Attempt, Held, Slot, Terms, World, hold_during};
use withlock::trust::Trusted;

/// The user of every run.
pub(super) const USER: u32 = 1000;

/// Which locks a run takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backend {
    /// flock(2) and an OFD lock, and the marker: Linux.
    Pair,
    /// flock(2) alone: FreeBSD, macOS, illumos.
    Flock,
    /// fcntl(2), owned by the process: Solaris and elsewhere.
    Process,
}

/// How long a run is willing to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    No,
    Limited,
    Forever,
    /// Without limit, but a signal may interrupt it.
    Interruptible,
    /// With a limit, and a signal may interrupt it sooner.
    Either,
}

impl Wait {
    /// Whether it ends when somebody else keeps the lock.
    pub(super) fn may_be_busy(self) -> bool {
        matches!(self, Self::No | Self::Limited | Self::Either)
    }

    /// Whether a signal may interrupt it.
    pub(super) fn may_be_interrupted(self) -> bool {
        matches!(self, Self::Interruptible | Self::Either)
    }
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of withlock.
    Withlock,
    /// flock(1): locks whatever file it has opened.
    FlockTool,
    /// with-lock-ex(1): fcntl(2), process-owned, and compares.
    WithLockEx,
}

/// One participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) kind: Kind,
    pub(super) backend: Backend,
    pub(super) shared: bool,
    pub(super) wait: Wait,
    pub(super) keep: bool,
    /// The job leaves something behind that has the descriptor and lives on.
    pub(super) daemon: bool,
    /// The job never ends.
    pub(super) runs_for_ever: bool,
    /// The job dies of a signal, and what it has started lives on for a while, or has ended just then.
    pub(super) dies: bool,
    /// The job writes words of its own into the lock file.
    pub(super) writes: bool,
    /// It writes who holds the lock.
    pub(super) records: bool,
    /// How many slots would do.
    pub(super) slots: u8,
    /// The mistake that is made.
    pub(super) mistake: Option<Mistake>,
}

/// How a participant ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    Ran,
    Busy,
    Interrupted,
    Failed,
}

impl Program {
    /// An exclusive run of withlock.
    pub(super) const fn new(backend: Backend, wait: Wait) -> Self {
        let kind = Kind::Withlock;
        Self {
            kind,
            backend,
            shared: false,
            wait,
            keep: false,
            daemon: false,
            runs_for_ever: false,
            dies: false,
            writes: false,
            records: false,
            slots: 1,
            mistake: None,
        }
    }

    pub(super) const fn shared(self) -> Self {
        Self { shared: true, ..self }
    }

    pub(super) const fn keeping(self) -> Self {
        Self { keep: true, ..self }
    }

    pub(super) const fn leaving_a_daemon(self) -> Self {
        Self { daemon: true, ..self }
    }

    pub(super) const fn running_for_ever(self) -> Self {
        Self { runs_for_ever: true, ..self }
    }

    pub(super) const fn dying(self) -> Self {
        Self { dies: true, ..self }
    }

    pub(super) const fn writing(self) -> Self {
        Self { writes: true, ..self }
    }

    /// Two slots would do.
    pub(super) const fn with_two_slots(self) -> Self {
        Self { slots: 2, ..self }
    }

    pub(super) const fn flock_tool(wait: Wait) -> Self {
        Self { kind: Kind::FlockTool, ..Self::new(Backend::Flock, wait) }
    }

    pub(super) const fn with_lock_ex(wait: Wait) -> Self {
        Self { kind: Kind::WithLockEx, ..Self::new(Backend::Process, wait) }
    }

    /// Whether the lock belongs to the open file description, so that the job inherits it.
    pub(super) fn inherits(&self) -> bool {
        self.backend != Backend::Process
    }

    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Runs it up to the first call that the replay has no answer for.
    pub(super) fn run(&self, replay: &Replay<'_>) -> Outcome {
        match self.kind {
            // The shipped code, on the seam itself, unless a mistake is to be made.
            Kind::Withlock => match self.mistake {
                None => self.withlock(replay, |seat| seat),
                Some(mistake) => self.withlock(replay, |seat| Lying::new(seat, mistake)),
            },
            Kind::FlockTool => self.flock_tool_on(replay),
            Kind::WithLockEx => self.with_lock_ex_on(replay),
        }
    }

    fn withlock<'a, W: World>(
        &self,
        replay: &Replay<'a>,
        world: impl Fn(Replay<'a>) -> W,
    ) -> Outcome {
        let slot = |number| {
            Ok(Slot { world: world(replay.at(number)), terms: self.terms(number), first: None })
        };
        let wait = match self.wait {
            Wait::No => lock::Wait::No,
            Wait::Limited | Wait::Either => lock::Wait::Until(far()),
            Wait::Forever | Wait::Interruptible => lock::Wait::Forever,
        };
        match lock::acquire_any((0..self.slots).map(slot), wait) {
            Ok(Attempt::Held(held)) => {
                let seat = replay.at(held.slot() as u8 - 1);
                self.job(held, &seat)
            }
            Ok(Attempt::Busy(_)) => Outcome::Busy,
            Ok(Attempt::Interrupted(_)) => Outcome::Interrupted,
            Err(_) => Outcome::Failed,
        }
    }

    fn terms(&self, slot: u8) -> Terms {
        Terms {
            path: PathBuf::new(),
            trusted: Trusted { user: USER },
            mode: if self.shared { Mode::Shared } else { Mode::Exclusive },
            create: true,
            keep: self.keep,
            slot: u16::from(slot) + 1,
            label: String::new(),
            asking: Asking::Never,
        }
    }

    /// The locks of the backend, in the order in which they are taken.
    pub(super) fn requests(&self, exclusive: bool) -> Vec<Request> {
        let flock = Request { space: Space::Flock, by_process: false, bytes: WHOLE, exclusive };
        let ofd = Request { space: Space::Range, ..flock };
        match self.backend {
            Backend::Pair => vec![flock, ofd],
            Backend::Flock => vec![flock],
            Backend::Process => vec![Request { by_process: true, ..ofd }],
        }
    }

    /// Runs the job, as [`withlock::job::run`] does.
    fn job<W: World>(&self, held: Held<W>, replay: &Replay<'_>) -> Outcome {
        let start = |_: &Held<W>| {
            replay.asked(Call::Start)?;
            if self.makes(Mistake::UnlockBeforeJobEnd) { replay.unlock_all() } else { Ok(()) }
        };
        let ended = hold_during(held, start, |_, ()| Ok(((), replay.wait()?)));
        if ended.is_ok() { Outcome::Ran } else { Outcome::Failed }
    }

    fn flock_tool_on(&self, replay: &Replay<'_>) -> Outcome {
        replay.ask(0, Call::OpenOrCreate);
        let request = self.peer_request(Space::Flock, false);
        if !self.peer_locks(replay, request) {
            return Outcome::Busy;
        }
        peer_job(replay)
    }

    fn with_lock_ex_on(&self, replay: &Replay<'_>) -> Outcome {
        let request = self.peer_request(Space::Range, true);
        loop {
            replay.forget(&[]);
            replay.ask(0, Call::OpenOrCreate);
            if !self.peer_locks(replay, request) {
                return Outcome::Busy;
            }
            let opened = replay.ask(0, Call::Fstat).and_then(|answer| answer.inode());
            let named = replay.ask(0, Call::Stat).and_then(|answer| answer.inode());
            if opened == named {
                break;
            }
            replay.ask(0, Call::Close);
            if replay.is_used_up() {
                return Outcome::Failed;
            }
        }
        peer_job(replay)
    }

    fn peer_request(&self, space: Space, by_process: bool) -> Request {
        Request { space, by_process, bytes: EVERYTHING, exclusive: !self.shared }
    }

    fn peer_locks(&self, replay: &Replay<'_>, request: Request) -> bool {
        let waits = self.wait != Wait::No;
        replay.ask(0, Call::Lock { request, waits, limited: false }).is_some_and(|it| it.granted())
    }
}

/// The job of a tool, which closes the file at the end, and leaves it.
fn peer_job(replay: &Replay<'_>) -> Outcome {
    replay.hold();
    replay.ask(0, Call::Start);
    replay.ask(0, Call::Wait);
    replay.let_go();
    replay.ask(0, Call::Close);
    Outcome::Ran
}

/// A deadline, which the simulated clock decides about.
fn far() -> Deadline {
    Deadline::after(Duration::from_secs(1)).unwrap()
}
