//! The real system behind the protocol.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use withlock_platform::backend::{self, Attempt, LockBackend, LockError, Mode, Wakeup};
use withlock_platform::directory::{self, Access};
use withlock_platform::evidence::{self, Facts, FileSystem, Kind};
use withlock_platform::process::{Interruption, Signals};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Warning};
use crate::holder::form::{Form, NOBODY};
use crate::holder::identify::{self, Holder};
use crate::holder::nested;
use crate::holder::record::Record;
use crate::local::content::OpenFile;
use crate::local::retry;
use crate::local::sight::Look;
use crate::lock::terms::{Policy, Terms};
use crate::lock::world::World;
use crate::place::trust::{self, Verdict};
use crate::place::walk::{self, Judge, Place};

/// The pauses between tries for a lock that a dying process may still have, in milliseconds: 127 together.
const PAUSES: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// A wait that can be interrupted.
#[derive(Debug)]
pub struct Waiting {
    interruption: Interruption,
    end: Option<Instant>,
}

/// The real system, for one lock path.
#[derive(Debug)]
pub struct System<'a> {
    terms: Terms,
    judge: Judge,
    listener: fn(&Event<'_>),
    choice: backend::Choice,
    signals: &'a Signals,
    adopts: bool,
    /// The walk that the check has made; the first round of the protocol takes it.
    first: RefCell<Option<(Place, Option<Facts>)>>,
}

impl<'a> System<'a> {
    pub(crate) fn new(terms: Terms, policy: &Policy, signals: &'a Signals) -> Self {
        let judge = Judge::new(terms.trusted, policy);
        Self {
            terms,
            judge,
            listener: policy.listener,
            choice: policy.backend,
            signals,
            adopts: policy.adopts,
            first: RefCell::new(None),
        }
    }

    /// Walks the path for the first time, and keeps the result.
    pub(crate) fn check(&self) -> Result<()> {
        let first = walk::walk(&self.terms.path, &self.judge)?;
        *self.first.borrow_mut() = Some(first);
        Ok(())
    }

    pub(crate) fn listener(&self) -> fn(&Event<'_>) {
        self.listener
    }

    /// Whether to wait for every child of this process that ends.
    pub(crate) fn adopts(&self) -> bool {
        self.adopts
    }

    pub(crate) fn signals(&self) -> &'a Signals {
        self.signals
    }

    fn failed(&self, step: Step) -> impl FnOnce(io::Error) -> Error + '_ {
        move |error| Error::Open { path: self.terms.path.clone(), step, error }
    }

    fn lock_failed(&self, file: &OpenFile) -> impl FnOnce(LockError) -> Error + '_ {
        let backend = file.backend.name();
        move |error| Error::Lock { path: self.terms.path.clone(), backend, error }
    }

    fn backend(&self, place: &Place) -> Result<&'static dyn LockBackend> {
        let backend = backend::select(self.choice, place.file_system.local)
            .ok_or_else(|| Error::NoBackend { path: self.terms.path.clone() })?;
        self.tell(&Event::Chosen {
            path: &self.terms.path,
            file_system: &place.file_system.name,
            backend: backend.name(),
            in_order: backend.queue().is_some(),
        });
        Ok(backend)
    }

    /// The backend for a file that may lie on another file system than its directory: something is mounted on it.
    fn backend_for(
        &self,
        place: &Place,
        file: &File,
        found: &Facts,
    ) -> Result<&'static dyn LockBackend> {
        if found.identity.device == place.device {
            return self.backend(place);
        }
        let file_system = self.file_system(place, file, found)?;
        backend::select(self.choice, file_system.local)
            .ok_or_else(|| Error::NoBackend { path: self.terms.path.clone() })
    }

    fn file_system<'p>(
        &self,
        place: &'p Place,
        file: &File,
        found: &Facts,
    ) -> Result<Cow<'p, FileSystem>> {
        if found.identity.device == place.device {
            return Ok(Cow::Borrowed(&place.file_system));
        }
        let asked = evidence::file_system(file, found);
        asked.map(Cow::Owned).map_err(self.failed(Step::IdentifyFileSystem))
    }

    /// Judges the file's own access control list; answers whether it lets others write to the file.
    fn judge_list(&self, place: &Place, file: &File, found: &Facts) -> Result<bool> {
        let list = evidence::file_acl(file, found, &*self.file_system(place, file, found)?);
        let verdict = trust::judge_file_list(&list, self.terms.trusted);
        if verdict != Verdict::Accept {
            let path = &self.terms.path;
            self.judge.heed(path, verdict, path)?;
        }
        Ok(trust::others_write(&list, self.terms.trusted))
    }
}

