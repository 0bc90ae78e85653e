//! Every word that is shown to a person: one line each, saying what, where, and what to do about it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use withlock_platform::evidence::{Grantee, Kind};
use withlock_platform::process::{self, Status, signal};

use crate::acquire::Busy;
use crate::error::Error;
use crate::event::{Event, Kept, Oddity};
use crate::record::Record;
use crate::trust::{Reason, Verdict};

/// Says one line on standard error, in one write, so that the lines of several runs do not mix. What can't be said is
/// not said: there is nobody else to tell.
pub fn say(text: &str) {
    let mut line = String::with_capacity(text.len() + 11);
    line.push_str("withlock: ");
    // Names and records can hold anything; a terminal shall not obey them, and one message is one line.
    line.extend(text.chars().map(|c| if is_printable(c) { c } else { '?' }));
    line.push('\n');
    let _ = io::Write::write_all(&mut io::stderr(), line.as_bytes());
}

/// Whether a character shows as itself: no control character, no line end, and nothing that turns the direction of writing.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Tells oddities only: what a run says without `-v`.
pub fn listen(event: &Event<'_>) {
    if let Event::Odd(oddity) = event {
        say(&self::oddity(oddity));
    }
}

/// Tells everything: `-v`.
pub fn listen_to_all(event: &Event<'_>) {
    say(&self::event(event));
}

/// The words for an error.
#[must_use]
pub fn error(error: &Error) -> String {
    match error {
        Error::Unsafe { path, at, reason } => format!(
            "{}: refused, because {} {}; use a directory that only you and root can write to, or --insecure",
            path.display(),
            at.display(),
            self::reason(*reason),
        ),
        Error::Mandatory { path } => format!(
            "{}: refused, because its mode (setgid without group-execute) makes locks mandatory here; chmod g-s it",
            path.display()
        ),
        Error::NotAFile { path, kind } => format!(
            "{}: is {}, not a regular file; name a file that may be created there",
            path.display(),
            self::kind(*kind)
        ),
        Error::Unreachable { path, step, error } => {
            let cure =
                cure_at(error, "you need search permission (x) for each directory on the way");
            format!("{}: {step} failed: {}{cure}", path.display(), system(error))
        }
        Error::TooManyLinks { path } => {
            format!("{}: too many symbolic links on the way; check where they lead", path.display())
        }
        Error::NoWorkingDirectory { path } => format!(
            "{}: the working directory has been removed; change to another one",
            path.display()
        ),
        Error::Open { path, step, error } => {
            let cure = cure_at(error, "use a directory and file that you may write to");
            format!("{}: {step} failed: {}{cure}", path.display(), system(error))
        }
        Error::Absent { path } => {
            format!(
                "{}: does not exist, and --no-create forbids to create it; create it first",
                path.display()
            )
        }
        Error::Lock { path, backend, error } => format!(
            "{}: locking ({backend}) failed: {}; try another --backend or a local file system",
            path.display(),
            system(error.io())
        ),
        Error::NoBackend { path } => {
            format!("{}: this system has no such --backend; leave the option out", path.display())
        }
        Error::Unstable { path } => format!(
            "{}: locking failed: the name stands for another file each time; put it on a local file system",
            path.display()
        ),
        Error::Told { signal } => format!("told to give up by signal {}", signal_name(*signal)),
        Error::Start { program, error, like_shell } => {
            let has_slash = program.as_bytes().contains(&b'/');
            let hint = match (like_shell, error.kind()) {
                (true, _) => "; to run it by a shell, use: withlock LOCKFILE -c COMMAND".to_owned(),
                // With a slash, PATH is not searched; and a script may be there while what its first line names is not.
                (_, io::ErrorKind::NotFound) if has_slash => {
                    "; check the spelling, and the interpreter if it is a script (#!)".to_owned()
                }
                (_, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) if !has_slash => {
                    "; check the spelling and PATH".to_owned()
                }
                (_, io::ErrorKind::PermissionDenied) => {
                    "; is it a program, and executable (chmod +x)?".to_owned()
                }
                _ => cure(error),
            };
            let shown = Path::new(if program.is_empty() { OsStr::new("''") } else { program });
            format!("{}: starting the command failed: {}{hint}", shown.display(), system(error))
        }
        Error::System { step, error } => format!("{step} failed: {}{}", system(error), cure(error)),
    }
}

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
    format!("{} is held by {}", path.display(), holder(busy.holder.as_ref()))
}

/// A record in words: `pid 4711 (root@db1: rsync -a /a /b) for 2h13m`.
fn holder(record: Option<&Record>) -> String {
    let Some(record) = record else {
        return "someone unknown".to_owned();
    };
    let user = process::user_name(record.user).unwrap_or_else(|| record.user.to_string());
    let mut words = format!("pid {} ({user}@{}", record.pid, record.host);
    if !record.command.is_empty() {
        let _ = write!(words, ": {}", record.command);
    }
    let _ = write!(words, ") for {}", duration(record.age()));
    words
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
        Event::Waiting { limit, holder } => {
            let holder = self::holder(*holder);
            match limit {
                Some(limit) => format!("waiting at most {} for {holder}", duration(*limit)),
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
        Event::Odd(oddity) => self::oddity(oddity),
    }
}

fn oddity(oddity: &Oddity<'_>) -> String {
    match oddity {
        Oddity::Place { at, reason } => {
            format!(
                "warning: {} {}; is that the place you want?",
                at.display(),
                self::reason(*reason)
            )
        }
        Oddity::SetgidFile { path } => {
            format!(
                "warning: {} is setgid without group-execute, mandatory locking elsewhere",
                path.display()
            )
        }
        Oddity::Signal(error) => format!("warning: {}", self::error(error)),
        Oddity::Release(error) => {
            format!(
                "warning: while releasing the lock: {}; it is free all the same",
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
            system(&io::Error::from_raw_os_error(errno))
        ),
        Reason::ListRemote => "lies on a server, which alone knows who may write there".to_owned(),
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
        Kept::Foreign => "withlock did not make it",
        Kept::Replaced => "the name stands for something else now",
        Kept::Shared => "others share it or wait for it",
        Kept::Awaited => "others wait for it",
    }
}

fn signal_name(number: i32) -> String {
    match signal::name(number) {
        Some(name) => format!("{number} ({name})"),
        None => number.to_string(),
    }
}

/// What the system said, without Rust's "(os error N)".
fn system(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// What to do about an error at a lock file or on the way to it, or where it is `denied`.
fn cure_at(error: &io::Error, denied: &str) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "; create the directory first".to_owned(),
        io::ErrorKind::PermissionDenied => format!("; {denied}"),
        _ => cure(error),
    }
}

fn cure(error: &io::Error) -> String {
    let cure = match error.kind() {
        io::ErrorKind::NotADirectory => "check the path",
        io::ErrorKind::ReadOnlyFilesystem => {
            "use a file system that can be written to, such as /run"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room there, or use another file system"
        }
        io::ErrorKind::ArgumentListTooLong => "pass fewer or shorter arguments",
        io::ErrorKind::WouldBlock => "raise the limit on processes (ulimit -u)",
        _ if process::is_name_too_long(error) => "use a shorter name",
        _ if process::is_out_of_descriptors(error) => "raise the limit on open files (ulimit -n)",
        _ => return String::new(),
    };
    format!("; {cure}")
}

#[cfg(test)]
mod tests;
