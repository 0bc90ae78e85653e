//! Who holds a lock now, for whoever asks without wanting it: by what the system lists, or else by one question and the
//! record. Nothing here asks the system.

use withlock_platform::backend::{Conflict, Mode};
use withlock_platform::holders::{Kind, Life, Listed, Listing};

use crate::holder::identify::{self, Holder, Sight};
use crate::holder::record::Record;

/// Whether a lock is free, and who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether it is free.
    pub state: State,
    /// Those who hold it: one, or several who share it; or who have a lease on the file. Empty if it is not held.
    pub holders: Vec<Holding>,
    /// How many wait for it, where the system tells; on Linux, those of other containers are seen only if they are of
    /// withlock.
    pub waiting: Option<usize>,
}

/// Whether a lock is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no lock file.
    Absent,
    /// The file is there, and nobody holds its lock.
    Free,
    /// Somebody holds the lock.
    Held,
    /// The system does not tell.
    Unknown,
}

/// A holder, and how it holds the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Who it is; `None` where the system does not tell, and there is no record that can be believed.
    pub holder: Option<Holder>,
    /// Its effective user, where that is known.
    pub user: Option<u32>,
    /// Whether it shares the lock.
    pub mode: Mode,
    /// It has no lock, but a lease on the file (Linux, fcntl(2)): a run finds that busy, too.
    pub is_lease: bool,
    /// Of a holder that has ended: the processes that it has left behind and that hold the lock, as far as they are shown to
    /// this user.
    pub left: Vec<u32>,
}

/// What stands in the lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The record.
    pub record: Record,
    /// It is believed only of a process of this user: the file is his, and what stands in it is his word.
    pub only_of: Option<u32>,
}

/// What can be seen of processes, and of what they have on one file.
pub trait Processes: Sight {
    /// What the descriptors of a process have on the file, where that is shown.
    fn of_process(&self, pid: u32) -> Option<Listing>;

    /// All processes that have a lock on it, as far as they are shown.
    fn having(&self) -> &[(u32, Listing)];

    /// The effective user of a process.
    fn user(&self, pid: u32) -> Option<u32>;
}

impl Status {
    /// Of a lock whose file is not there.
    #[must_use]
    pub fn absent() -> Self {
        Self { state: State::Absent, holders: Vec::new(), waiting: Some(0) }
    }

    /// Whether it is certain that nobody holds the lock.
    #[must_use]
    pub fn is_free(&self) -> bool {
        matches!(self.state, State::Absent | State::Free)
    }
}

/// By the system's list of locks. `sees_all` is that it has all that could be held, as on a local file system.
#[must_use]
pub fn by_list(
    listing: &Listing,
    word: Option<&Word>,
    sees_all: bool,
    sight: &impl Processes,
) -> Status {
    let look = Look { listing, word, sight };
    let takers = look.takers();
    let mut holders: Vec<Holding> = takers.iter().map(|taker| look.listed(*taker)).collect();
    holders.extend(look.without_process(&takers));
    holders.extend(listing.leases.iter().map(|lease| look.lease(lease)));
    let state = match (holders.is_empty(), sees_all) {
        (false, _) => State::Held,
        (true, true) => State::Free,
        (true, false) => State::Unknown,
    };
    let waiting = listing.waiting.len();
    // Where some processes are hidden, what they announce is not.
    let waiting = if sees_all { waiting } else { waiting.max(listing.announced) };
    Status { state, holders, waiting: Some(waiting) }
}

/// By the one lock that the system tells is in the way. `sees_all` is that it would have told of any.
#[must_use]
pub fn by_conflict(
    conflict: Option<Conflict>,
    word: Option<&Word>,
    sees_all: bool,
    sight: &impl Processes,
) -> Status {
    let Some(Conflict { mode, pid }) = conflict else {
        let state = if sees_all { State::Free } else { State::Unknown };
        return Status { state, holders: Vec::new(), waiting: None };
    };
    let word = word.filter(|word| word.only_of.is_none());
    let record = word.map(|word| &word.record).filter(|it| pid.is_none_or(|pid| it.pid == pid));
    let holder = match (record, pid) {
        (Some(record), _) => identify::identify(Some(record.clone()), sight),
        (None, Some(pid)) => Some(Holder { pid, ..Holder::default() }),
        (None, None) => None,
    };
    let user = record.map(|record| record.user);
    let holding = Holding { holder, user, mode, is_lease: false, left: Vec::new() };
    Status { state: State::Held, holders: vec![holding], waiting: None }
}

/// A process that has taken a lock, and how.
type Taker = (u32, Mode);

struct Look<'a, S> {
    listing: &'a Listing,
    word: Option<&'a Word>,
    sight: &'a S,
}

