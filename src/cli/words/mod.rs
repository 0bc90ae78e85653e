//! Every word that is shown to a person: one line each, saying what, where, and what to do about it.

use std::io;
use std::path::Path;
use std::time::Duration;

use withlock_platform::evidence::{Grantee, Kind};
use withlock_platform::failure::{self, Failure};
use withlock_platform::process::{self, Status, signal};

use crate::error::Error;
use crate::event::{Event, Kept, Loss, Warning};
use crate::lock::Busy;
use crate::place::trust::{Reason, Verdict};

mod command;
mod cure;
mod elevation;
mod holder;
mod printable;

use cure::Reader;
pub use elevation::elevated;
use printable::is_printable;

/// Says one line on standard error, in one write, so that the lines of several runs do not mix. What can't be said is
/// not said: there is nobody else to tell.
pub fn say(text: &str) {
    let mut line = String::with_capacity(text.len() + 11);
    line.push_str("withlock: ");
    // Names and records can hold anything; a terminal must not obey them, and one message is one line.
    line.extend(text.chars().map(|c| if is_printable(c) { c } else { '?' }));
    line.push('\n');
    let _ = io::Write::write_all(&mut io::stderr(), line.as_bytes());
}

/// Tells oddities only: what a run says without `-v`.
pub fn listen(event: &Event<'_>) {
    if matches!(event, Event::Warning(_)) {
        listen_to_all(event);
    }
}

/// Tells everything: `-v`.
pub fn listen_to_all(event: &Event<'_>) {
    let is_unwanted = matches!(event, Event::Warning(Warning::Place { reason, .. })
        if reason.is_remote() && is_not_warned_of("remote"));
    if !is_unwanted {
        say(&self::event(event));
    }
}

/// Switches warnings off, by their names, separated by commas: once for all lines of a crontab, where an option would have
/// to stand in each.
const NO_WARNING: &str = "WITHLOCK_NOWARN";

fn is_not_warned_of(what: &str) -> bool {
    let names = std::env::var_os(NO_WARNING).unwrap_or_default();
    names.to_string_lossy().split(',').any(|name| name.trim() == what)
}

/// The words for an error.
#[must_use]
pub fn error(error: &Error) -> String {
    error_to(Reader { is_root: process::effective_user() == 0 }, error)
}

fn error_to(reader: Reader, error: &Error) -> String {
    match error {
        Error::Unsafe { path, at, reason } => format!(
            "{}: refused, because {} {}; {}, or --insecure",
            path.display(),
            at.display(),
            self::reason(*reason),
            cure::unsafe_place(at, *reason),
        ),
        Error::Mandatory { path } => format!(
            "{}: refused, because its mode (setgid without group-execute) makes locks mandatory here; chmod g-s it",
            path.display()
        ),
        Error::NotAFile { path, kind } => format!(
            "{}: is {}, not a regular file; name a file; it is created if it is missing",
            path.display(),
            self::kind(*kind)
        ),
        Error::Unreachable { path, step, error } => {
            let cure = reader.on_the_way(step, path, Failure::of(error));
            failed(Some(path), step, error, &cure)
        }
        Error::TooManyLinks { path } => {
            format!("{}: too many symbolic links; check where they lead", path.display())
        }
        Error::NoWorkingDirectory { path } => format!(
            "{}: the working directory has been removed; change to another one, or give an absolute path",
            path.display()
        ),
        Error::Open { path, step, error } => {
            let cure = reader.at_the_file(step, path, Failure::of(error));
            failed(Some(path), step, error, &cure)
        }
        Error::Leased { path } => format!("{}: {LEASED}; wait for it with -w", path.display()),
        Error::Absent { path } => {
            format!("{}: does not exist; create it first, or omit --no-create", path.display())
        }
        Error::Lock { path, backend, error } => {
            let cure = reader.locking(Failure::of(error.io()));
            failed(Some(path), &format!("locking ({backend})"), error.io(), &cure)
        }
        Error::NoBackend { path } => {
            format!("{}: this system has no such --backend; leave the option out", path.display())
        }
        Error::Unstable { path } => format!(
            "{}: locking failed: the path leads to a different file each time; use another file system",
            path.display()
        ),
        Error::Start { program, error, like_shell } => {
            let cure = match command::hint(program, *like_shell, Failure::of(error)) {
                Some(hint) => hint,
                None => reader.starting(Failure::of(error)),
            };
            failed(Some(Path::new(&command::shown(program))), "starting the command", error, &cure)
        }
        Error::System { step, error } => {
            failed(None, step, error, &reader.elsewhere(step, Failure::of(error)))
        }
    }
}

