//! The line at a terminal while a lock is waited for: what for, who holds it and how long, how many are before this run, how
//! much of the limit is left.
//!
//! A companion writes it, so that the waiter sleeps on and keeps its place in the queue.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use withlock_platform::holders;
use withlock_platform::process::{Companion, Deadline, Principal, Signals, Title};
use withlock_platform::terminal;

use super::holder::{self, MORE, cut};
use super::printable;
use crate::cli::duration;
use crate::event::{Event, Listener};
use crate::holder::identify::Holder;
use crate::local::outlook::Outlook;
use crate::lock::{Policy, Wait};
use crate::path::LockPath;

/// A wait that is shorter than this shows nothing.
const FIRST: Duration = Duration::from_millis(300);
/// How often the line is written anew.
const RENEWAL: Duration = Duration::from_secs(1);

/// Where the terminal does not say how wide it is.
const COLUMNS: usize = 80;

/// Back to the beginning of the line, and to the end of it nothing (ECMA-48, EL): understood by whatever is called a terminal
/// and is not dumb.
const ERASE: &str = "\r\x1b[K";

/// How the line begins.
const NAME: &str = "withlock: ";

const TITLE: Title = Title {
    name: c"waiting-line",
    text: b"waiting-line: shows at the terminal what a withlock waits for",
};

/// The line of one run. While it is shown, every message takes it away first.
pub struct WaitingLine<'a> {
    lock: &'a LockPath,
    policy: &'a Policy<'a>,
    signals: &'a Signals,
    until: Option<Deadline>,
    companion: Mutex<Option<Companion>>,
}

impl<'a> WaitingLine<'a> {
    /// For a run with this lock and policy; `None` where it does not wait.
    #[must_use]
    pub fn new(
        lock: &'a LockPath,
        policy: &'a Policy<'a>,
        wait: Wait,
        signals: &'a Signals,
    ) -> Option<Self> {
        let until = match wait {
            Wait::No => return None,
            Wait::Until(deadline) => Some(deadline),
            Wait::Forever => None,
        };
        Some(Self { lock, policy, signals, until, companion: Mutex::new(None) })
    }

    /// What happens is told to the policy's listener, with no line in its way.
    pub fn tell(&self, event: &Event<'_>) {
        let was_there = self.end();
        self.policy.listener.tell(event);
        match event {
            Event::Waiting { .. } | Event::Queued { .. } | Event::Leased => self.begin(),
            Event::Acquired { .. } => {}
            _ if was_there => self.begin(),
            _ => {}
        }
    }

    /// Takes the line away. Returns whether it was there, or would have come.
    pub fn end(&self) -> bool {
        self.companion.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }

    /// Without a companion, there is no line, and that is all.
    fn begin(&self) {
        if !is_seen() {
            return;
        }
        let companion = Companion::start(self.signals, TITLE, |waiter| self.show(waiter)).ok();
        *self.companion.lock().unwrap_or_else(PoisonError::into_inner) = companion;
    }

    /// What the companion does.
    fn show(&self, waiter: &Principal) {
        let policy = Policy { listener: Listener::default(), ..self.policy.clone() };
        let pid = holders::ancestry().get(1).copied().unwrap_or_default();
        let mut is_shown = false;
        let mut next = Deadline::after(FIRST);
        while next.is_some_and(|moment| waiter.wants_more_at(moment)) {
            next = Deadline::after(RENEWAL);
            if terminal::is_in_foreground(io::stderr()) {
                let looked = self.lock.check(&policy).map(|checked| checked.outlook(pid));
                let outlook = looked.unwrap_or_default();
                let left = self.until.map(Deadline::remaining);
                let columns = terminal::columns(io::stderr()).map_or(COLUMNS, usize::from);
                write(&format!("\r{}\x1b[K", line(self.lock.path(), &outlook, left, columns)));
                is_shown = true;
            }
        }
        if is_shown && terminal::is_in_foreground(io::stderr()) {
            write(ERASE);
        }
    }
}

