//! This machine, as the protocol sees it.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use withlock_platform::backend::{self, Attempt, LockBackend, LockError, Mode, Ownership, Wakeup};
use withlock_platform::directory::{self, Access};
use withlock_platform::evidence::Facts;
use withlock_platform::holders::List;
use withlock_platform::process::{self, Deadline, Signal, Signals};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Listener};
use crate::holder::form::{Form, NOBODY};
use crate::holder::identify::{self, Holder};
use crate::holder::nested;
use crate::holder::record::Record;
use crate::local::content::OpenFile;
use crate::local::retry;
use crate::local::sight::Look;
use crate::local::turn::Turn;
use crate::local::waiting::Waiting;
use crate::lock::{Part, Policy, Terms, Walked, World};
use crate::place::judge::Judge;
use crate::place::walk::{self, Place};

/// The pauses between tries for a lock that a dying process may still have, in milliseconds: 127 together.
const PAUSES: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// This machine, for one lock path.
#[derive(Debug)]
pub struct System<'a> {
    pub(super) terms: Terms,
    pub(super) judge: Judge,
    /// How many directories at the end of the path are made if they are missing.
    makes: usize,
    pub(super) choice: backend::Choice,
    listener: Listener<'a>,
    signals: Option<&'a Signals>,
    /// This is a place in the line for that lock.
    in_line_for: Option<PathBuf>,
    /// Kept for as long as this.
    _turn: Option<Turn>,
}

impl<'a> System<'a> {
    pub(crate) fn new(terms: Terms, policy: &Policy<'a>) -> Self {
        let judge = Judge { trusted: terms.trusted, insecure: policy.insecure };
        let (choice, listener) = (policy.backend, policy.listener);
        Self {
            terms,
            judge,
            makes: 0,
            choice,
            listener,
            signals: None,
            in_line_for: None,
            _turn: None,
        }
    }

    /// The same, with so many directories at the end of the path that are made if they are missing.
    pub(crate) fn making(self, makes: usize) -> Self {
        Self { makes, ..self }
    }

    /// The same, with waits that signals interrupt.
    pub(crate) fn interrupted_by(self, signals: &'a Signals) -> Self {
        Self { signals: Some(signals), ..self }
    }

    /// The same, as the only one of this process at that lock, where the kernel does not see to it. `None` is that another
    /// attempt of this process has the lock, or tries to get it.
    pub(crate) fn in_turn(self, place: &Place, waits: bool) -> Option<Self> {
        let backend = backend::select(self.choice, place.file_system.local);
        if backend.is_none_or(|backend| backend.ownership() != Ownership::Process) {
            return Some(self);
        }
        // One thread would wait for itself.
        let waits = waits && !self.has_one_thread();
        let turn = Turn::take(place.identity, place.name.clone(), waits);
        turn.is_some().then_some(Self { _turn: turn, ..self })
    }

    /// The same, for one of the files of that lock.
    pub(crate) fn for_part(&self, part: Part, terms: Terms) -> Self {
        let Self { judge, makes, choice, listener, signals, .. } = *self;
        let in_line_for = (!matches!(part, Part::Slot(_))).then(|| self.terms.path.clone());
        Self { terms, judge, makes, choice, listener, signals, in_line_for, _turn: None }
    }

    /// The same, as the only one of this process at that lock, as [`Self::in_turn`] makes it, wherever the walk leads to.
    pub(crate) fn in_turn_somewhere(
        self,
        walked: Option<Walked<Self>>,
    ) -> Result<(Option<Walked<Self>>, Option<Self>)> {
        let ownership = |local| backend::select(self.choice, local).map(LockBackend::ownership);
        if ![true, false].map(ownership).contains(&Some(Ownership::Process)) {
            return Ok((walked, Some(self)));
        }
        let walked = match walked {
            Some(walked) => walked,
            None => self.walk()?,
        };
        let system = self.in_turn(&walked.0, false);
        Ok((Some(walked), system))
    }

