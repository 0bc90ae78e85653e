//! Opening the lock file, or creating it, and choosing how to lock it.

use std::borrow::Cow;
use std::fs::File;
use std::io;

use withlock_platform::backend::{self, LockBackend, Wakeup};
use withlock_platform::directory::{self, Access};
use withlock_platform::evidence::{self, Facts, FileSystem, Kind};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Warning};
use crate::local::content::OpenFile;
use crate::local::system::System;
use crate::lock::World;
use crate::lock::file;
use crate::place::walk::Place;
use crate::trust;

impl System<'_> {
    pub(super) fn open_existing(&self, place: &Place, found: &Facts) -> Result<Option<OpenFile>> {
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

    pub(super) fn create_new(&self, place: &Place) -> Result<Option<OpenFile>> {
        let backend = self.backend(place)?;
        let create = if self.has_one_thread() {
            directory::create
        } else {
            directory::create_beside_threads
        };
        let file = match create(&place.directory, &place.name, file::MODE_BEGUN) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(self.failed(Step::Create)(error)),
        };
        // Its directory hands down no list that would matter, or it would not have been accepted.
        Ok(Some(OpenFile::new(file, backend, Access::ReadWrite, false)))
    }

    pub(super) fn wait_for_lease(&self) -> Result<Wakeup> {
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
        if found.identity.device == place.identity.device {
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
        if found.identity.device == place.identity.device {
            return Ok(Cow::Borrowed(&place.file_system));
        }
        let asked = evidence::file_system(file, found);
        asked.map(Cow::Owned).map_err(self.failed(Step::IdentifyFileSystem))
    }

    /// Judges the file's own access control list; returns whether it lets others write to the file.
    fn judge_list(&self, place: &Place, file: &File, found: &Facts) -> Result<bool> {
        let list = evidence::file_acl(file, found, &*self.file_system(place, file, found)?);
        let verdict = trust::judge_file_list(&list, self.terms.trusted);
        if let Some(reason) = self.judge.refusal(verdict) {
            let path = self.terms.path.clone();
            return Err(Error::Unsafe { at: path.clone(), path, reason });
        }
        Ok(trust::others_write(&list, self.terms.trusted))
    }

    fn reads_suffice(&self, place: &Place, file: &File, found: &Facts) -> Result<bool> {
        Ok(self.backend_for(place, file, found)?.read_only_suffices(self.terms.mode))
    }
}
