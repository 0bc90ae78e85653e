//! A holder in words: `pid 4711 (root@db1: rsync -a /a /b) for 2h13m`.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use withlock_platform::process;

use super::duration;
use crate::cli::label;
use crate::holder::{Holder, State};
use crate::record;

/// The holder of the lock at this path.
pub(super) fn words(holder: Option<&Holder>, path: &Path) -> String {
    let Some(holder) = holder else {
        return "someone unknown".to_owned();
    };
    let mut words = format!("pid {}", holder.pid);
    if let Some(doing) = doing(holder) {
        let _ = write!(words, " ({doing})");
    }
    let age = holder.record.as_ref().map(|record| duration(record.age()));
    match (holder.state, age) {
        (State::Ended, _) => {
            let file = label::quote(&path.to_string_lossy());
            let _ = write!(
                words,
                ", which has ended; what it left behind holds the lock: fuser {file}"
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
        let command = label::of(holder.command.iter().map(OsStr::new));
        return (!command.is_empty()).then(|| record::shorten(&command));
    };
    let user = process::user_name(record.user).unwrap_or_else(|| record.user.to_string());
    let mut words = format!("{user}@{}", record.host);
    if !record.command.is_empty() {
        let _ = write!(words, ": {}", record.command);
    }
    Some(words)
}
