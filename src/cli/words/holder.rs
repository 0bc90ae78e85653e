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
    format!("{} is held by {}", path.display(), words(busy.holder.as_ref(), path))
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
    let command = command(holder);
    let Some(record) = &holder.record else {
        return (!command.is_empty()).then_some(command);
    };
    let mut words = format!("{}@{}", user(record.user), record.host);
    if !command.is_empty() {
        let _ = write!(words, ": {command}");
    }
    Some(words)
}

/// What a holder runs, as it would be typed; empty where that is not known.
pub(super) fn command(holder: &Holder) -> String {
    match &holder.record {
        Some(record) => record.command.clone(),
        None => record::shorten(&quoting::of(holder.command.iter().map(OsStr::new))),
    }
}

/// A user's name, or number.
pub(super) fn user(user: u32) -> String {
    process::user_name(user).unwrap_or_else(|| user.to_string())
}
