//! What the system's log is told: facility cron, a line each, so that it shows beside the lines of cron(8).
//!
//! It is told what whoever looks there wants to know: acquired, busy, after what wait, ended, how and after how long; and
//! what is wrong. A log that does not take the lines is no reason not to run the job.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use withlock_platform::log::{self, Severity};
use withlock_platform::process::{Signal, Status};

use super::event::signal_name;
use super::{error, event, holder, printable, say};
use crate::cli::duration;
use crate::cli::exit::Ending;
use crate::error::Error;
use crate::event::{Event, Listener};
use crate::job::Outcome;
use crate::lock::Busy;

/// How long a daemon that does not read is waited for, once in a run: many jobs may start at the same minute, and its queue is
/// short (unix(7), `max_dgram_qlen`).
const PATIENCE: Duration = Duration::from_millis(100);

/// Of a path, its end tells more.
const LONGEST_PATH: usize = 200;

/// Tells the system's log of one run.
#[derive(Debug)]
pub struct Syslog<'a> {
    path: &'a Path,
    /// What is run.
    label: &'a str,
    /// Is told everything as well.
    beside: Listener<'a>,
    wait: OnceLock<Instant>,
    start: OnceLock<Instant>,
    has_failed: AtomicBool,
}

impl<'a> Syslog<'a> {
    /// For the run of this lock and command, and a listener who is told first.
    #[must_use]
    pub fn new(path: &'a Path, label: &'a str, beside: Listener<'a>) -> Self {
        let (wait, start) = (OnceLock::new(), OnceLock::new());
        Self { path, label, beside, wait, start, has_failed: AtomicBool::new(false) }
    }

    /// What happens.
    pub fn tell(&self, event: &Event<'_>) {
        self.beside.tell(event);
        match event {
            Event::Waiting { .. } | Event::Queued { .. } | Event::Leased => note(&self.wait),
            Event::Replacing { .. } | Event::KillingHolder { .. } => {
                self.send(Severity::Notice, &event::words(event), self.label);
            }
            Event::Started { .. } => note(&self.start),
            Event::Acquired { .. } => {
                self.send(Severity::Info, &format!("acquired{}", self.waited()), self.label);
            }
            Event::Ended { status, too_long } => {
                self.ended(Outcome { status: *status, too_long: *too_long });
            }
            Event::Warning(_) if !say::is_unwanted(event) => {
                self.say(Severity::Warning, &event::words(event));
            }
            _ => {}
        }
    }

    fn ended(&self, outcome: Outcome) {
        let severity = match outcome.status {
            Status::Exited(0) if !outcome.too_long => Severity::Info,
            _ => Severity::Notice,
        };
        // What the caller sees then is not how the command has ended.
        let limit = match Ending::from(outcome) {
            _ if !outcome.too_long => String::new(),
            Ending::Code(code) => format!("over its time limit (status {code}): "),
            Ending::Signal(_) => "over its time limit: ".to_owned(),
        };
        let how = event::ended(outcome.status);
        let after = self.start.get().map_or_else(String::new, |start| after(" after ", *start));
        self.send(severity, &format!("{limit}{how}{after}"), self.label);
    }

    /// The lock is busy, and the command does not run.
    pub fn busy(&self, busy: &Busy) {
        let line = holder::busy(self.path, busy);
        // The path stands in front already.
        let path = format!("{} is ", self.path.display());
        let who = line.strip_prefix(&path).unwrap_or(&line);
        let what = format!("busy{}", self.waited());
        self.send(Severity::Notice, &what, &format!("{who}; not run: {}", self.label));
    }

    /// A signal has ended the wait, and the command does not run.
    pub fn interrupted(&self, signal: Signal) {
        let what = format!("ended by signal {}{}", signal_name(signal), self.waited());
        self.send(Severity::Notice, &what, &format!("not run: {}", self.label));
    }

    /// The run has failed.
    pub fn failed(&self, error: &Error) {
        self.say(Severity::Error, &error::words(error));
    }

    fn waited(&self) -> String {
        self.wait.get().map_or_else(String::new, |begin| after(" after waiting ", *begin))
    }

    fn send(&self, severity: Severity, what: &str, about: &str) {
        let path = self.path.to_string_lossy();
        let path = match path.char_indices().rev().nth(LONGEST_PATH) {
            Some((begin, _)) => format!("...{}", &path[begin..]),
            None => path.into_owned(),
        };
        self.say(severity, &format!("{path}: {what}: {about}"));
    }

    fn say(&self, severity: Severity, text: &str) {
        let failed_before = self.has_failed.load(Ordering::Relaxed);
        let patience = if failed_before { Duration::ZERO } else { PATIENCE };
        let line: String = printable::line(text).collect();
        if log::send(severity, "withlock", &line, patience).is_err() {
            self.has_failed.store(true, Ordering::Relaxed);
        }
    }
}

/// Notes the time, once.
fn note(moment: &OnceLock<Instant>) {
    let _ = moment.set(Instant::now());
}

fn after(words: &str, begin: Instant) -> String {
    format!("{words}{}", duration::words(begin.elapsed()))
}
