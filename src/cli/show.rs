//! `--status` and `--list`: the look at locks, and the exit status.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cli::exit::Exit;
use crate::cli::plan::{Lock, Locks, Show};
use crate::cli::words::{self, status};
use crate::error::{Error, Result};
use crate::event::{Event, Listener};
use crate::holder::status::Status;
use crate::path::LockPath;
use crate::trust::Verdict;

/// What to print, and how to end.
#[derive(Debug)]
pub struct Shown {
    /// For standard output.
    pub text: String,
    /// The exit status: 0 if all locks are free, 1 if one is held or that is not known, or that of what went wrong first.
    pub code: i32,
}

/// Locks, by their paths.
type Found = Vec<(PathBuf, Status)>;

/// Takes the look, and says on standard error what is wrong.
#[must_use]
pub fn take(show: &Show) -> Shown {
    match &show.locks {
        Locks::At(locks) => at(locks, show.json),
        Locks::In(directory) => all(show.json, |listener| LockPath::all_in(directory, listener)),
        Locks::Named => all(show.json, LockPath::all_named),
    }
}

fn at(locks: &[Lock], json: bool) -> Shown {
    let mut text = String::new();
    let mut all_free = true;
    let mut failed = None;
    for lock in locks {
        let (found, refused) = heard(json, |listener| lock.path()?.status_of_slots(listener));
        match found {
            Ok(found) => {
                all_free &= are_free(&found);
                for (path, status) in &found {
                    text.push_str(&if json {
                        status::json::line(path, Ok(status), refused.as_deref())
                    } else {
                        status::lines(path, status)
                    });
                }
            }
            Err(error) => {
                let said = complain(&error);
                failed.get_or_insert(Exit::from(&error));
                if json {
                    let path = match lock {
                        Lock::At(path) => path,
                        Lock::Named(name) => Path::new(name.as_os_str()),
                    };
                    text.push_str(&status::json::line(path, Err(&said), refused.as_deref()));
                }
            }
        }
    }
    Shown { text, code: code(failed, all_free) }
}

fn all(json: bool, look: impl FnOnce(Listener<'_>) -> Result<Found>) -> Shown {
    let (found, refused) = heard(json, look);
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            complain(&error);
            return Shown { text: String::new(), code: code(Some(Exit::from(&error)), false) };
        }
    };
    let text = if json {
        let line = |(path, status): &(PathBuf, Status)| {
            status::json::line(path, Ok(status), refused.as_deref())
        };
        found.iter().map(line).collect()
    } else {
        status::table(&found)
    };
    Shown { text, code: code(None, are_free(&found)) }
}

fn are_free(found: &[(PathBuf, Status)]) -> bool {
    found.iter().all(|(_, status)| status.is_free())
}

fn code(failed: Option<Exit>, all_free: bool) -> i32 {
    let held = (!all_free).then_some(Exit::Busy);
    failed.or(held).map_or(0, |exit| exit.code().into())
}

/// Looks, and returns also why a run would refuse the place. People are told of it; programs find it in their line.
fn heard<T>(
    json: bool,
    look: impl FnOnce(Listener<'_>) -> Result<T>,
) -> (Result<T>, Option<String>) {
    let refused = Mutex::new(None);
    let hear = |event: &Event<'_>| {
        if let Event::Judged { at, verdict: Verdict::Refuse(reason) } = event {
            if let Ok(mut refused) = refused.lock() {
                refused.get_or_insert_with(|| format!("{} {reason}", at.display()));
            }
        }
        if !json {
            words::listen(event);
        }
    };
    let result = look(Listener::new(&hear));
    (result, refused.into_inner().unwrap_or_default())
}

/// Says what is wrong, and returns that.
fn complain(error: &Error) -> String {
    let said = words::error(error);
    words::say(&said);
    said
}
