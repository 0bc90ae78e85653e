//! Looking who holds a lock. No lock is taken, nothing is created, and nobody is made to wait.
//!
//! On Linux, the file is opened in a way that needs no permission and breaks no lease (`O_PATH`), and the kernel's list of
//! locks says the rest. It is opened for reading only for the record of somebody who holds the lock. Two things forbid that:
//! a lease that would be broken by it; and a lock of fcntl(2) of this process's own, which ends as soon as any descriptor of
//! the file is closed. A lease that is taken just between the look at the list and the opening is broken all the same: its
//! holder is told, and need not hurry, because the opening does not wait.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use withlock_platform::backend::{self, Choice, Mode};
use withlock_platform::directory::{self, Access};
use withlock_platform::evidence::{self, Facts, Identity, Kind};
use withlock_platform::failure::Failure;
use withlock_platform::holders::{self, List, Listing, Overview};
use withlock_platform::process;

use crate::error::{Error, Result, Step};
use crate::event::Listener;
use crate::holder::form::Form;
use crate::holder::identify::Holder;
use crate::holder::status::{self, Holding, State, Status, Word};
use crate::local::content::OpenFile;
use crate::local::seen::Seen;
use crate::local::turn::Turn;
use crate::lock::file;
use crate::place::judge::Judge;
use crate::place::walk::{self, Place};
use crate::trust::{self, Trusted};

/// How often to look again when the file was removed or replaced during the look.
const ROUNDS: usize = 100;

/// Looks at locks.
pub(crate) struct Look {
    trusted: Trusted,
    /// The list of all locks, for those of a directory. For a single one, it is asked for when the file is open.
    overview: Option<Overview>,
}

impl Look {
    pub(crate) fn begin() -> Self {
        Self { trusted: Trusted { user: process::effective_user() }, overview: None }
    }

    /// The status of the lock at this path. The verdicts on the way are told, and refuse nothing.
    pub(crate) fn at(&self, path: &Path, listener: Listener<'_>) -> Result<Status> {
        let (mut place, mut found) = self.walk(path, listener)?;
        for _ in 0..ROUNDS {
            let Some(facts) = found else {
                return Ok(Status::absent());
            };
            if facts.kind != Kind::Regular {
                return Err(Error::NotAFile { path: path.into(), kind: facts.kind });
            }
            if let Some(status) = self.at_file(path, &place, facts.identity)? {
                return Ok(status);
            }
            (place, found) = self.walk(path, Listener::default())?;
        }
        Err(Error::Unstable { path: path.into() })
    }

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
        let files: Vec<(OsString, Facts)> = names.into_iter().filter_map(facts_of).collect();
        self.overview = Overview::now();
        let mut locks = Vec::new();
        for (name, facts) in files {
            place.name = name;
            let path = directory.join(&place.name);
            let Some(status) = self.at_file(&path, &place, facts.identity)? else {
                continue;
            };
            let is_held = status.state == State::Held;
            if is_held || self.is_own(&place, &facts).unwrap_or(false) {
                locks.push((path, status));
            }
        }
        Ok(locks)
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

    fn walk(&self, path: &Path, listener: Listener<'_>) -> Result<(Place, Option<Facts>)> {
        walk::walk(path, 0, Judge { trusted: self.trusted, insecure: true }, listener)
    }

