//! The real system behind the protocol.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::time::Duration;

use withlock_platform::backend::{self, Attempt, LockBackend, LockError, Mode, Wakeup};
use withlock_platform::directory::{self, Access};
use withlock_platform::evidence::{self, Facts, FileSystem, Kind};
use withlock_platform::process::{Deadline, Interruption, Signals};

use crate::answer;
use crate::content::OpenFile;
use crate::error::{Error, Result};
use crate::event::{Event, Oddity};
use crate::form::{Form, NOBODY};
use crate::holder::{self, Holder};
use crate::kernel::Kernel;
use crate::nested;
use crate::record::Record;
use crate::settings::{Policy, Settings};
use crate::sight::Look;
use crate::trust::{self, Verdict};
use crate::walk::{self, Judge, Place};

/// The pauses between tries for a lock that a dying process may still have, in milliseconds: 127 together.
const PAUSES: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// A wait that can be interrupted.
#[derive(Debug)]
pub struct Patience {
    interruption: Interruption,
    end: Option<Deadline>,
}

/// The real system, for one lock path.
#[derive(Debug)]
pub struct System<'a> {
    settings: Settings,
    judge: Judge,
    listener: fn(&Event<'_>),
    choice: backend::Choice,
    signals: &'a Signals,
    adopts: bool,
    /// The walk that the check has made; the first round of the protocol takes it.
    first: RefCell<Option<(Place, Option<Facts>)>>,
}

