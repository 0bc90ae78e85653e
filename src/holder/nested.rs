//! Locks that this run's ancestors hold: waiting for one would never end. The system tells of them, where it can, and
//! `WITHLOCK_HELD` in the environment.

use std::ffi::{OsStr, OsString};
use std::fmt;

use withlock_platform::backend::Mode;
use withlock_platform::evidence::Identity;
use withlock_platform::holders::Holds;

use crate::holder::identify::{self, Sight};
use crate::holder::record::Record;

/// The variable: entries with a blank between two.
pub const VARIABLE: &str = "WITHLOCK_HELD";

/// A holder as the variable tells of it: `DEVICE:INODE:PID:MODE:TOKEN`, where MODE is `x` or `s`, as the options are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The lock file.
    pub identity: Identity,
    /// The process id of withlock.
    pub pid: u32,
    /// Whether others may hold the lock as well.
    pub mode: Mode,
    /// That of the record in the file; empty where the holder has written none.
    pub token: &'a str,
}

/// The variable's value for a job of this holder: what was held already, and this lock.
#[must_use]
pub fn value(entry: &Entry<'_>) -> OsString {
    extend(std::env::var_os(VARIABLE).unwrap_or_default(), entry)
}

/// A value with this holder's entry behind what it says already.
#[must_use]
pub fn extend(mut value: OsString, entry: &Entry<'_>) -> OsString {
    if !value.is_empty() {
        value.push(" ");
    }
    value.push(entry.to_string());
    value
}

/// A lock that this run wants, and that is busy.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The lock file.
    pub identity: Identity,
    /// How it is wanted.
    pub mode: Mode,
    /// The record in the file, if it can be believed.
    pub record: Option<&'a Record>,
}

/// Whether the lock is held by a run that this one is part of, so that waiting for it would be waiting for itself.
#[must_use]
pub fn is_held(wanted: &Wanted<'_>, sight: &impl Sight) -> bool {
    is_proven(&std::env::var_os(VARIABLE).unwrap_or_default(), wanted, sight)
}

/// The same for a value of the variable.
///
/// A wrong "yes" would leave a run out, and a wrong "no" is a wait like any other: so it takes a proof. The variable
/// outlives the lock in whatever the job leaves behind, and inode numbers and process ids are used again.
///
/// - The kernel says that this process, or one of those from its parent up, holds the lock (Linux): for this process, it
///   is a descriptor that it has inherited, or another thread, which is no ancestor: so with threads it does not count.
/// - The variable names the run that has written the record: the token is random.
/// - Where the kernel does not say who holds the lock: one of those from the parent up is named by the variable or by the
///   record, and no other holder is.
#[must_use]
pub fn is_proven(value: &OsStr, wanted: &Wanted<'_>, sight: &impl Sight) -> bool {
    let value = value.to_string_lossy();
    let entries: Vec<Entry<'_>> = value
        .split(' ')
        .filter_map(Entry::parse)
        .filter(|entry| entry.identity == wanted.identity && entry.is_in_the_way_of(wanted.mode))
        .collect();
    let wrote = |entry: &&Entry<'_>| wanted.record.is_some_and(|record| entry.wrote(record));
    if entries.iter().filter(wrote).any(|entry| sight.holds(entry.pid) != Holds::No) {
        return true;
    }
    // Those who may hold it beside the one that the record names: none, where it says that there is one only.
    let listed = match wanted.record {
        Some(record) if !record.shared => Vec::new(),
        _ => sight.listed().unwrap_or_default(),
    };
    let is_named = |pid| {
        // Process 1 is somebody else in each container.
        pid > 1
            && (entries.iter().any(|entry| entry.pid == pid && entry.fits(wanted.record))
                || wanted.record.is_some_and(|record| names(record, pid, sight)))
    };
    let itself = usize::from(!sight.has_one_thread());
    sight.ancestry().iter().enumerate().skip(itself).any(|(generation, pid)| {
        let is_named = is_named(*pid);
        let is_worth_asking =
            generation == 0 && sight.may_inherit() || is_named || listed.contains(pid);
        is_worth_asking
            && match sight.holds(*pid) {
                Holds::Yes => true,
                Holds::No => false,
                Holds::Unknown => is_named,
            }
    })
}

/// Whether a record is of the process that has this id now, and not of one from before.
fn names(record: &Record, pid: u32, sight: &impl Sight) -> bool {
    record.pid == pid && sight.is_here(&record.host) && identify::is_old_enough(pid, record, sight)
}

impl<'a> Entry<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let identity =
            Identity { device: parts.next()?.parse().ok()?, inode: parts.next()?.parse().ok()? };
        let pid = parts.next()?.parse().ok()?;
        let mode = match parts.next()? {
            "x" => Mode::Exclusive,
            "s" => Mode::Shared,
            _ => return None,
        };
        let token = parts.next()?;
        parts.next().is_none().then_some(Self { identity, pid, mode, token })
    }

    fn wrote(&self, record: &Record) -> bool {
        !self.token.is_empty() && self.token == record.token
    }

    fn is_in_the_way_of(&self, wanted: Mode) -> bool {
        wanted == Mode::Exclusive || self.mode == Mode::Exclusive
    }

    /// Whether this one can hold the lock while this record stands in the file. Nobody writes another one while it holds
    /// the lock, unless he shares it; and where it has written none, there may be one from before.
    fn fits(&self, record: Option<&Record>) -> bool {
        let is_last_to_write = self.mode == Mode::Exclusive && !self.token.is_empty();
        !is_last_to_write || record.is_none_or(|record| self.wrote(record))
    }
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { identity: Identity { device, inode }, pid, token, .. } = self;
        let mode = match self.mode {
            Mode::Exclusive => 'x',
            Mode::Shared => 's',
        };
        write!(f, "{device}:{inode}:{pid}:{mode}:{token}")
    }
}

#[cfg(test)]
mod tests;
