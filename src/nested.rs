//! Locks that this run's ancestors hold, as `WITHLOCK_HELD` in the environment tells: waiting for one would never end.

use std::ffi::{OsStr, OsString};

use withlock_platform::evidence::Identity;
use withlock_platform::process;

use crate::record::Record;

/// The variable: entries `DEVICE:INODE:PID:TOKEN`, with a blank between two.
pub const VARIABLE: &str = "WITHLOCK_HELD";

/// The variable's value for a job of this holder: what was held already, and this lock.
#[must_use]
pub fn value(identity: Identity, record: &Record) -> OsString {
    extend(std::env::var_os(VARIABLE).unwrap_or_default(), identity, record)
}

/// A value with this holder's entry behind what it says already.
#[must_use]
pub fn extend(mut value: OsString, identity: Identity, record: &Record) -> OsString {
    if !value.is_empty() {
        value.push(" ");
    }
    let Identity { device, inode } = identity;
    value.push(format!("{device}:{inode}:{}:{}", record.pid, record.token));
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
/// the file must be the ancestor's, or, as other shared holders may have written theirs since, or nobody any, the
/// ancestor's process must live.
#[must_use]
pub fn tells_of(
    value: &OsStr,
    identity: Identity,
    holder: Option<&Record>,
    lives: impl Fn(u32) -> bool,
) -> bool {
    value.to_string_lossy().split(' ').filter_map(Entry::parse).any(|entry| {
        entry.identity == identity
            && (holder.is_some_and(|record| record.token == entry.token) || lives(entry.pid))
    })
}

struct Entry<'a> {
    identity: Identity,
    pid: u32,
    token: &'a str,
}

impl<'a> Entry<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let identity =
            Identity { device: parts.next()?.parse().ok()?, inode: parts.next()?.parse().ok()? };
        let pid = parts.next()?.parse().ok()?;
        let token = parts.next()?;
        parts.next().is_none().then_some(Self { identity, pid, token })
    }
}