/// Whether standard error is a terminal that can take a line away.
fn is_seen() -> bool {
    let kind = std::env::var_os("TERM").unwrap_or_default();
    !kind.is_empty() && kind != "dumb" && io::stderr().is_terminal()
}

/// In one write. What can't be written is not shown.
fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The line, so that it does not reach the last column, from which some terminals go on to the next line. In bytes: no character
/// is wider than it is long. What is cut off is the end of the command, and after that of all that stands before the rest.
pub(super) fn line(
    path: &Path,
    outlook: &Outlook,
    left: Option<Duration>,
    columns: usize,
) -> String {
    let room = columns.saturating_sub(1);
    let rest = rest(outlook.before, left);
    let beginning = |most| beginning(path, outlook.holder.as_ref(), most);
    let mut text = beginning(usize::MAX);
    if text.len() + rest.len() > room {
        let least = beginning(0).len() - MORE.len() + rest.len();
        text = beginning(room.saturating_sub(least));
    }
    if text.len() + rest.len() > room {
        let left = room.saturating_sub(MORE.len() + rest.len());
        if left < NAME.len() {
            cut(&mut text, room);
            return text;
        }
        cut(&mut text, left);
        text.push_str(MORE);
    }
    text.push_str(&rest);
    text
}

/// What is waited for, and who holds it.
fn beginning(path: &Path, holder: Option<&Holder>, most: usize) -> String {
    let holder = holder::words_with(holder, path, most);
    let text = format!("{NAME}waiting for {}, held by {holder}", path.display());
    printable::line(&text).collect()
}

/// How many are before this run, and how much of the limit is left.
fn rest(before: Option<usize>, left: Option<Duration>) -> String {
    let mut text = match before {
        Some(0) => "; next in line".to_owned(),
        Some(before) => format!("; {before} before this one"),
        None => String::new(),
    };
    if let Some(left) = left {
        // In whole seconds, and none only when nothing is left.
        let left = Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0));
        let _ = write!(text, "; {} left", duration::words(left));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holder::record::Record;

    fn outlook(command: &str) -> Outlook {
        let record = Record {
            pid: 4711,
            host: "db1".into(),
            command: command.into(),
            ..Record::of_this_run(0, "")
        };
        Outlook { holder: Some(Holder::of(record)), before: Some(3) }
    }

    fn shown(command: &str, columns: usize) -> String {
        line(
            "/run/backup.lock".as_ref(),
            &outlook(command),
            Some(Duration::from_secs(298)),
            columns,
        )
    }

    #[test]
    fn a_line_is_narrower_than_the_terminal_and_says_what_matters_as_long_as_there_is_room() {
        for command in ["rsync -a /data backup:", "", "\u{4e2d}\u{6587} \u{1f512}\u{e9}", "\u{301}"]
        {
            for columns in 0..200 {
                let line = shown(&command.repeat(9), columns);
                assert!(line.len() < columns.max(1), "{columns}: {line}");
                assert_eq!(
                    line.ends_with("; 3 before this one; 4m58s left"),
                    columns > 44,
                    "{columns}: {line}"
                );
                assert_eq!(
                    line.contains("backup.lock, held by pid 4711 "),
                    columns > 91,
                    "{columns}: {line}"
                );
            }
        }
        let long = shown(&"x".repeat(400), 120);
        assert!(
            long.contains(": xxxx") && long.contains("xx...) for 0s;") && long.len() == 119,
            "{long}"
        );
    }

    #[test]
    fn no_terminal_obeys_what_a_record_or_a_path_says() {
        let evil = "a\x1b[2J\r\n\u{9b}31m\u{202e}b\x07";
        for columns in 0..200 {
            let line = line(evil.as_ref(), &outlook(evil), None, columns);
            assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
        }
    }
}