/// What was tried, what the system said, and what to do about it.
fn failed(path: Option<&Path>, step: &str, error: &io::Error, cure: &str) -> String {
    let path = path.map(|path| format!("{}: ", path.display())).unwrap_or_default();
    let separator = if cure.is_empty() { "" } else { "; " };
    format!("{path}{step} failed: {}{separator}{cure}", failure::words(error))
}

/// Who is in the way where nobody holds the lock.
const LEASED: &str = "a program, such as a Samba or NFS server, has a lease on the file";

/// The line for a lock that somebody else holds.
#[must_use]
pub fn busy(path: &Path, busy: &Busy) -> String {
    if busy.by_ancestor {
        // The record may name another one, who shares the lock.
        return format!(
            "{} is held by the run that this one is part of, and that waits for its end: a lock can't be taken again \
             inside its own job",
            path.display()
        );
    }
    if busy.leased {
        return format!("{} is held by someone unknown: {LEASED}", path.display());
    }
    format!("{} is held by {}", path.display(), holder::words(busy.holder.as_ref(), path))
}

/// A duration as people say it, two units at most: `2h13m`, `45s`, `0.25s`.
fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let two = |high: u64, high_unit, low: u64, low_unit| {
        if low == 0 {
            format!("{high}{high_unit}")
        } else {
            format!("{high}{high_unit}{low}{low_unit}")
        }
    };
    match seconds {
        86400.. => two(seconds / 86400, "d", seconds % 86400 / 3600, "h"),
        3600.. => two(seconds / 3600, "h", seconds % 3600 / 60, "m"),
        60.. => two(seconds / 60, "m", seconds % 60, "s"),
        _ if duration.subsec_millis() == 0 => format!("{seconds}s"),
        _ => format!("{}s", duration.as_millis() as f64 / 1000.0),
    }
}

fn event(event: &Event<'_>) -> String {
    match event {
        Event::PassedOver { shell } => {
            format!("$SHELL is {}, which runs no command: using /bin/sh", shell.display())
        }
        Event::Judged { at, verdict } => match verdict {
            Verdict::Accept => format!("{}: safe", at.display()),
            Verdict::Warn(reason) => {
                format!("{}: usable, but {}", at.display(), self::reason(*reason))
            }
            Verdict::Refuse(reason) => {
                format!("{}: unsafe: {}", at.display(), self::reason(*reason))
            }
        },
        Event::Chosen { path, file_system, backend, in_order } => {
            let hand_over =
                if *in_order { "handed to waiters in order" } else { "removed at each release" };
            format!(
                "lock file {} ({file_system} file system), backend {backend}, {hand_over}",
                path.display()
            )
        }
        Event::Created => "lock file created".to_owned(),
        Event::Again => "the lock file was removed or replaced meanwhile: trying again".to_owned(),
        Event::Leased => format!("{LEASED}, and is told to give it up"),
        Event::Waiting { path, until, holder } => {
            let holder = holder::words(*holder, path);
            match until {
                Some(until) => format!("waiting at most {} for {holder}", duration(until.limit())),
                None => format!("waiting for {holder}"),
            }
        }
        Event::Acquired { own: true } => "lock acquired".to_owned(),
        Event::Acquired { own: false } => {
            "lock acquired, on a file that withlock did not make: it will be left as it is"
                .to_owned()
        }
        Event::Started { pid } => format!("command started, pid {pid}"),
        Event::Ended { status: Status::Exited(code) } => {
            format!("command exited with status {code}")
        }
        Event::Ended { status: Status::Signaled(signal) } => {
            format!("command died of signal {}", signal_name(*signal))
        }
        Event::Forwarded { signal } => {
            format!("passed signal {} on to the command", signal_name(*signal))
        }
        Event::Removed => "lock file removed, lock released".to_owned(),
        Event::Left { why } => format!("lock released, lock file left: {}", kept(*why)),
        Event::Warning(warning) => self::warning(warning),
    }
}

