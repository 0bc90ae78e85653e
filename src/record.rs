//! The holder's record: one line of JSON in the lock file. It tells people who holds the lock; it is never the lock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use withlock_platform::process;

/// How every lock file of withlock's own begins, from its creation on.
pub const SIGNATURE: &[u8] = b"{\"withlock\":1";

/// The whole content of a file that has no holder.
pub const NOBODY: &[u8] = b"{\"withlock\":1}\n";

/// At most so much of a file is read as a record, in bytes.
pub const LONGEST: usize = 4096;

/// At most so much of a command is kept, in characters.
pub(crate) const LONGEST_COMMAND: usize = 400;

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
}

impl Record {
    /// The record of this process, run by this user, from now on.
    #[must_use]
    pub fn of_this_run(user: u32, command: &str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            pid: std::process::id(),
            user,
            host: process::host_name(),
            since: now.as_secs(),
            token: format!("{:016x}", process::random_token()),
            command: shorten(command),
        }
    }

    /// The line that stands in the file, with its end.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { pid, user, since, .. } = self;
        let [host, token, command] =
            [&self.host, &self.token, &self.command].map(|text| Value::from(text.as_str()));
        format!(
            "{{\"withlock\":1,\"pid\":{pid},\"user\":{user},\"host\":{host},\"since\":{since},\
             \"token\":{token},\"command\":{command}}}\n"
        )
    }

    /// Reads the first line of a file's content. `None` is no record, or one without a holder.
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
        })
    }

    /// How long ago it was written; zero if that lies ahead.
    #[must_use]
    pub fn age(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Duration::from_secs(now.as_secs().saturating_sub(self.since))
    }
}

/// So much of a command as is kept.
pub(crate) fn shorten(command: &str) -> String {
    match command.char_indices().nth(LONGEST_COMMAND) {
        Some((end, _)) => format!("{}...", &command[..end]),
        None => command.to_owned(),
    }
}
