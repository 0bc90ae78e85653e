//! The locks in a directory, and those that lie beside a lock file and belong to it.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use withlock_platform::directory;
use withlock_platform::evidence::{Facts, Kind};
use withlock_platform::holders::Overview;

use super::{Look, ROUNDS, is_of, not_known};
use crate::error::{Error, Result, Step};
use crate::event::Listener;
use crate::holder::form::Form;
use crate::holder::status::{State, Status};
use crate::local::turn::Glance;
use crate::lock::{Capacity, Part, file};
use crate::place::walk::Place;
use crate::trust::Trusted;

/// What a file was found to be.
enum Found {
    Lock(Status),
    NoLock,
    /// It was removed or replaced during the look.
    Replaced,
}

impl Look {
    /// The locks in a directory: the files that somebody holds or has a lease on, and those that are withlock's own.
    pub(crate) fn in_directory(
        mut self,
        directory: &Path,
        listener: Listener<'_>,
    ) -> Result<Vec<(PathBuf, Status)>> {
        let Some((mut place, names)) = self.enter(directory, listener)? else {
            return Ok(Vec::new());
        };
        let facts_of = |name: OsString| {
            let facts = directory::facts_at(&place.directory, &name).ok()?;
            (facts.kind == Kind::Regular).then_some((name, facts))
        };
        // Before the list: a lock on a file that is younger than the list is not in it.
        let files: Vec<(OsString, Facts)> = names.into_iter().filter_map(facts_of).collect();
        self.overview = Overview::now();
        let mut locks = Vec::new();
        for (name, facts) in files {
            place.name = name;
            let path = directory.join(&place.name);
            let status = match self.if_lock(&path, &place, &facts) {
                Found::Lock(status) => Some(status),
                Found::NoLock => None,
                // Handed over perhaps, and held all the time.
                Found::Replaced => Self::begin().beside(&path),
            };
            locks.extend(status.map(|status| (path, status)));
        }
        Ok(locks)
    }

    /// The status of the lock at this path, and of those that belong to it: its second slot in a file `PATH.2`, and so on, as
    /// far as there are any. Who waits for a slot holds, or waits for, the lock of `PATH.queue`.
    pub(crate) fn at_slots(
        &self,
        path: &Path,
        listener: Listener<'_>,
    ) -> Result<Vec<(PathBuf, Status)>> {
        let mut all = vec![(path.to_path_buf(), self.at(path, listener)?)];
        for number in 2..=Capacity::MOST_SLOTS {
            let slot = Part::Slot(number).path(path);
            if let Some(status) = self.beside(&slot) {
                all.push((slot, status));
            }
        }
        if let Some(queue) = self.beside(&Part::Head.path(path)) {
            count_queue(&mut all, &queue);
        }
        Ok(all)
    }

    /// The status of a lock that may be there.
    fn beside(&self, path: &Path) -> Option<Status> {
        // Most are not, and a walk takes longer than this.
        path.symlink_metadata().ok()?;
        for _ in 0..ROUNDS {
            let (place, found) = self.walk(path, Listener::default()).ok()?;
            let facts = found.filter(|facts| facts.kind == Kind::Regular)?;
            match self.if_lock(path, &place, &facts) {
                Found::Lock(status) => return Some(status),
                Found::NoLock => return None,
                Found::Replaced => {}
            }
        }
        None
    }

    /// The status of a file, if it is a lock: one that somebody holds, or that is withlock's own.
    fn if_lock(&self, path: &Path, place: &Place, facts: &Facts) -> Found {
        let status = match self.at_file(path, place, facts.identity) {
            Ok(Some(status)) => status,
            Ok(None) => return Found::Replaced,
            Err(_) => not_known(),
        };
        if status.state == State::Held || self.is_own(place, facts).unwrap_or(false) {
            Found::Lock(status)
        } else {
            Found::NoLock
        }
    }

    /// Walks to a directory; returns also the names in it, sorted. `None` is that there is nothing but links.
    fn enter(
        &self,
        directory: &Path,
        listener: Listener<'_>,
    ) -> Result<Option<(Place, Vec<OsString>)>> {
        let failed = |step| {
            let path = directory.to_path_buf();
            move |error| Error::Unreachable { path, step, error }
        };
        // A heap, because that is the shortest code that sorts.
        let mut names = BinaryHeap::new();
        for entry in std::fs::read_dir(directory).map_err(failed(Step::OpenDirectory))? {
            names.push(entry.map_err(failed(Step::LookUp))?.file_name());
        }
        let names = names.into_sorted_vec();
        // By the name of any file in it. A link would lead out of it.
        let is_link = |path: PathBuf| path.symlink_metadata().is_ok_and(|it| it.is_symlink());
        let Some(first) = names.iter().find(|name| !is_link(directory.join(name))) else {
            return Ok(None);
        };
        let (place, _) = self.walk(&directory.join(first), listener)?;
        let home = Facts::of_path(directory).map_err(failed(Step::LookUp))?.identity;
        if !is_of(&place.directory, home) {
            return Err(Error::Unstable { path: directory.into() });
        }
        Ok(Some((place, names)))
    }

    /// Whether a file that nobody holds is one that withlock has made. Files of another mode than withlock gives are not
    /// even opened.
    fn is_own(&self, place: &Place, facts: &Facts) -> Option<bool> {
        let is_likely = matches!(facts.mode, file::MODE_BEGUN | file::MODE_SIGNED)
            && file::is_believed(facts, Trusted { user: facts.owner });
        if !is_likely {
            return Some(false);
        }
        if facts.size == 0 {
            return Some(facts.mode == file::MODE_BEGUN);
        }
        let Some(_glance) = Glance::begin(place.identity, place.name.clone()) else {
            // Another thread has just taken it.
            return Some(true);
        };
        let form = self.open(place, facts)?.form(facts);
        Some(form == Form::Signed || form == Form::Begun && facts.mode == file::MODE_BEGUN)
    }
}

/// Counts those in the queue for the slots as waiting for the lock. The first of them sleeps at each slot as well, and the
/// others nowhere but in the queue.
fn count_queue(slots: &mut [(PathBuf, Status)], queue: &Status) {
    if queue.state != State::Held {
        return;
    }
    for (_, slot) in slots.iter_mut() {
        slot.waiting = slot.waiting.map(|waiting| waiting.saturating_sub(1));
    }
    if let Some((_, Status { waiting: Some(waiting), .. })) = slots.first_mut() {
        *waiting += 1 + queue.waiting.unwrap_or(0);
    }
}
