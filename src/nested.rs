//! Locks that this run's ancestors hold, as `WITHLOCK_HELD` in the environment tells: waiting for one would never end.

use std::ffi::OsString;

use withlock_platform::evidence::Identity;
use withlock_platform::process;

use crate::record::Record;

/// The variable: entries `DEVICE:INODE:PID:TOKEN`, with a blank between two.
pub const VARIABLE: &str = "WITHLOCK_HELD";

/// The variable's value for a job of this holder: what was held already, and this lock.
#[must_use]
pub fn value(identity: Identity, record: &Record) -> OsString {
    let mut value = std::env::var_os(VARIABLE).unwrap_or_default();
    if !value.is_empty() {
        value.push(" ");
    }
    let Identity { device, inode } = identity;
    value.push(format!("{device}:{inode}:{}:{}", record.pid, record.token));
    value
}

/// Whether an ancestor holds this file.
///
/// The variable outlives the lock in whatever the job leaves behind, and inode numbers are used again: so the record in
/// the file must be the ancestor's, or, as other shared holders may have written theirs since, or nobody any, the
/// ancestor's process must live.
#[must_use]
pub fn is_held(identity: Identity, holder: Option<&Record>) -> bool {
    let Some(value) = std::env::var_os(VARIABLE) else {
        return false;
    };
    value.to_string_lossy().split(' ').filter_map(Entry::parse).any(|entry| {
        entry.identity == identity
            && (holder.is_some_and(|record| record.token == entry.token)
                || process::exists(entry.pid))
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