fn warning(warning: &Warning<'_>) -> String {
    match warning {
        Warning::Place { at, reason } => {
            let cure = if reason.is_remote() {
                "if that is as it should be, set WITHLOCK_NOWARN=remote"
            } else {
                "is that the place you want?"
            };
            format!("warning: {} {}; {cure}", at.display(), self::reason(*reason))
        }
        Warning::SetgidFile { path } => {
            format!(
                "warning: {} is setgid without group-execute, which means mandatory locking on other systems",
                path.display()
            )
        }
        Warning::Lost { path, loss } => {
            let what = match loss {
                Loss::Gone => "was removed",
                Loss::Replaced => "was replaced by another file",
            };
            format!(
                "warning: {} {what}, or the way to it changed, while the command ran: another run may have run beside \
                 it; leave lock files alone, withlock removes its own",
                path.display()
            )
        }
        Warning::Signal(error) => format!("warning: {}", self::error(error)),
        Warning::Release(error) => {
            format!(
                "warning: while releasing the lock: {}; the lock is free all the same",
                self::error(error)
            )
        }
    }
}

fn reason(reason: Reason) -> String {
    match reason {
        Reason::OwnedByStranger(user) => {
            format!("belongs to {}, who could replace the lock file", self::user(user))
        }
        Reason::ListGrants(grantee) => {
            format!("has an access control list that lets {} change it", self::grantee(grantee))
        }
        Reason::ListHandsDown(grantee) => format!(
            "has an access control list that would let {} change a lock file created in it",
            self::grantee(grantee)
        ),
        Reason::StickyWritable(mode) => {
            format!(
                "is writable by others (mode {mode:04o}), who could put a link or file of that name there"
            )
        }
        Reason::Writable(mode) => {
            format!("is writable by others (mode {mode:04o}), who could replace the lock file")
        }
        Reason::ListUnreadable(errno) => format!(
            "has an access control list that can't be read ({})",
            failure::words(&io::Error::from_raw_os_error(errno))
        ),
        Reason::ListRemote => "lies on a server, which alone knows who may write there".to_owned(),
        Reason::ListServed => {
            "is served by a program (FUSE) or a host, so that whoever gets at the files \
             in another way does not see the lock"
                .to_owned()
        }
        Reason::LinkOwnedByStranger(user) => {
            format!("is a symbolic link of {}, who could point it elsewhere", self::user(user))
        }
        Reason::LinkInStickyDirectory => {
            "is a symbolic link in a directory that others can write to".to_owned()
        }
    }
}

fn grantee(grantee: Grantee) -> String {
    match grantee {
        Grantee::User(user) => self::user(user),
        Grantee::Group(group) => format!("group {group}"),
        Grantee::Everyone => "everyone".to_owned(),
        Grantee::Unknown => "somebody".to_owned(),
    }
}

fn user(user: u32) -> String {
    match process::user_name(user) {
        Some(name) => format!("user {name}"),
        None => format!("user {user}"),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Regular => "a regular file",
        Kind::Directory => "a directory",
        Kind::Link => "a symbolic link",
        Kind::Fifo => "a FIFO",
        Kind::Socket => "a socket",
        Kind::Device => "a device",
        Kind::Other => "something special",
    }
}

fn kept(why: Kept) -> &'static str {
    match why {
        Kept::Asked => "as asked (--keep)",
        Kept::Foreign => "withlock did not make it, or did not write what is in it",
        Kept::Replaced => "the name stands for something else now",
        Kept::Shared => "others share it or wait for it",
        Kept::Awaited => "others wait for it",
        Kept::Held => "the next run has it, or what the command has left running",
    }
}

fn signal_name(number: i32) -> String {
    match signal::name(number) {
        Some(name) => format!("{number} ({name})"),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests;
