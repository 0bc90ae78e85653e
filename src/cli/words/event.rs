//! What happens on the way, and what is wrong without stopping the run.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use withlock_platform::process::{Deadline, Status, signal};

use super::{error, holder};
use crate::cli::{duration, quoting};
use crate::event::{Event, Kept, Loss, Warning};
use crate::trust::Verdict;

/// What has happened.
pub(super) fn words(event: &Event<'_>) -> String {
    match event {
        Event::PassedOver { shell } => {
            format!("$SHELL is {}, which runs no command: using /bin/sh", shell.display())
        }
        Event::Judged { at, verdict } => match verdict {
            Verdict::Accept => format!("{}: safe", at.display()),
            Verdict::Warn(reason) => {
                format!("{}: usable, but it {reason}", at.display())
            }
            Verdict::Refuse(reason) => {
                format!("{}: unsafe: it {reason}", at.display())
            }
        },
        Event::DirectoryCreated { at } => format!("{}: created", at.display()),
        Event::Chosen { path, file_system, backend, in_order } => {
            let hand_over =
                if *in_order { "handed to waiters in order" } else { "removed at each release" };
            format!(
                "lock file {} ({file_system} file system), backend {backend}, {hand_over}",
                path.display()
            )
        }
        Event::Created => "lock file created".to_owned(),
        Event::Again => {
            "the lock file was removed or replaced in the meantime: trying again".to_owned()
        }
        Event::Leased => {
            "waiting for a program, such as a Samba or NFS server, to give up its lease on the file"
                .to_owned()
        }
        Event::Waiting { path, until, holder } => {
            format!("{} {}", waiting(*until), holder::words(*holder, path))
        }
        Event::Queued { path, until } => {
            format!("{} {}, behind others that wait", waiting(*until), path.display())
        }
        Event::Replacing { pid, signal } => {
            format!("telling pid {pid} to end: signal {}", signal_name(*signal))
        }
        Event::KillingHolder { pid } => format!("killing the command of pid {pid}"),
        Event::Acquired { own, path, slot } => acquired(*own, path, *slot),
        Event::Started { pid } => format!("command started, pid {pid}"),
        Event::Executing { pid } => {
            format!("becoming the command, pid {pid}: the lock ends with it, the lock file stays")
        }
        Event::Ended { status, .. } => format!("command {}", ended(*status)),
        Event::Forwarded { signal } => {
            format!("passed signal {} on to the command", signal_name(*signal))
        }
        Event::Overdue { signal } => {
            format!("the command has run too long: sent it signal {}", signal_name(*signal))
        }
        Event::Removed => "lock file removed, lock released".to_owned(),
        Event::Left { why } => format!("lock released, lock file left: {}", kept(*why)),
        Event::Warning(warning) => self::warning(warning),
    }
}

fn waiting(until: Option<Deadline>) -> String {
    match until {
        Some(until) => format!("waiting at most {} for", duration::words(until.limit())),
        None => "waiting for".to_owned(),
    }
}

fn acquired(own: bool, path: &Path, slot: u16) -> String {
    let mut words = "lock acquired".to_owned();
    if slot > 1 {
        let _ = write!(words, ", slot {slot}: {}", path.display());
    }
    if !own {
        words.push_str(", on a file that withlock did not make, and will leave as it is");
    }
    words
}

fn warning(warning: &Warning<'_>) -> String {
    match warning {
        Warning::Place { at, reason } => {
            let cure = if reason.is_remote() {
                "if every run reaches it in the same way, set WITHLOCK_NOWARN=remote to silence this"
            } else {
                "use a directory that only you and root can change"
            };
            format!("warning: {} {reason}; {cure}", at.display())
        }
        Warning::SetgidFile { path } => {
            format!(
                "warning: {} has a mode (setgid without group-execute) that makes locks mandatory on other systems; run chmod g-s on it",
                path.display()
            )
        }
        Warning::Lost { path, loss } => {
            let what = match loss {
                Loss::Gone => "was removed",
                Loss::Replaced => "was replaced by another file",
            };
            format!(
                "warning: {} {what}, or its path changed, while the command ran: another command may have run at the \
                 same time; leave lock files alone, withlock removes its own",
                path.display()
            )
        }
        Warning::TooLong { path, program, arguments, limit, sent, kill_after } => {
            let words = [*program].into_iter().chain(arguments.iter().map(OsString::as_os_str));
            let (path, command) = (path.display(), quoting::in_message(words));
            let limit = duration::words(*limit);
            let sent = self::sent(sent, *kill_after);
            format!("{path}: {command} ran longer than {limit}{sent}")
        }
        Warning::Signal(error) => format!("warning: {}", error::words(error)),
        Warning::Release(error) => {
            format!(
                "warning: while releasing the lock: {}; the lock is free anyway",
                error::words(error)
            )
        }
    }
}

/// What a job was sent that ran too long.
fn sent(signals: &[i32], kill_after: Option<Duration>) -> String {
    let name = |number: i32| match signal::name(number) {
        Some(name) => name.to_owned(),
        None => format!("signal {number}"),
    };
    match (signals, kill_after) {
        ([], _) => String::new(),
        ([first, _, ..], Some(later)) => {
            format!(": sent {}, and {} later KILL", name(*first), duration::words(later))
        }
        ([first, ..], _) => format!(": sent {}", name(*first)),
    }
}

fn kept(why: Kept) -> &'static str {
    match why {
        Kept::Asked => "as asked (--keep)",
        Kept::Foreign => "withlock did not make it, or did not write what is in it",
        Kept::Replaced => "the path leads to another file now, or to none",
        Kept::Shared => "others share the lock or wait for it",
        Kept::Awaited => "others wait for the lock",
        Kept::Held => "the next run has the lock, or something that the command has left running",
    }
}

pub(super) fn ended(status: Status) -> String {
    match status {
        Status::Exited(code) => format!("exited with status {code}"),
        Status::Signaled(signal) => format!("died of signal {}", signal_name(signal)),
    }
}

pub(super) fn signal_name(number: i32) -> String {
    match signal::name(number) {
        Some(name) => format!("{number} ({name})"),
        None => number.to_string(),
    }
}
