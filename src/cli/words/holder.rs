//! Who holds a busy lock: `pid 4711 (root@db1: rsync -a /a /b) for 2h13m`.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use withlock_platform::process;

use crate::cli::{duration, quoting};
use crate::holder::identify::{Holder, State};
use crate::holder::record;
use crate::lock::Busy;

/// The line for a lock that somebody else holds.
#[must_use]
pub fn busy(path: &Path, busy: &Busy) -> String {
    if busy.by_ancestor {
        // The record may name another one, who shares the lock.
        return format!(
            "{} is held by the run that this one is part of: a lock can't be taken again inside its own job; use another \
             lock file there, or no withlock",
            path.display()
        );
    }
    if busy.leased {
        return format!(
            "{} is held by someone unknown: a program, such as a Samba or NFS server, has a lease on the file; wait for \
             it with -w",
            path.display()
        );
    }
    let holder = words(busy.holder.as_ref(), path);
    let mut line = if busy.slots > 1 {
        format!(
            "{} has {} slots, all held, for the longest time by {holder}",
            path.display(),
            busy.slots
        )
    } else {
        format!("{} is held by {holder}", path.display())
    };
    match busy.crowded {
        Some(0) => line.push_str("; nobody may wait for it (--max-waiters 0)"),
        Some(1) => line.push_str("; another run waits for it already"),
        Some(waiters) => {
            let _ = write!(line, "; {waiters} others wait for it already");
        }
        None => {}
    }
    line
}

/// The holder of the lock at this path.
pub(super) fn words(holder: Option<&Holder>, path: &Path) -> String {
    let Some(holder) = holder else {
        return "someone unknown".to_owned();
    };
    let mut words = format!("pid {}", holder.pid);
    if let Some(doing) = doing(holder) {
        let _ = write!(words, " ({doing})");
    }
    let age = holder.record.as_ref().map(|record| duration::words(record.age()));
    match (holder.state, age) {
        (State::Ended, _) => {
            let file = quoting::quote(&path.to_string_lossy());
            let _ = write!(
                words,
                ", which has ended, but left processes that hold the lock; find them with: fuser {file}"
            );
        }
        (state, age) => {
            if let Some(age) = age {
                let _ = write!(words, " for {age}");
            }
            words.push_str(match state {
                State::Stopped => ", stopped",
                State::Unseen => {
                    ", which can't be seen here: it has ended, or is in another container"
                }
                _ => "",
            });
        }
    }
    words
}

/// Who does what, by the record: `root@db1: rsync -a /a /b`; or by the command line of a process: `flock l sleep 9`.
fn doing(holder: &Holder) -> Option<String> {
    let Some(record) = &holder.record else {
        let command = quoting::of(holder.command.iter().map(OsStr::new));
        return (!command.is_empty()).then(|| record::shorten(&command));
    };
    let user = process::user_name(record.user).unwrap_or_else(|| record.user.to_string());
    let mut words = format!("{user}@{}", record.host);
    if !record.command.is_empty() {
        let _ = write!(words, ": {}", record.command);
    }
    Some(words)
}
