//! Looking who holds a lock. No lock is taken, nothing is created, and nobody is made to wait.
//!
//! On Linux, the file is opened in a way that needs no permission and breaks no lease (`O_PATH`), and the kernel's list of
//! locks says the rest. It is opened for reading only for the record of somebody who holds the lock. Two things forbid that:
//! a lease that would be broken by it; and a lock of fcntl(2) of this process's own, which ends as soon as any descriptor of
//! the file is closed ([`Glance`]). A lease that is taken just between the look at the list and the opening is broken all the same: its
//! holder is told, and need not hurry, because the opening does not wait.

use std::fs::File;
use std::io;
use std::path::Path;

use withlock_platform::backend::{self, Choice, Mode};
use withlock_platform::directory::{self, Access};
use withlock_platform::evidence::{self, Facts, Identity, Kind};
use withlock_platform::failure::Failure;
use withlock_platform::holders::{self, List, Listing, Overview};
use withlock_platform::process;

use crate::error::{Error, Result, Step};
use crate::event::Listener;
use crate::holder::identify::Holder;
use crate::holder::status::{self, Holding, State, Status, Word};
use crate::local::content::OpenFile;
use crate::local::seen::Seen;
use crate::local::turn::Glance;
use crate::place::judge::Judge;
use crate::place::walk::{self, Place};
use crate::trust::{self, Trusted};

mod listing;

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

    fn walk(&self, path: &Path, listener: Listener<'_>) -> Result<(Place, Option<Facts>)> {
        walk::walk(path, 0, Judge { trusted: self.trusted, insecure: true }, listener)
    }

    /// The status of what stands at this name; `None` is that it has been removed or replaced.
    fn at_file(&self, path: &Path, place: &Place, wanted: Identity) -> Result<Option<Status>> {
        let failed = |step| move |error| Error::Open { path: path.into(), step, error };
        let glance = Glance::begin(place.identity, place.name.clone());
        let is_ours = glance.is_none();
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
        let fresh = if self.overview.is_none() { Overview::now() } else { None };
        let overview = self.overview.as_ref().or(fresh.as_ref());
        let seen = Seen::around(&file, self.trusted, overview);
        let listing = overview.and_then(|it| Some((it.of(&file)?, it.is_whole())));
        let status = match listing {
            Some((listing, is_whole)) => {
                let sees_all = is_whole && is_local(place, &file, &facts);
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
}

/// Whether it is worth opening the file for its record, and disturbs nobody.
fn may_read(listing: &Listing) -> bool {
    if listing.held.is_empty() || listing.leases.iter().any(|it| it.mode == Mode::Exclusive) {
        return false;
    }
    let mut owned =
        listing.held.iter().filter(|lock| lock.kind == holders::Kind::Process).peekable();
    // Its own id as the list has it, which is asked for only if need be.
    owned.peek().is_none() || {
        let own = holders::ancestry().first().copied();
        owned.all(|lock| lock.pid != own)
    }
}

/// Whether no other host has locks on the file: something may be mounted on it that is of another file system than its directory.
fn is_local(place: &Place, file: &File, facts: &Facts) -> bool {
    if facts.identity.device == place.identity.device {
        return place.file_system.local;
    }
    evidence::file_system(file, facts).is_ok_and(|file_system| file_system.local)
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
