//! Locks that this run's ancestors hold, as `WITHLOCK_HELD` in the environment tells: waiting for one would never end.

use std::ffi::{OsStr, OsString};
use std::fmt;

use withlock_platform::backend::Mode;
use withlock_platform::evidence::Identity;
use withlock_platform::process;

use crate::record::Record;

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

/// Whether an ancestor holds this file.
#[must_use]
pub fn is_held(identity: Identity, holder: Option<&Record>) -> bool {
    std::env::var_os(VARIABLE)
        .is_some_and(|value| tells_of(&value, identity, holder, process::exists))
}

/// Whether the value says that an ancestor holds this file, and can be believed.
///
/// The variable outlives the lock in whatever the job leaves behind, and inode numbers are used again: so the record in
/// the file must be the ancestor's. Where the ancestor can hold the lock without that, its process must live, which is
/// less, as process ids are used again, too.
#[must_use]
pub fn tells_of(
    value: &OsStr,
    identity: Identity,
    holder: Option<&Record>,
    lives: impl Fn(u32) -> bool,
) -> bool {
    value.to_string_lossy().split(' ').filter_map(Entry::parse).any(|entry| {
        entry.identity == identity
            && match holder {
                Some(record) if entry.wrote(record) => true,
                Some(_) if entry.is_the_last_to_write() => false,
                _ => lives(entry.pid),
            }
    })
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

    /// Whether nobody writes another record while this one holds the lock. Others who share it do, and where it has
    /// written none, there may be one from before.
    fn is_the_last_to_write(&self) -> bool {
        self.mode == Mode::Exclusive && !self.token.is_empty()
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
