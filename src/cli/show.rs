//! `--status` and `--list`: the look at locks, and the exit status.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cli::exit::Exit;
use crate::cli::plan::{Locks, Show};
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

/// Takes the look, and says on standard error what is wrong.
#[must_use]
pub fn take(show: &Show) -> Shown {
    match &show.locks {
        Locks::At(paths) => at(paths, show.json),
        Locks::In(directory) => within(directory, show.json),
    }
}

fn at(paths: &[PathBuf], json: bool) -> Shown {
    let mut text = String::new();
    let mut all_free = true;
    let mut failed = None;
    for path in paths {
        let (status, refused) = heard(json, |listener| LockPath::new(path).status(listener));
        match &status {
            Ok(status) => {
                all_free &= status.is_free();
                text.push_str(&if json {
                    status::json::line(path, Ok(status), refused.as_deref())
                } else {
                    status::lines(path, status)
                });
            }
            Err(error) => {
                let said = complain(error);
                failed.get_or_insert(Exit::from(error));
                if json {
                    text.push_str(&status::json::line(path, Err(&said), refused.as_deref()));
                }
            }
        }
    }
    Shown { text, code: code(failed, all_free) }
}

fn within(directory: &Path, json: bool) -> Shown {
    let (locks, refused) = heard(json, |listener| LockPath::all_in(directory, listener));
    let locks = match locks {
        Ok(locks) => locks,
        Err(error) => {
            complain(&error);
            return Shown { text: String::new(), code: code(Some(Exit::from(&error)), false) };
        }
    };
    let text = if json {
        let line = |(path, status): &(PathBuf, Status)| {
            status::json::line(path, Ok(status), refused.as_deref())
        };
        locks.iter().map(line).collect()
    } else {
        status::table(&locks)
    };
    Shown { text, code: code(None, locks.iter().all(|(_, status)| status.is_free())) }
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