impl<S: Processes> Look<'_, S> {
    /// The processes that the list names, each once.
    fn takers(&self) -> Vec<Taker> {
        let mut takers: Vec<Taker> = Vec::new();
        for lock in self.listing.held.iter().filter(|lock| !self.waits(lock)) {
            let Some(pid) = lock.pid else { continue };
            match takers.iter_mut().find(|(known, _)| *known == pid) {
                Some((_, mode)) if lock.mode == Mode::Exclusive => *mode = lock.mode,
                Some(_) => {}
                None => takers.push((pid, lock.mode)),
            }
        }
        takers
    }

    /// Whether a lock is the first half of one whose second half is waited for: somebody else has a lock of fcntl(2), which
    /// is no hindrance for flock(2) on a local file system. Of one that could be shared, only the announcement tells; it is
    /// not there if that lock reaches as far.
    fn waits(&self, lock: &Listed) -> bool {
        let is_waited_for = self.listing.waiting.iter().any(|it| it.kind == Kind::Description);
        if lock.kind != Kind::Flock || !is_waited_for {
            return false;
        }
        let shown = lock.pid.and_then(|pid| self.sight.of_process(pid)).unwrap_or_default();
        let has_second = shown.held.iter().any(|it| it.kind == Kind::Description);
        !has_second && (lock.mode == Mode::Exclusive || shown.announced > 0)
    }

    fn listed(&self, (pid, mode): Taker) -> Holding {
        let record = self.record_of(pid);
        let state = identify::state_of_listed(pid, record, self.sight);
        let has_ended = state == identify::State::Ended;
        let is_left = |(other, listing): &&(u32, Listing)| {
            *other != pid && listing.held.iter().any(|lock| lock.pid == Some(pid))
        };
        let left = match has_ended {
            true => self.sight.having().iter().filter(is_left).map(|(pid, _)| *pid).collect(),
            false => Vec::new(),
        };
        let holder = match record {
            Some(record) => Holder { pid, state, ..Holder::of(record.clone()) },
            // An id that is used again would give the name of somebody who has nothing to do with it.
            None if has_ended => Holder { pid, state, ..Holder::default() },
            None => Holder {
                pid,
                state,
                command: self.sight.command(pid),
                process_age: self.sight.age(pid),
                record: None,
            },
        };
        let user = if has_ended { None } else { self.sight.user(pid) };
        let user = user.or(record.map(|record| record.user));
        Holding { holder: Some(holder), user, mode, is_lease: false, left }
    }

    /// The record, if it is of this process, which may have another id in its container.
    fn record_of(&self, pid: u32) -> Option<&Record> {
        let Word { record, only_of } = self.word?;
        let is_its = if record.pid == pid {
            self.sight.is_here(&record.host)
        } else {
            matches!(self.sight.life(pid), Life::Here(_)) && self.sight.has_id(pid, record.pid)
        };
        let is_believed = only_of.is_none_or(|user| self.sight.user(pid) == Some(user));
        (is_its && is_believed).then_some(record)
    }

    /// The holders of locks that are listed without a process: of open file descriptions, where there is no lock of flock(2)
    /// that goes with them.
    fn without_process(&self, takers: &[Taker]) -> Vec<Holding> {
        let held = &self.listing.held;
        let count = |kind| held.iter().filter(|it| it.kind == kind && !self.waits(it)).count();
        let is_explained = count(Kind::Description) <= count(Kind::Flock) && !takers.is_empty();
        let is_nobodys = |lock: &&Listed| lock.kind != Kind::Process && lock.pid.is_none();
        let Some(lock) = held.iter().find(is_nobodys).filter(|_| !is_explained) else {
            return Vec::new();
        };
        let is_takers = |lock: &Listed| {
            lock.pid.is_some_and(|pid| takers.iter().any(|(taker, _)| *taker == pid))
        };
        let others = self.sight.having().iter().filter(|(_, listing)| {
            let mut locks = listing.held.iter();
            locks.any(|it| it.pid.is_none()) && !listing.held.iter().any(is_takers)
        });
        let others: Vec<u32> = others.map(|(pid, _)| *pid).collect();
        if let Some(ended) = self.ended_in_container(&others, lock.mode) {
            return vec![ended];
        }
        let is_inherited = |pid: u32| match self.sight.life(pid) {
            Life::Here(process) => others.contains(&process.parent),
            _ => false,
        };
        let first = others.iter().copied().filter(|pid| !is_inherited(*pid));
        let seen: Vec<Holding> = first.map(|pid| self.listed((pid, lock.mode))).collect();
        if seen.is_empty() && takers.is_empty() { vec![self.unseen(lock.mode)] } else { seen }
    }

    /// A holder that has ended, where the list does not name it any more: in a container, a process that is gone has no number.
    /// What it has left behind has its lock of flock(2) all the same.
    fn ended_in_container(&self, others: &[u32], mode: Mode) -> Option<Holding> {
        let Word { record, only_of: None } = self.word? else {
            return None;
        };
        let is_left = |(pid, listing): &&(u32, Listing)| {
            others.contains(pid) && listing.held.iter().any(|it| it.kind == Kind::Flock)
        };
        let having = self.sight.having().iter();
        let left: Vec<u32> = having.filter(is_left).map(|(pid, _)| *pid).collect();
        let is_gone = self.sight.life(record.pid) == Life::Gone;
        if left.is_empty() || !is_gone || !self.sight.is_here(&record.host) {
            return None;
        }
        let holder = Holder { state: identify::State::Ended, ..Holder::of(record.clone()) };
        Some(Holding { holder: Some(holder), user: Some(record.user), mode, is_lease: false, left })
    }

    /// A holder that only its record tells of.
    fn unseen(&self, mode: Mode) -> Holding {
        let record = self.word.filter(|word| word.only_of.is_none()).map(|word| &word.record);
        let holder = record.map(|record| {
            let state = if self.sight.is_here(&record.host) {
                identify::state_without_proof(record.pid, self.sight)
            } else {
                identify::State::Runs
            };
            Holder { state, ..Holder::of(record.clone()) }
        });
        let user = record.map(|record| record.user);
        Holding { holder, user, mode, is_lease: false, left: Vec::new() }
    }

    fn lease(&self, lease: &Listed) -> Holding {
        let holder = lease.pid.map(|pid| Holder {
            pid,
            command: self.sight.command(pid),
            ..Holder::default()
        });
        let user = lease.pid.and_then(|pid| self.sight.user(pid));
        Holding { holder, user, mode: lease.mode, is_lease: true, left: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
