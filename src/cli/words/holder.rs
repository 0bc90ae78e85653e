//! Who holds a busy lock: `pid 4711 (root@db1: rsync -a /a /b) for 2h13m`.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use withlock_platform::process;

use crate::cli::{duration, quoting};
use crate::holder::identify::{Holder, State};
use crate::holder::record;
use crate::lock::{Busy, Irreplaceable};

/// Stands where something was cut off.
pub(super) const MORE: &str = "...";

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
    if let Some(why) = busy.irreplaceable {
        line.push_str("; it is not replaced: ");
        line.push_str(match why {
            Irreplaceable::Unknown => "it is no run of withlock that you have started",
            Irreplaceable::Ancestor => "this run is part of it",
            Irreplaceable::OtherUser => "it is another user's",
            Irreplaceable::OtherHost => "it runs on another host",
            Irreplaceable::Unseen => "no process is seen here that has the lock",
        });
    }
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
    words_with(holder, path, usize::MAX)
}

/// The same, with so many bytes at most about what it does.
pub(super) fn words_with(holder: Option<&Holder>, path: &Path, most: usize) -> String {
    let Some(holder) = holder else {
        return "someone unknown".to_owned();
    };
    let mut words = format!("pid {}", holder.pid);
    if let Some(mut doing) = doing(holder) {
        if doing.len() > most {
            cut(&mut doing, most.saturating_sub(MORE.len()));
            doing.push_str(MORE);
        }
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

/// Cuts a text off, at the end of a character.
pub(super) fn cut(text: &mut String, length: usize) {
    let end = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or_default());
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
