//! The holder's record: one line of JSON in the lock file. It tells people who holds the lock; it is never the lock.
//!
//! Who holds the lock alone is the only one to write: it cuts the file down to the signature, and writes the line over that,
//! so that a crash or a full disk at any moment leaves the beginning of a line ([`crate::holder::form`]). Readers may write at the
//! same time, and each writes over what another one has written. A write is one piece (POSIX.1, write: "atomic [...] when
//! they operate on regular files"), but where a shorter line came over a longer one, the end of that would stand behind it.
//! So all their lines are of one length.

use std::time::Duration;

use serde_json::{Map, Value};
use withlock_platform::process;

pub use crate::holder::form::{LONGEST, NOBODY, READERS, SIGNATURE};

/// At most so much of a command is kept, in characters.
pub(crate) const LONGEST_COMMAND: usize = 400;

/// At most so much of a host's name.
const LONGEST_HOST: usize = 200;

/// Stands where something was cut off.
const MORE: &str = "...";

/// Who holds a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The process id of withlock.
    pub pid: u32,
    /// The effective user id.
    pub user: u32,
    /// The host's name.
    pub host: String,
    /// Since when, in seconds since 1970-01-01 00:00 UTC.
    pub since: u64,
    /// A random number that tells this run from every other.
    pub token: String,
    /// What runs, as it would be typed.
    pub command: String,
    /// It may share the lock with others, who have written over each other's records.
    pub shared: bool,
}

impl Record {
    /// The record of this process, run by this user, from now on.
    #[must_use]
    pub fn of_this_run(user: u32, command: &str) -> Self {
        let now = process::time_of_day();
        Self {
            pid: std::process::id(),
            user,
            host: process::host_name().chars().take(LONGEST_HOST).collect(),
            since: now.as_secs(),
            token: format!("{:016x}", process::random_token()),
            command: shorten(command),
            shared: false,
        }
    }

    /// The line that stands in the file, with its end.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { pid, user, since, .. } = self;
        let [host, token, command] =
            [&self.host, &self.token, &self.command].map(|text| quoted(text));
        format!(
            "{{\"withlock\":1,\"pid\":{pid},\"user\":{user},\"host\":{host},\"since\":{since},\
             \"token\":{token},\"command\":{command}}}\n"
        )
    }

    /// The line of a holder that may not be the only one, filled up with blanks; or with less of the command, or even of the
    /// host's name, where it would be too long.
    #[must_use]
    pub fn readers_line(&self) -> String {
        let mut shown = self.clone();
        let mut line = shown.line();
        while line.len() > READERS {
            // No character takes more than six bytes.
            let surplus = (line.len() + MORE.len() - READERS).div_ceil(6);
            let end = shown.command.trim_end_matches(MORE).len();
            shown.command.truncate(end);
            let text = if shown.command.is_empty() { &mut shown.host } else { &mut shown.command };
            for _ in 0..surplus {
                text.pop();
            }
            if !shown.command.is_empty() {
                shown.command.push_str(MORE);
            }
            line = shown.line();
        }
        let blanks = READERS - line.len();
        line.insert_str(line.len() - 1, &" ".repeat(blanks));
        line
    }

    /// Reads the first line of a file's content. `None` is no record, or one without a holder.
    ///
    /// ```
    /// use withlock::holder::record::Record;
    ///
    /// let record = Record::of_this_run(0, "rsync -a /data backup:");
    /// assert_eq!(Record::parse(record.line().as_bytes()), Some(record));
    /// assert_eq!(Record::parse(b"4711\n"), None);
    /// ```
    #[must_use]
    pub fn parse(content: &[u8]) -> Option<Self> {
        let line = content.split(|byte| *byte == b'\n').next()?;
        let fields: Map<String, Value> = serde_json::from_slice(line).ok()?;
        let number = |name| fields.get(name).and_then(Value::as_u64);
        let text = |name| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        (number("withlock")? == 1).then_some(())?;
        Some(Self {
            pid: number("pid")?.try_into().ok()?,
            user: number("user")?.try_into().ok()?,
            host: text("host"),
            since: number("since")?,
            token: text("token"),
            command: text("command"),
            shared: line.len() + 1 == READERS,
        })
    }

    /// How long ago it was written; zero if that lies ahead.
    #[must_use]
    pub fn age(&self) -> Duration {
        let now = process::time_of_day();
        Duration::from_secs(now.as_secs().saturating_sub(self.since))
    }
}

/// A text as a string of JSON, which a line end in it does not end.
pub(crate) fn quoted(text: &str) -> String {
    // Not by `Value`, which can be a fraction, too, and so brings 40 KB along that print one.
    serde_json::to_string(text).unwrap_or_default()
}

/// So much of a command as is kept.
pub(crate) fn shorten(command: &str) -> String {
    match command.char_indices().nth(LONGEST_COMMAND) {
        Some((end, _)) => format!("{}{MORE}", &command[..end]),
        None => command.to_owned(),
    }
}