impl World for System<'_> {
    type Place = Place;
    type File = OpenFile;
    type Waiting = Waiting;

    fn walk(&self) -> Result<(Place, Option<Facts>)> {
        match self.first.borrow_mut().take() {
            Some(first) => Ok(first),
            None => walk::walk(&self.terms.path, &self.judge),
        }
    }

    fn open(&self, place: &Place, found: &Facts) -> Result<Option<OpenFile>> {
        if found.kind != Kind::Regular {
            // Not even opened: that alone can rewind a tape, or arm a watchdog.
            return Err(Error::NotAFile { path: self.terms.path.clone(), kind: found.kind });
        }
        let opened = |access| directory::open_existing(&place.directory, &place.name, access);
        let is_leased = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        let leased = || Error::Leased { path: self.terms.path.clone() };
        let (file, access) = match opened(Access::ReadWrite) {
            Ok(file) => (file, Access::ReadWrite),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if is_leased(&error) => return Err(leased()),
            Err(refused) => match opened(Access::ReadOnly) {
                Ok(file) if self.reads_suffice(place, &file, found)? => (file, Access::ReadOnly),
                Err(error) if is_leased(&error) => return Err(leased()),
                _ => return Err(self.failed(Step::Open)(refused)),
            },
        };
        let backend = self.backend_for(place, &file, found)?;
        if found.mode & 0o2010 == 0o2000 {
            self.tell(&Event::Warning(Warning::SetgidFile { path: &self.terms.path }));
        }
        let others_write = self.judge_list(place, &file, found)?;
        Ok(Some(OpenFile::new(file, backend, access, others_write)))
    }

    fn outlast_lease(&self, _: &Waiting) -> Result<Wakeup> {
        let (place, found) = self.walk()?;
        if found.is_none_or(|found| found.kind != Kind::Regular) {
            return Ok(Wakeup::Granted);
        }
        for access in [Access::ReadWrite, Access::ReadOnly] {
            match directory::open_patiently(&place.directory, &place.name, access) {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    return Ok(Wakeup::Interrupted);
                }
                // It has not slept, and would not do so the next time.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(self.failed(Step::Open)(error));
                }
                // What is wrong with it shows when it is opened in earnest.
                Err(_) => {}
            }
        }
        Ok(Wakeup::Granted)
    }

    fn create(&self, place: &Place) -> Result<Option<OpenFile>> {
        let backend = self.backend(place)?;
        let file = match directory::create(&place.directory, &place.name, trust::MODE_BEGUN) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(self.failed(Step::Create)(error)),
        };
        // Its directory hands down no list that would matter, or it would not have been accepted.
        Ok(Some(OpenFile::new(file, backend, Access::ReadWrite, false)))
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

    fn record(&self, file: &OpenFile, form: Form, holder: Option<&Record>) {
        if !self.may_change(file) {
            return;
        }
        let line = match (holder, self.terms.mode) {
            (None, _) => NOBODY.into(),
            (Some(record), Mode::Exclusive) => record.line().into_bytes(),
            (Some(record), Mode::Shared) => record.readers_line().into_bytes(),
        };
        let written = file.write(form, &line);
        file.recorded.set(written && holder.is_some());
    }

    fn holder(&self, file: &OpenFile) -> Option<Record> {
        file.record(self.terms.trusted)
    }

    fn identify(&self, file: &OpenFile, record: Option<Record>) -> Option<Holder> {
        let look = Look::at(file, &self.terms, file.listed.take());
        identify::identify(record, &look)
    }

    fn is_held_by_ancestor(&self, file: &OpenFile, facts: &Facts, record: Option<&Record>) -> bool {
        let mode = self.terms.mode;
        let wanted = nested::Wanted { identity: facts.identity, mode, record };
        let look = Look::at(file, &self.terms, None);
        let is_held = nested::is_held(&wanted, &look);
        file.listed.replace(look.into_list());
        is_held
    }

    fn try_lock(&self, file: &OpenFile, mode: Mode) -> Result<Attempt> {
        retry::or_busy(|| file.backend.try_lock(&file.file, mode)).map_err(self.lock_failed(file))
    }

    fn lock(&self, file: &OpenFile, mode: Mode, _: &Waiting) -> Result<Wakeup> {
        file.listed.take();
        file.backend.lock(&file.file, mode).map_err(self.lock_failed(file))
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

    fn begin_waiting(&self, limit: Option<Duration>) -> Result<Waiting> {
        let end = limit.and_then(|limit| Instant::now().checked_add(limit));
        let limit = end.and(limit);
        let interruption =
            Interruption::allow(self.signals, limit).map_err(Error::system(Step::SetTimeLimit))?;
        Ok(Waiting { interruption, end })
    }

    fn tell(&self, event: &Event<'_>) {
        (self.listener)(event);
    }

    fn is_over(&self, waiting: &Waiting) -> bool {
        waiting.end.is_some_and(|end| Instant::now() >= end)
    }

    fn interrupted(&self, waiting: &Waiting) -> Option<i32> {
        waiting.interruption.signal()
    }

    fn end_waiting(&self, waiting: Waiting) -> Option<i32> {
        waiting.interruption.end()
    }
}

impl System<'_> {
    fn reads_suffice(&self, place: &Place, file: &File, found: &Facts) -> Result<bool> {
        Ok(self.backend_for(place, file, found)?.read_only_suffices(self.terms.mode))
    }
}
