//! The lies, each where the code asks.

use withlock_platform::backend::{Attempt, Mode, Wakeup};
use withlock_platform::evidence::Facts;
use withlock_platform::process::{Deadline, Signal};

use super::Lying;
use super::memory::Memory;
use crate::proof::mistakes::Mistake;
use crate::proof::replay::Replay;
use crate::proof::seam::Handle;
use withlock::Result;
use withlock::event::Event;
use withlock::holder::form::Form;
use withlock::holder::identify::Holder;
use withlock::holder::record::Record;
use withlock::lock::World;
use withlock::lock::file::MODE_BEGUN;

impl World for Lying<'_> {
    type Place = ();
    type File = Handle;
    type Waiting = ();
    type Seen = ();

    fn walk(&self) -> Result<((), Option<Facts>)> {
        self.world.walk()
    }

    fn open(&self, place: &(), found: &Facts) -> Result<Option<Handle>> {
        Ok(self.begin(self.world.open(place, found)?))
    }

    fn create(&self, place: &()) -> Result<Option<Handle>> {
        let file = self.begin(self.world.create(place)?);
        if let Some(file) = file.filter(|_| self.makes(Mistake::SignsBeforeLocking)) {
            self.world.record(&file, Form::Begun, None);
        }
        Ok(file)
    }

    /// The first time, it is \[3], just before \[4].
    fn facts(&self, file: &Handle) -> Result<Facts> {
        let facts = self.world.facts(file)?;
        let is_first = self.memory().identity.is_none();
        self.change(|memory| memory.identity = Some(facts.identity));
        if !is_first || !self.acquires() {
            return Ok(facts);
        }
        match self.mistake {
            Mistake::NoComparison | Mistake::BusyOnStaleFile => {
                self.change(|memory| memory.seen = Some(facts));
            }
            // A file that the path does not name is closed, and everything starts again, as if it had no name at all.
            Mistake::ComparisonBeforeLocking if !self.look()? => {
                return Ok(Facts { links: 0, ..facts });
            }
            _ => {}
        }
        Ok(facts)
    }

    fn named(&self) -> Result<Option<Facts>> {
        let Memory { seen, looked, stale, .. } = self.memory();
        if self.makes(Mistake::NoComparison) || looked || stale {
            return Ok(seen);
        }
        let named = self.world.named()?;
        self.change(|memory| memory.compared = self.makes(Mistake::ClosesTheSurplus));
        let is_same = named.is_some_and(|facts| self.memory().is_same(&facts));
        if !is_same && self.says_busy() {
            return Ok(seen);
        }
        if !is_same && self.makes(Mistake::LeavesWhatHasLostItsPath) {
            self.change(|memory| memory.left = !memory.created);
        }
        Ok(named)
    }

    /// The first thing in \[8].
    fn entry(&self, place: &()) -> Result<Option<Facts>> {
        let Memory { file, created, identity, unlocked, left, compared, .. } = self.memory();
        let is_surplus = self.acquires() && !compared;
        if left || is_surplus && self.makes(Mistake::ClosesTheSurplus) {
            self.change(|memory| memory.left = true);
            return Ok(None);
        }
        if let Some(file) = file.filter(|_| self.makes(Mistake::UnlinkAfterUnlock)) {
            if !unlocked && self.is_own_lock() {
                self.unlock(&file)?;
            }
        }
        let takes_any = self.makes(Mistake::RemovesForeignFiles)
            || self.makes(Mistake::TrustsCreation) && created;
        self.change(|memory| memory.takes_any = takes_any);
        let found = self.world.entry(place)?;
        let is_blind = self.makes(Mistake::UnlinkWithoutComparing);
        let identity = identity.filter(|_| is_blind);
        Ok(found.map(|it| Facts { identity: identity.unwrap_or(it.identity), ..it }))
    }

    /// In \[8], it is asked just after the entry, and says whose file it is.
    fn form(&self, file: &Handle, facts: &Facts) -> Form {
        let form = self.world.form(file, facts);
        let takes_any = self.memory().takes_any;
        self.change(|memory| memory.takes_any = false);
        match form {
            Form::Begun if facts.mode == MODE_BEGUN => form,
            _ if takes_any => Form::Signed,
            _ => form,
        }
    }

    fn try_lock(&self, file: &Handle, mode: Mode) -> Result<Attempt> {
        let Memory { in_vain, stale, kept, .. } = self.memory();
        self.change(|memory| (memory.in_vain, memory.kept) = (false, false));
        if kept {
            return Ok(Attempt::Granted);
        }
        if in_vain || stale {
            return Ok(Attempt::Busy);
        }
        let granted = self.world.try_lock(file, mode)? == Attempt::Granted;
        let takes = granted && self.takes_what_was_granted()?;
        Ok(if takes { Attempt::Granted } else { Attempt::Busy })
    }

    fn lock(&self, file: &Handle, mode: Mode, waiting: &()) -> Result<Wakeup> {
        let granted = self.world.lock(file, mode, waiting)? == Wakeup::Granted;
        let takes = granted && self.takes_what_was_granted()?;
        self.change(|memory| memory.in_vain &= !takes);
        Ok(if takes { Wakeup::Granted } else { Wakeup::Interrupted })
    }

    fn lock_any(files: &[(&Self, &Handle)], mode: Mode, waiting: &()) -> Result<Wakeup> {
        let seats: Vec<_> = files.iter().map(|(lying, file)| (&lying.world, *file)).collect();
        let wakeup = Replay::lock_any(&seats, mode, waiting)?;
        for (number, (lying, _)) in files.iter().enumerate() {
            let leaves_out = number > 0 && lying.makes(Mistake::TriesOneSlot);
            let was_in_vain = wakeup == Wakeup::Interrupted;
            lying.change(|memory| memory.in_vain = memory.in_vain && was_in_vain || leaves_out);
        }
        Ok(wakeup)
    }

    fn rest(&self, waiting: &()) -> Wakeup {
        self.world.rest(waiting)
    }

    fn unlock(&self, file: &Handle) -> Result<()> {
        let Memory { left, converted, .. } = self.memory();
        if left || self.makes(Mistake::CloseInsteadOfUnlock) {
            return Ok(());
        }
        let converts = self.makes(Mistake::UpgradeInPlace) && self.world.program.shared;
        if converts && !converted && self.is_own_lock() {
            self.change(|memory| memory.converted = true);
            if self.world.try_lock(file, Mode::Exclusive)? == Attempt::Granted {
                // The code believes that it has unlocked, and tries for the lock: it has it then.
                self.change(|memory| memory.kept = true);
                return Ok(());
            }
        }
        self.change(|memory| memory.unlocked = self.makes(Mistake::UnlinkAfterUnlock));
        self.world.unlock(file)
    }

    fn announce(&self, file: &Handle) {
        self.change(|memory| memory.in_vain = self.makes(Mistake::NoLastTry));
        if !self.memory().stale {
            self.world.announce(file);
        }
    }

    fn withdraw(&self, file: &Handle) {
        self.world.withdraw(file);
    }

    fn close_queue(&self, file: &Handle) -> bool {
        let closed = self.world.close_queue(file);
        self.change(|memory| memory.awaited = !closed && self.makes(Mistake::NoSecondLook));
        closed
    }

    fn is_queue_empty(&self, file: &Handle) -> bool {
        let Memory { awaited, kept, .. } = self.memory();
        kept || !awaited && self.world.is_queue_empty(file)
    }

    fn may_change(&self, file: &Handle) -> bool {
        !self.memory().left && self.world.may_change(file)
    }

    fn holder(&self, file: &Handle) -> Option<Record> {
        // Where a holder is named, "busy" is the last word.
        if self.memory().stale { Some(Record::default()) } else { self.world.holder(file) }
    }

    fn is_over(&self, waiting: &()) -> bool {
        self.memory().stale || self.world.is_over(waiting)
    }

    fn close(&self, file: Handle) {
        self.change(|memory| *memory = Memory { ends: memory.ends, ..Memory::default() });
        self.world.close(file);
    }

    fn tell(&self, event: &Event<'_>) {
        if let Event::Acquired { .. } = event {
            self.change(|memory| memory.seen = None);
        }
        self.world.tell(event);
    }

    fn outlast_lease(&self, waiting: &()) -> Result<Wakeup> {
        self.world.outlast_lease(waiting)
    }

    fn record(&self, file: &Handle, form: Form, holder: Option<&Record>) -> bool {
        self.world.record(file, form, holder)
    }

    fn identify(&self, file: &Handle, record: Option<Record>, seen: Option<()>) -> Option<Holder> {
        self.world.identify(file, record, seen)
    }

    fn is_held_by_ancestor(
        &self,
        file: &Handle,
        facts: &Facts,
        record: Option<&Record>,
    ) -> (bool, ()) {
        self.world.is_held_by_ancestor(file, facts, record)
    }

    fn pause(&self, file: &Handle, last: &Record, tries: usize) -> bool {
        self.world.pause(file, last, tries)
    }

    fn remove(&self, place: &()) -> Result<()> {
        self.world.remove(place)
    }

    fn inheritable<'f>(&self, file: &'f Handle) -> Option<&'f std::fs::File> {
        self.world.inheritable(file)
    }

    fn begin_waiting(&self, until: Option<Deadline>) -> Result<()> {
        self.world.begin_waiting(until)
    }

    fn interrupted(&self, waiting: &()) -> Option<Signal> {
        self.world.interrupted(waiting)
    }

    fn end_waiting(&self, waiting: ()) -> Option<Signal> {
        let signal = self.world.end_waiting(waiting);
        self.change(|memory| memory.ends = signal.is_some());
        signal
    }
}