    /// The status of what stands at this name; `None` is that it has been removed or replaced.
    fn at_file(&self, path: &Path, place: &Place, wanted: Identity) -> Result<Option<Status>> {
        let failed = |step| move |error| Error::Open { path: path.into(), step, error };
        let home = Facts::of(&place.directory).map_err(failed(Step::Examine))?.identity;
        let is_ours = Turn::is_taken(home, &place.name);
        if is_ours && !List::EXISTS {
            return Ok(Some(held_by_this_process()));
        }
        let file = match directory::open_to_look(&place.directory, &place.name) {
            Ok(file) => file,
            Err(error) => {
                return match Failure::of(&error) {
                    // Or a link has taken its place.
                    Failure::Missing | Failure::Loop => Ok(None),
                    Failure::Denied => Ok(Some(not_known())),
                    _ => Err(failed(Step::Open)(error)),
                };
            }
        };
        let facts = Facts::of(&file).map_err(failed(Step::Examine))?;
        if facts.identity != wanted || facts.links == 0 {
            return Ok(None);
        }
        let seen = Seen::around(&file, self.trusted);
        let fresh = if self.overview.is_none() { Overview::now() } else { None };
        let overview = self.overview.as_ref().or(fresh.as_ref());
        let listing = overview.and_then(|it| Some((it.of(&file)?, it.is_whole())));
        let status = match listing {
            Some((listing, is_whole)) => {
                let sees_all = is_whole && place.file_system.local;
                let may_read = !is_ours && may_read(&listing);
                let word = if may_read { self.word(place, &facts) } else { None };
                status::by_list(&listing, word.as_ref(), sees_all, &seen)
            }
            None if is_ours => held_by_this_process(),
            None => self.by_question(place, &facts, &seen),
        };
        // The answer is about the lock only if the path still leads to this file.
        match directory::facts_at(&place.directory, &place.name) {
            Ok(now) if now.identity == wanted => Ok(Some(status)),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(Step::LookUp)(error)),
        }
    }

    /// Where there is no list: by a call that asks for a lock without taking it.
    fn by_question(&self, place: &Place, facts: &Facts, seen: &Seen<'_>) -> Status {
        let Some(file) = self.open(place, facts) else {
            return not_known();
        };
        let sees_all = !List::EXISTS;
        match backend::conflict(&file.file) {
            Ok(conflict) => {
                let word = self.word_in(&file, facts);
                status::by_conflict(conflict, word.as_ref(), sees_all, seen)
            }
            Err(_) => not_known(),
        }
    }

    /// What stands in the file, if its owner may have meant it.
    fn word(&self, place: &Place, facts: &Facts) -> Option<Word> {
        self.word_in(&self.open(place, facts)?, facts)
    }

    fn word_in(&self, file: &OpenFile, facts: &Facts) -> Option<Word> {
        let record = file.record(Trusted { user: facts.owner })?;
        let only_of = (!self.trusted.contains(facts.owner)).then_some(facts.owner);
        Some(Word { record, only_of })
    }

    /// Opens the very file for reading.
    fn open(&self, place: &Place, facts: &Facts) -> Option<OpenFile> {
        let opened = directory::open_existing(&place.directory, &place.name, Access::ReadOnly);
        let file = opened.ok().filter(|file| is_of(file, facts.identity))?;
        let backend = backend::select(Choice::Auto, place.file_system.local)?;
        let list = evidence::file_acl(&file, facts, &place.file_system);
        let others_write = trust::others_write(&list, Trusted { user: facts.owner });
        Some(OpenFile::new(file, backend, Access::ReadOnly, others_write))
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
        let form = self.open(place, facts)?.form(facts);
        Some(form == Form::Signed || form == Form::Begun && facts.mode == file::MODE_BEGUN)
    }
}

/// Whether it is worth opening the file for its record, and disturbs nobody.
fn may_read(listing: &Listing) -> bool {
    let breaks = listing.leases.iter().any(|lease| lease.mode == Mode::Exclusive);
    let own = holders::ancestry().first().copied();
    let ends = |lock: &holders::Listed| lock.kind == holders::Kind::Process && lock.pid == own;
    !listing.held.is_empty() && !breaks && !listing.held.iter().any(ends)
}

fn is_of(file: &File, wanted: Identity) -> bool {
    Facts::of(file).is_ok_and(|facts| facts.identity == wanted)
}

fn not_known() -> Status {
    Status { state: State::Unknown, holders: Vec::new(), waiting: None }
}

/// Where locks belong to the process, opening and closing the file would end the lock.
fn held_by_this_process() -> Status {
    let holding = Holding {
        holder: Some(Holder { pid: std::process::id(), ..Holder::default() }),
        user: Some(process::effective_user()),
        mode: Mode::Exclusive,
        is_lease: false,
        left: Vec::new(),
    };
    Status { state: State::Held, holders: vec![holding], waiting: None }
}
