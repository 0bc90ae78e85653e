//! The seam of the shipped code, answered from a record, as the real system answers it: the same calls in the same order.

use withlock_platform::backend::{Attempt, Mode, Wakeup};
use withlock_platform::evidence::{Facts, Identity, Kind};
use withlock_platform::process::Deadline;

use super::call::{Answer, Call};
use super::mistakes::Mistake;
use super::program::{USER, Wait};
use super::replay::{Phase, Replay, used_up};
use super::simulated::{self, Content};
use withlock::Result;
use withlock::event::Event;
use withlock::holder::form::Form;
use withlock::holder::identify::Holder;
use withlock::holder::record::Record;
use withlock::lock::World;

/// A file that was opened by the run, or created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handle {
    pub(super) created: bool,
    pub(super) slot: u8,
}

/// Why the file stays: it could not be removed.
const REMOVAL_FAILED: u8 = 3;

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

impl World for Replay<'_> {
    type Place = ();
    type File = Handle;
    type Waiting = ();
    type Seen = ();

    fn walk(&self) -> Result<((), Option<Facts>)> {
        self.enter(Phase::Acquire);
        self.look_at_slot();
        self.forget(&[1, u8::from(self.is_waiting())]);
        self.progress.borrow_mut().candidate.clear();
        let found = self.needed(1, Call::Look)? == Answer::Done;
        // Which file it is plays no part before it is open.
        Ok(((), found.then(|| facts_of(simulated::Facts::default()))))
    }

    fn open(&self, (): &(), _: &Facts) -> Result<Option<Handle>> {
        if self.phase() == Phase::Left {
            self.forget(&[7]);
        }
        let step = if self.phase() == Phase::Left { 11 } else { 2 };
        let opened = self.needed(step, Call::Open)? == Answer::Done;
        Ok(opened.then_some(Handle { created: false, slot: self.slot }))
    }

    fn outlast_lease(&self, (): &()) -> Result<Wakeup> {
        // Nobody takes leases here.
        Ok(Wakeup::Granted)
    }

    fn create(&self, (): &()) -> Result<Option<Handle>> {
        let created = self.needed(2, Call::Create)? == Answer::Done;
        Ok(created.then_some(Handle { created: true, slot: self.slot }))
    }

    fn facts(&self, file: &Handle) -> Result<Facts> {
        let (first, step) = match self.phase() {
            Phase::Left => (8, 11),
            _ if self.progress.borrow().candidate.is_empty() => (2, 3),
            _ => (2, 4),
        };
        let answer = self.needed(step, Call::Fstat)?;
        let Answer::Facts(facts) = answer else { return Err(used_up()) };
        // Whether it has waited plays a part only where it may have to go on.
        let waiting = first == 2 && self.is_waiting();
        let mut candidate = vec![first, u8::from(waiting), u8::from(file.created)];
        candidate.extend(answer.code());
        self.forget(&candidate);
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.candidate = candidate;
            progress.has_slept = false;
            progress.left = 2 * u8::from(self.program.shared);
        }
        Ok(facts_of(facts))
    }

    fn named(&self) -> Result<Option<Facts>> {
        self.turn_to_slot();
        let answer = self.needed(5, Call::Stat)?;
        self.stands_to_it();
        Ok(if let Answer::Facts(facts) = answer { Some(facts_of(facts)) } else { None })
    }

    fn entry(&self, (): &()) -> Result<Option<Facts>> {
        if self.phase() == Phase::Acquire {
            self.turn_to_slot();
            self.enter(Phase::Release);
        }
        self.progress.borrow_mut().left = 0;
        let is_left = self.phase() == Phase::Left && self.progress.borrow().candidate.is_empty();
        let answer = self.needed(if is_left { 11 } else { 8 }, Call::Entry)?;
        Ok(if let Answer::Facts(facts) = answer { Some(facts_of(facts)) } else { None })
    }

    fn may_change(&self, _: &Handle) -> bool {
        true
    }

    fn form(&self, _: &Handle, facts: &Facts) -> Form {
        if facts.size == 0 {
            return Form::Begun;
        }
        let step = if self.phase() == Phase::Acquire { 6 } else { 8 };
        match self.ask(step, Call::Read) {
            Some(Answer::Content(Content::Nobody | Content::Named)) => Form::Signed,
            Some(Answer::Content(Content::Empty)) => Form::Begun,
            _ => Form::Other,
        }
    }

    fn record(&self, _: &Handle, form: Form, holder: Option<&Record>) -> bool {
        let step = match self.phase() {
            _ if self.progress.borrow().candidate.is_empty() => 2,
            Phase::Acquire => 6,
            _ => 8,
        };
        let is_named = holder.is_some() && self.program.records;
        if form == Form::Begun {
            self.ask(step, Call::Write(if is_named { Content::Named } else { Content::Nobody }));
            self.ask(step, Call::Chmod);
        } else if self.program.records {
            self.ask(step, Call::Write(Content::Nobody));
            if is_named {
                self.ask(step, Call::Write(Content::Named));
            }
        }
        is_named
    }

    fn holder(&self, _: &Handle) -> Option<Record> {
        // Who waits anyway does not act on it.
        if self.program.wait != Wait::No {
            return None;
        }
        let named = self.ask(4, Call::ReadHolder) == Some(Answer::Content(Content::Named));
        named.then(Record::default)
    }

    fn identify(&self, _: &Handle, record: Option<Record>, _: Option<()>) -> Option<Holder> {
        record.map(Holder::of)
    }

    fn is_held_by_ancestor(&self, _: &Handle, _: &Facts, _: Option<&Record>) -> (bool, ()) {
        (false, ())
    }

    fn try_lock(&self, _: &Handle, mode: Mode) -> Result<Attempt> {
        let known = self.known();
        let granted = self.lock_all(self.try_step(), mode, false)? == Answer::Granted;
        if self.phase() == Phase::Acquire && !self.settles(known, granted) {
            let has_slept = self.progress.borrow().has_slept;
            self.keep_to(&[u8::from(has_slept), u8::from(granted)]);
        } else if self.phase() == Phase::Left {
            let tries = self.tried();
            self.keep_to(&[tries, u8::from(granted)]);
        }
        Ok(if granted { Attempt::Granted } else { Attempt::Busy })
    }

    fn lock(&self, _: &Handle, mode: Mode, (): &()) -> Result<Wakeup> {
        let granted = self.lock_all(4, mode, true)? == Answer::Granted;
        self.progress.borrow_mut().granted = granted;
        self.keep_to(&[2, u8::from(granted)]);
        Ok(if granted { Wakeup::Granted } else { Wakeup::Interrupted })
    }

    fn lock_any(files: &[(&Self, &Handle)], _: Mode, (): &()) -> Result<Wakeup> {
        let slots = files.iter().fold(0, |slots, (_, file)| slots | 1 << file.slot);
        files.first().map_or_else(|| Err(used_up()), |(seat, _)| seat.sleep_for_any(slots))
    }

    fn rest(&self, (): &()) -> Wakeup {
        self.rests()
    }

    fn unlock(&self, _: &Handle) -> Result<()> {
        self.unlock_all()
    }

    fn announce(&self, _: &Handle) {
        self.turn_to_sleep();
        if let Some(request) = self.marker(Mode::Shared) {
            self.ask(4, Call::Lock { request, waits: false, limited: false });
        }
        self.progress.borrow_mut().granted = false;
        self.keep_to(&[3]);
    }

    fn withdraw(&self, _: &Handle) {
        let takes_back = !self.program.makes(Mistake::NoWithdrawal);
        if let Some(request) = self.marker(Mode::Shared).filter(|_| takes_back) {
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

    /// What may happen between more tries than two may happen between two: one that is refused changes nothing.
    fn pause(&self, _: &Handle, _: &Record, tries: usize) -> bool {
        tries < 2
    }

    fn remove(&self, (): &()) -> Result<()> {
        // A name that has gone meanwhile is an error, as it is on the real system.
        let removed = self.needed(8, Call::Unlink)? == Answer::Done;
        if removed {
            return Ok(());
        }
        self.progress.borrow_mut().left = REMOVAL_FAILED;
        Err(used_up())
    }

    fn close(&self, _: Handle) {
        let is_left = self.phase() == Phase::Left;
        // The first time, it closes what it has held; the second time, what it has opened to clear it.
        if is_left && self.progress.borrow().candidate.first() != Some(&8) {
            self.progress.borrow_mut().candidate.clear();
            self.forget(&[6]);
        }
        self.turn_to_close();
        self.ask(if is_left { 11 } else { 9 }, Call::Close);
    }

    fn inheritable<'f>(&self, _: &'f Handle) -> Option<&'f std::fs::File> {
        None
    }

    fn begin_waiting(&self, _: Option<Deadline>) -> Result<()> {
        let mut progress = self.progress.borrow_mut();
        progress.waiting |= progress.pending.is_none();
        Ok(())
    }

    fn tell(&self, event: &Event<'_>) {
        let Event::Acquired { .. } = event else { return };
        let mut progress = self.progress.borrow_mut();
        if progress.pending.is_none() {
            progress.holds = true;
            progress.phase = Phase::Hold;
            progress.essence = vec![3];
        }
        drop(progress);
        self.forget_other_slots();
    }

    fn is_over(&self, (): &()) -> bool {
        self.is_limited() && self.ask(4, Call::Clock) == Some(Answer::Done)
    }

    fn interrupted(&self, (): &()) -> Option<i32> {
        (self.program.wait.may_be_interrupted() && self.ask(4, Call::Signals) == Some(Answer::Done))
            .then_some(15)
    }

    fn end_waiting(&self, (): ()) -> Option<i32> {
        let signal = self.interrupted(&());
        self.progress.borrow_mut().ends = signal.is_some();
        signal
    }
}
