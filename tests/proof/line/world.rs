//! The seam of the shipped code, where each lock is one thing that is tried for, slept for and given up at once: how files
//! come into that is in the model of a single lock.

use withlock_platform::backend::{Attempt, Mode, Wakeup};
use withlock_platform::evidence::{Facts, Identity, Kind};
use withlock_platform::process::Deadline;

use super::mistakes::Mistake;
use super::replay::{Replay, used_up};
use super::run::{Answer, Call, HEAD, PARTS, SLOTS};
use crate::proof::program::USER;
use withlock::Result;
use withlock::event::Event;
use withlock::holder::form::Form;
use withlock::holder::identify::Holder;
use withlock::holder::record::Record;
use withlock::lock::World;

/// Its file is always there, and always the same.
const FACTS: Facts = Facts {
    identity: Identity { device: 1, inode: 1 },
    kind: Kind::Regular,
    mode: 0o600,
    owner: USER,
    group: USER,
    links: 1,
    size: 14,
};

impl Replay<'_> {
    /// What a run that makes a mistake does before it falls asleep.
    fn lie_down(&self) -> Result<()> {
        if self.run.makes(Mistake::PlaceGivenUpEarly) {
            (HEAD + 1..PARTS as u8).try_for_each(|place| self.other(place).give_up())?;
        }
        if self.run.makes(Mistake::HeadGivenUpEarly) && self.part < SLOTS {
            self.other(HEAD).give_up()?;
        }
        Ok(())
    }

    fn sleep(&self, call: Call) -> Result<Wakeup> {
        self.lie_down()?;
        let answer = self.needed(call)?;
        let is_granted = answer == Answer::Granted;
        self.progress.borrow_mut().gives_up = Some(answer).filter(|_| !is_granted);
        Ok(if is_granted { Wakeup::Granted } else { Wakeup::Interrupted })
    }

    fn signal(&self) -> bool {
        self.progress.borrow().gives_up == Some(Answer::Signal)
    }
}

impl World for Replay<'_> {
    type Place = ();
    type File = ();
    type Waiting = ();
    type Seen = ();

    fn try_lock(&self, (): &(), _: Mode) -> Result<Attempt> {
        if self.part == HEAD && self.run.makes(Mistake::NoHead) {
            return Ok(Attempt::Granted);
        }
        let is_granted = self.needed(Call::Try(self.part))? == Answer::Granted;
        self.note(is_granted);
        let lies = self.is_place() && self.run.makes(Mistake::RefusedPlaceTaken);
        Ok(if is_granted || lies { Attempt::Granted } else { Attempt::Busy })
    }

    fn lock(&self, (): &(), _: Mode, (): &()) -> Result<Wakeup> {
        let wakeup = self.sleep(Call::Lock(self.part))?;
        self.note(wakeup == Wakeup::Granted);
        Ok(wakeup)
    }

    fn lock_any(files: &[(&Self, &())], _: Mode, (): &()) -> Result<Wakeup> {
        let Some((first, ())) = files.first() else { return Err(used_up()) };
        let slept = if first.run.makes(Mistake::SleepsForOneSlot) { &files[..1] } else { files };
        let slots = slept.iter().fold(0, |slots, (replay, ())| slots | 1 << replay.part);
        first.sleep(Call::SleepForAny(slots))
    }

    fn unlock(&self, (): &()) -> Result<()> {
        let is_surplus = self.part < SLOTS && !self.progress.borrow().has_run;
        let keeps = is_surplus && self.run.makes(Mistake::SurplusKept)
            || self.part == HEAD && self.run.makes(Mistake::HeadKept);
        if keeps { Ok(()) } else { self.give_up() }
    }

    /// Whatever was not unlocked is now.
    fn close(&self, (): ()) {
        let _ = self.unlock(&());
    }

    fn begin_waiting(&self, _: Option<Deadline>) -> Result<()> {
        Ok(())
    }

    fn is_over(&self, (): &()) -> bool {
        self.progress.borrow().gives_up == Some(Answer::Deadline)
    }

    fn interrupted(&self, (): &()) -> Option<i32> {
        self.signal().then_some(15)
    }

    /// A signal may have come at the last moment.
    fn end_waiting(&self, (): ()) -> Option<i32> {
        let has_come = self.signal()
            || self.run.wait.may_be_interrupted()
                && self.ask(Call::Signals) == Some(Answer::Signal);
        has_come.then_some(15)
    }

    fn tell(&self, event: &Event<'_>) {
        if let Event::Acquired { .. } = event {
            self.hold();
        }
    }

    fn walk(&self) -> Result<((), Option<Facts>)> {
        Ok(((), Some(FACTS)))
    }

    fn open(&self, (): &(), _: &Facts) -> Result<Option<()>> {
        Ok(Some(()))
    }

    fn create(&self, (): &()) -> Result<Option<()>> {
        Ok(None)
    }

    fn facts(&self, (): &()) -> Result<Facts> {
        Ok(FACTS)
    }

    fn named(&self) -> Result<Option<Facts>> {
        Ok(Some(FACTS))
    }

    fn entry(&self, (): &()) -> Result<Option<Facts>> {
        Ok(Some(FACTS))
    }

    fn may_change(&self, (): &()) -> bool {
        true
    }

    fn form(&self, (): &(), _: &Facts) -> Form {
        Form::Signed
    }

    fn record(&self, (): &(), _: Form, _: Option<&Record>) -> bool {
        true
    }

    fn holder(&self, (): &()) -> Option<Record> {
        Some(Record::default())
    }

    fn identify(&self, (): &(), _: Option<Record>, _: Option<()>) -> Option<Holder> {
        None
    }

    fn is_held_by_ancestor(&self, (): &(), _: &Facts, _: Option<&Record>) -> (bool, ()) {
        (false, ())
    }

    fn outlast_lease(&self, (): &()) -> Result<Wakeup> {
        Ok(Wakeup::Granted)
    }

    fn rest(&self, (): &()) -> Wakeup {
        Wakeup::Granted
    }

    fn announce(&self, (): &()) {}

    fn withdraw(&self, (): &()) {}

    fn close_queue(&self, (): &()) -> bool {
        true
    }

    fn is_queue_empty(&self, (): &()) -> bool {
        true
    }

    fn pause(&self, (): &(), _: &Record, _: usize) -> bool {
        false
    }

    fn remove(&self, (): &()) -> Result<()> {
        Ok(())
    }

    fn inheritable<'f>(&self, (): &'f ()) -> Option<&'f std::fs::File> {
        None
    }
}
