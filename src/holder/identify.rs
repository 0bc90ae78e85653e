//! Who holds a busy lock, as far as that can be known: by the record in the file, and by what the system lists.
//!
//! The kernel is believed, and the record of a file of withlock's own, as far as the kernel does not contradict it. A
//! process id may be used again, and may be that of another container: where neither can be ruled out, nothing is said
//! of that process.

use std::time::Duration;

use withlock_platform::holders::{self, Holds, Life};

use crate::holder::record::Record;

/// A holder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Its process id: of withlock, or of whoever took the lock.
    pub pid: u32,
    /// Its record; `None` where only the kernel names it.
    pub record: Option<Record>,
    /// What it runs, as words, where only the kernel names it; empty where that is not known.
    pub command: Vec<String>,
    /// How long ago its process was started, where only the kernel names it, and if that is known.
    pub process_age: Option<Duration>,
    /// What has become of it.
    pub state: State,
}

/// What has become of a holder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing that is worth telling, or nothing that is known.
    #[default]
    Runs,
    /// It is stopped, and keeps the lock until it is continued and ends.
    Stopped,
    /// It has ended. Processes that it left behind keep the lock.
    Ended,
    /// No such process can be seen from here: it has ended, or is in another container.
    Unseen,
}

/// What can be seen of the holders of one lock.
pub trait Sight {
    /// The processes that the kernel lists with a lock that is in the way of this run. `None` where it lists none of
    /// any file. An empty list does not mean that nobody holds the lock: some locks have no process, and those of
    /// another container are not shown.
    fn listed(&self) -> Option<Vec<u32>>;

    /// Whether this process has no other thread that may hold the lock and give it up again.
    fn has_one_thread(&self) -> bool {
        true
    }

    /// Whether this process may have inherited a descriptor of the file: if not, it does not hold the lock itself.
    fn may_inherit(&self) -> bool {
        true
    }

    /// Whether a process has a lock that is in the way of this run.
    fn holds(&self, pid: u32) -> Holds;

    /// What is known of a process.
    fn life(&self, pid: u32) -> Life;

    /// How long ago a process was started, if that is known.
    fn age(&self, pid: u32) -> Option<Duration>;

    /// Whether a process has this id too, in a container.
    fn has_id(&self, pid: u32, id: u32) -> bool;

    /// The words of a process's command line; none where they are not known.
    fn command(&self, pid: u32) -> Vec<String>;

    /// Whether this is the name of this host.
    fn is_here(&self, host: &str) -> bool;

    /// This process, its parent, and so on.
    fn ancestry(&self) -> Vec<u32>;

    /// Whether, looked at once more, this process is still the one that is listed or recorded.
    fn is_still_named(&self, pid: u32) -> bool;
}

impl Holder {
    /// The one who wrote this record, of whom nothing else is known.
    #[must_use]
    pub fn of(record: Record) -> Self {
        Self { pid: record.pid, record: Some(record), ..Self::default() }
    }

    /// How long it has held the lock, by its record; or at most so long, because its process is no older. `None` where
    /// neither is known.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.record.as_ref().map(Record::age).or(self.process_age)
    }
}

/// Who holds the lock, by a record that is believed, if there is one, and by what can be seen.
#[must_use]
pub fn identify(record: Option<Record>, sight: &impl Sight) -> Option<Holder> {
    let listed = sight.listed();
    let Some(record) = record else {
        return by_list(&listed.unwrap_or_default(), sight);
    };
    if !sight.is_here(&record.host) {
        return Some(Holder::of(record));
    }
    let pid = record.pid;
    let state = match listed {
        None => state_without_list(pid, sight),
        Some(listed) if listed.contains(&pid) => state_of_listed(pid, Some(&record), sight),
        Some(listed) if listed.is_empty() => state_without_proof(pid, sight),
        Some(listed) => match listed.iter().find(|other| sight.has_id(**other, pid)) {
            Some(inside) => state_of_listed(*inside, None, sight),
            // The record is of somebody who holds the lock no more.
            None => return by_list(&listed, sight).or_else(|| Some(Holder::of(record))),
        },
    };
    Some(Holder { state, ..Holder::of(record) })
}

/// The first one of those listed who lives, or else the first one.
fn by_list(listed: &[u32], sight: &impl Sight) -> Option<Holder> {
    let state = |pid| state_of_listed(pid, None, sight);
    let holder = |pid: u32| Holder { pid, state: state(pid), ..Holder::default() };
    let holders: Vec<Holder> = listed.iter().copied().map(holder).collect();
    let alive = holders.iter().find(|holder| holder.state != State::Ended);
    let holder = alive.or(holders.first()).cloned()?;
    Some(match holder.state {
        // An id that is used again would give the name of somebody who has nothing to do with it.
        State::Ended => holder,
        _ => Holder {
            command: sight.command(holder.pid),
            process_age: sight.age(holder.pid),
            ..holder
        },
    })
}

/// Of a process that took the lock by the kernel's list, and perhaps by its record. The id may be used again.
pub(super) fn state_of_listed(pid: u32, record: Option<&Record>, sight: &impl Sight) -> State {
    let is_another = || {
        let is_old_enough = record.is_some_and(|record| is_old_enough(pid, record, sight));
        !is_old_enough && sight.holds(pid) == Holds::No
    };
    let state = match sight.life(pid) {
        Life::Here(process) if process.state == holders::State::Ended => State::Ended,
        Life::Here(_) if is_another() => State::Ended,
        Life::Here(process) if process.state == holders::State::Stopped => State::Stopped,
        Life::Gone => State::Ended,
        Life::Here(_) | Life::Unknown => State::Runs,
    };
    confirm(state, pid, sight)
}

/// Whether a process is known to have been started before this record was written. One that has got the id of a dead
/// writer was started later, unless the clock was set back meanwhile.
pub(crate) fn is_old_enough(pid: u32, record: &Record, sight: &impl Sight) -> bool {
    sight.age(pid).is_some_and(|age| age + Duration::from_secs(1) >= record.age())
}

/// Of a process that the record names, on a system that lists no locks, and has no containers that share a host name.
fn state_without_list(pid: u32, sight: &impl Sight) -> State {
    let state = match sight.life(pid) {
        Life::Gone => State::Ended,
        Life::Here(process) => match process.state {
            holders::State::Ended => State::Ended,
            holders::State::Stopped => State::Stopped,
            holders::State::Runs => State::Runs,
        },
        Life::Unknown => State::Runs,
    };
    confirm(state, pid, sight)
}

/// Of a process that the record names, while the list has locks without a process only.
pub(super) fn state_without_proof(pid: u32, sight: &impl Sight) -> State {
    match sight.life(pid) {
        Life::Gone => confirm(State::Unseen, pid, sight),
        Life::Here(process)
            if process.state == holders::State::Stopped && sight.holds(pid) == Holds::Yes =>
        {
            State::Stopped
        }
        _ => State::Runs,
    }
}

/// A holder may release the lock and end just while it is looked at: nothing is left behind then.
fn confirm(state: State, pid: u32, sight: &impl Sight) -> State {
    match state {
        State::Ended | State::Unseen if !sight.is_still_named(pid) => State::Runs,
        state => state,
    }
}

#[cfg(test)]
mod tests;