    /// Whether a lock at this place belongs to the open file, so that it lasts until the last process has closed that.
    pub(crate) fn is_inheritable(&self, place: &Place) -> bool {
        backend::select(self.choice, place.file_system.local)
            .is_none_or(|backend| backend.ownership() == Ownership::Description)
    }

    /// Walks the path for the first time, and tells what there is on the way.
    pub(crate) fn first_walk(&self) -> Result<(Place, Option<Facts>)> {
        walk::walk(&self.terms.path, self.makes, self.judge, self.listener)
    }

    /// Who is told what happens.
    pub(crate) fn listener(&self) -> Listener<'a> {
        self.listener
    }

    /// Whether this process has no other thread: signals are held by such only.
    pub(crate) fn has_one_thread(&self) -> bool {
        self.signals.is_some()
    }

    /// At the holders of a file.
    fn look_at<'f>(&self, file: &'f OpenFile, list: Option<List>) -> Look<'f> {
        Look::at(file, &self.terms, self.has_one_thread(), list)
    }

    pub(super) fn failed(&self, step: Step) -> impl FnOnce(io::Error) -> Error + '_ {
        move |error| Error::Open { path: self.terms.path.clone(), step, error }
    }

    fn lock_failed(&self, file: &OpenFile) -> impl FnOnce(LockError) -> Error + '_ {
        let backend = file.backend.name();
        move |error| Error::Lock { path: self.terms.path.clone(), backend, error }
    }
}