impl<'a> System<'a> {
    pub(crate) fn new(settings: Settings, policy: &Policy, signals: &'a Signals) -> Self {
        let judge = Judge::new(settings.trusted, policy);
        Self {
            settings,
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
        let first = walk::walk(&self.settings.path, &self.judge)?;
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

    fn failed(&self, step: &'static str) -> impl FnOnce(io::Error) -> Error + '_ {
        move |error| Error::Open { path: self.settings.path.clone(), step, error }
    }

    fn lock_failed(&self, file: &OpenFile) -> impl FnOnce(LockError) -> Error + '_ {
        let backend = file.backend.name();
        move |error| Error::Lock { path: self.settings.path.clone(), backend, error }
    }

    fn backend(&self, place: &Place) -> Result<&'static dyn LockBackend> {
        let backend = backend::select(self.choice, place.file_system.local)
            .ok_or_else(|| Error::NoBackend { path: self.settings.path.clone() })?;
        self.tell(&Event::Chosen {
            path: &self.settings.path,
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
            .ok_or_else(|| Error::NoBackend { path: self.settings.path.clone() })
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
        asked.map(Cow::Owned).map_err(self.failed("asking for the file system"))
    }

    /// Judges the file's own access control list; answers whether it lets others write to the file.
    fn judge_list(&self, place: &Place, file: &File, found: &Facts) -> Result<bool> {
        let list = evidence::file_acl(file, found, &*self.file_system(place, file, found)?);
        let verdict = trust::judge_file_list(&list, self.settings.trusted);
        if verdict != Verdict::Accept {
            let path = &self.settings.path;
            self.judge.heed(path, verdict, path)?;
        }
        Ok(trust::others_write(&list, self.settings.trusted))
    }
}

impl Kernel for System<'_> {
    type Place = Place;
    type File = OpenFile;
    type Patience = Patience;

    fn walk(&self) -> Result<(Place, Option<Facts>)> {
        match self.first.borrow_mut().take() {
            Some(first) => Ok(first),
            None => walk::walk(&self.settings.path, &self.judge),
        }
    }

    fn open(&self, place: &Place, found: &Facts) -> Result<Option<OpenFile>> {
        if found.kind != Kind::Regular {
            // Not even opened: that alone can rewind a tape, or arm a watchdog.
            return Err(Error::NotAFile { path: self.settings.path.clone(), kind: found.kind });
        }
        let opened = |access| directory::open_existing(&place.directory, &place.name, access);
        let is_leased = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        let leased = || Error::Leased { path: self.settings.path.clone() };
        let (file, access) = match opened(Access::ReadWrite) {
            Ok(file) => (file, Access::ReadWrite),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if is_leased(&error) => return Err(leased()),
            Err(refused) => match opened(Access::ReadOnly) {
                Ok(file) if self.reads_suffice(place, &file, found)? => (file, Access::ReadOnly),
                Err(error) if is_leased(&error) => return Err(leased()),
                _ => return Err(self.failed("opening")(refused)),
            },
        };
        let backend = self.backend_for(place, &file, found)?;
        if found.mode & 0o2010 == 0o2000 {
            self.tell(&Event::Odd(Oddity::SetgidFile { path: &self.settings.path }));
        }
        let others_write = self.judge_list(place, &file, found)?;
        Ok(Some(OpenFile::new(file, backend, access, others_write)))
    }

    fn outlast_lease(&self, _: &Patience) -> Result<Wakeup> {
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
                    return Err(self.failed("opening")(error));
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
            Err(error) => return Err(self.failed("creating")(error)),
        };
        // Its directory hands down no list that would matter, or it would not have been accepted.
        Ok(Some(OpenFile::new(file, backend, Access::ReadWrite, false)))
    }

    fn facts(&self, file: &OpenFile) -> Result<Facts> {
        Facts::of(&file.file).map_err(self.failed("examining"))
    }

    fn named(&self) -> Result<Option<Facts>> {
        match Facts::of_path(&self.settings.path) {
            Ok(facts) => Ok(Some(facts)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("looking up")(error)),
        }
    }

    fn entry(&self, place: &Place) -> Result<Option<Facts>> {
        match directory::facts_at(&place.directory, &place.name) {
            Ok(facts) => Ok(Some(facts)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("looking up")(error)),
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
        let line = match (holder, self.settings.mode) {
            (None, _) => NOBODY.into(),
            (Some(record), Mode::Exclusive) => record.line().into_bytes(),
            (Some(record), Mode::Shared) => record.readers_line().into_bytes(),
        };
        let written = file.write(form, &line);
        file.recorded.set(written && holder.is_some());
    }

    fn holder(&self, file: &OpenFile) -> Option<Record> {
        file.record(self.settings.trusted)
    }

    fn identify(&self, file: &OpenFile, record: Option<Record>) -> Option<Holder> {
        let look = Look::at(file, &self.settings, file.listed.take());
        holder::identify(record, &look)
    }

    fn is_held_by_ancestor(&self, file: &OpenFile, facts: &Facts, record: Option<&Record>) -> bool {
        let mode = self.settings.mode;
        let wanted = nested::Wanted { identity: facts.identity, mode, record };
        let look = Look::at(file, &self.settings, None);
        let is_held = nested::is_held(&wanted, &look);
        file.listed.replace(look.into_list());
        is_held
    }

    fn try_lock(&self, file: &OpenFile, mode: Mode) -> Result<Attempt> {
        answer::or_busy(|| file.backend.try_lock(&file.file, mode)).map_err(self.lock_failed(file))
    }

    fn lock(&self, file: &OpenFile, mode: Mode, _: &Patience) -> Result<Wakeup> {
        file.listed.take();
        file.backend.lock(&file.file, mode).map_err(self.lock_failed(file))
    }

    fn unlock(&self, file: &OpenFile) -> Result<()> {
        answer::at_last(|| file.backend.unlock(&file.file)).map_err(self.lock_failed(file))
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
        directory::remove(&place.directory, &place.name).map_err(self.failed("removing"))
    }

    fn close(&self, file: OpenFile) {
        drop(file);
    }

    fn be_patient(&self, limit: Option<Duration>) -> Result<Patience> {
        let end = limit.and_then(Deadline::after);
        let interruption = Interruption::allow(self.signals, end)
            .map_err(Error::system("setting up the time limit"))?;
        Ok(Patience { interruption, end })
    }

    fn tell(&self, event: &Event<'_>) {
        (self.listener)(event);
    }

    fn is_over(&self, patience: &Patience) -> bool {
        patience.end.is_some_and(Deadline::has_passed)
    }

    fn told(&self, patience: &Patience) -> Option<i32> {
        patience.interruption.signal()
    }

    fn end_patience(&self, patience: Patience) -> Option<i32> {
        patience.interruption.end()
    }
}

impl System<'_> {
    fn reads_suffice(&self, place: &Place, file: &File, found: &Facts) -> Result<bool> {
        Ok(self.backend_for(place, file, found)?.read_only_suffices(self.settings.mode))
    }
}