impl World for System<'_> {
    type Place = Place;
    type File = OpenFile;
    type Waiting = Waiting;
    type Seen = Option<List>;

    fn walk(&self) -> Result<(Place, Option<Facts>)> {
        // The first walk has told what there is to tell: this one finds the same, or ends in an error.
        walk::walk(&self.terms.path, self.makes, self.judge, Listener::default())
    }

    fn open(&self, place: &Place, found: &Facts) -> Result<Option<OpenFile>> {
        self.open_existing(place, found)
    }

    fn outlast_lease(&self, _: &Waiting) -> Result<Wakeup> {
        self.wait_for_lease()
    }

    fn create(&self, place: &Place) -> Result<Option<OpenFile>> {
        self.create_new(place)
    }

    fn facts(&self, file: &OpenFile) -> Result<Facts> {
        Facts::of(&file.file).map_err(self.failed(Step::Examine))
    }

    fn named(&self) -> Result<Option<Facts>> {
        match Facts::of_path(&self.terms.path) {
            Ok(facts) => Ok(Some(facts)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(Step::LookUp)(error)),
        }
    }

    fn entry(&self, place: &Place) -> Result<Option<Facts>> {
        match directory::facts_at(&place.directory, &place.name) {
            Ok(facts) => Ok(Some(facts)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(Step::LookUp)(error)),
        }
    }

    fn may_change(&self, file: &OpenFile) -> bool {
        file.access == Access::ReadWrite
    }

    fn form(&self, file: &OpenFile, facts: &Facts) -> Form {
        file.form(facts)
    }

    fn record(&self, file: &OpenFile, form: Form, holder: Option<&Record>) -> bool {
        if !self.may_change(file) {
            return false;
        }
        let line = match (holder, self.terms.mode) {
            (None, _) => NOBODY.into(),
            (Some(record), Mode::Exclusive) => record.line().into_bytes(),
            (Some(record), Mode::Shared) => record.readers_line().into_bytes(),
        };
        let write = || file.write(form, &line);
        let written = match self.signals {
            None => process::without_size_signal(write),
            // They are held back anyway.
            Some(_) => {
                let written = write();
                if matches!(&written, Err(error) if error.kind() == io::ErrorKind::FileTooLarge) {
                    let _ = process::forget_size_signal();
                }
                written
            }
        };
        written.is_ok()
    }

    fn holder(&self, file: &OpenFile) -> Option<Record> {
        file.record(self.terms.trusted)
    }

    fn identify(
        &self,
        file: &OpenFile,
        record: Option<Record>,
        seen: Option<Option<List>>,
    ) -> Option<Holder> {
        let look = self.look_at(file, seen.flatten());
        identify::identify(record, &look)
    }

    fn is_held_by_ancestor(
        &self,
        file: &OpenFile,
        facts: &Facts,
        record: Option<&Record>,
    ) -> (bool, Option<List>) {
        let mode = self.terms.mode;
        let wanted = nested::Wanted { identity: facts.identity, mode, record };
        let look = self.look_at(file, None);
        let is_held = nested::is_held(&wanted, &look);
        (is_held, look.into_list())
    }

    fn try_lock(&self, file: &OpenFile, mode: Mode) -> Result<Attempt> {
        retry::or_busy(|| file.backend.try_lock(&file.file, mode)).map_err(self.lock_failed(file))
    }

    fn lock(&self, file: &OpenFile, mode: Mode, waiting: &Waiting) -> Result<Wakeup> {
        waiting
            .lock(
                || file.backend.try_lock(&file.file, mode),
                || file.backend.lock(&file.file, mode),
            )
            .map_err(self.lock_failed(file))
    }

    fn lock_any(files: &[(&Self, &OpenFile)], mode: Mode, waiting: &Waiting) -> Result<Wakeup> {
        Ok(waiting.lock_any(files.iter().map(|(_, file)| *file), mode))
    }

    fn rest(&self, waiting: &Waiting) -> Wakeup {
        waiting.rest()
    }

    fn unlock(&self, file: &OpenFile) -> Result<()> {
        retry::at_last(|| file.backend.unlock(&file.file)).map_err(self.lock_failed(file))
    }

    fn announce(&self, file: &OpenFile) {
        // Unannounced, a wait costs more, and is as good.
        let _ = file.backend.queue().map(|queue| queue.announce(&file.file));
    }

    fn withdraw(&self, file: &OpenFile) {
        let _ = file.backend.queue().map(|queue| queue.withdraw(&file.file));
    }

    fn close_queue(&self, file: &OpenFile) -> bool {
        file.backend.queue().is_none_or(|queue| queue.close(&file.file).unwrap_or(true))
    }

    fn is_queue_empty(&self, file: &OpenFile) -> bool {
        file.backend.queue().is_none_or(|queue| queue.is_empty(&file.file).unwrap_or(true))
    }

    fn pause(&self, file: &OpenFile, last: &Record, tries: usize) -> bool {
        let is_others = |holder: Record| holder.token != last.token;
        let pause = PAUSES.get(tries.saturating_sub(1));
        match pause {
            Some(pause) if !self.holder(file).is_some_and(is_others) => {
                std::thread::sleep(Duration::from_millis(*pause));
                true
            }
            _ => false,
        }
    }

    fn remove(&self, place: &Place) -> Result<()> {
        directory::remove(&place.directory, &place.name).map_err(self.failed(Step::Remove))
    }

    fn close(&self, file: OpenFile) {
        drop(file);
    }

    fn inheritable<'f>(&self, file: &'f OpenFile) -> Option<&'f File> {
        (file.backend.ownership() == Ownership::Description).then_some(&file.file)
    }

    fn begin_waiting(&self, until: Option<Deadline>) -> Result<Waiting> {
        Waiting::begin(self.signals, until).map_err(Error::system(Step::SetTimeLimit))
    }

    fn tell(&self, event: &Event<'_>) {
        match (&self.in_line_for, event) {
            (None, _) => self.listener.tell(event),
            (Some(path), Event::Waiting { until, .. }) => {
                self.listener.tell(&Event::Queued { path, until: *until });
            }
            // Whoever waits for a slot cares for the slots only.
            (Some(_), _) => {}
        }
    }

    fn is_over(&self, waiting: &Waiting) -> bool {
        waiting.is_over()
    }

    fn interrupted(&self, waiting: &Waiting) -> Option<Signal> {
        waiting.interrupted()
    }

    fn end_waiting(&self, waiting: Waiting) -> Option<Signal> {
        waiting.end()
    }
}
