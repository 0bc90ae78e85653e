//! What options mean that say how many, how long, and what then.

use std::ffi::{OsStr, OsString};
use std::ops::RangeInclusive;
use std::time::Duration;

use withlock_platform::process::signal;

use super::options::Options;
use crate::cli::plan::WaitLimit;
use crate::cli::{duration, quoting, signals};
use crate::job::Limit;
use crate::lock::Capacity;
use crate::path::replace::Replacement;

/// More places in a line would take long to look at, one after the other.
const MOST_WAITERS: u16 = 1000;

impl Options {
    pub(super) fn capacity(&self, wait: WaitLimit) -> Result<Capacity, String> {
        let slots = number(self.slots.as_ref(), "-j", 1..=Capacity::MOST_SLOTS)?.unwrap_or(1);
        if slots > 1 && self.shared {
            return Err("-s and -j exclude each other: readers share one lock".to_owned());
        }
        let waiters = number(self.max_waiters.as_ref(), "--max-waiters", 0..=MOST_WAITERS)?;
        if waiters.is_some() && wait == WaitLimit::No {
            return Err(
                "--max-waiters needs -w: without it, no run waits (-w inf waits as long as it takes)"
                    .to_owned(),
            );
        }
        Ok(Capacity { slots, waiters })
    }

    /// How long the job may run. 0 is no limit, as with timeout(1).
    pub(super) fn limit(&self) -> Result<Option<Limit>, String> {
        let after = limit_of("--max-runtime", self.max_runtime.as_deref())?;
        let kill_after = limit_of("--kill-after", self.kill_after.as_deref())?;
        let signal = match &self.signal {
            Some(text) => signals::parse(&text.to_string_lossy())
                .map_err(|why| format!("--signal {}: {why}", quoting::of_value(text)))?,
            None => signal::TERM,
        };
        let is_lonely = self.max_runtime.is_none();
        if is_lonely && self.kill_after.is_some() && self.replace.is_none() {
            return Err("--kill-after says how --max-runtime ends COMMAND, or --replace the run \
                        that holds the lock: give one of them, too"
                .to_owned());
        }
        if is_lonely && self.signal.is_some() {
            return Err("--signal says how --max-runtime ends COMMAND: give that, too".to_owned());
        }
        Ok(after.map(|after| Limit { after, signal, kill_after }))
    }

    /// How to end the run that holds the lock. Who says nothing of a wait gives it some seconds.
    pub(super) fn replacement(&self, wait: WaitLimit) -> Result<Option<Replacement>, String> {
        let Some(text) = &self.replace else { return Ok(None) };
        let others = [
            ("-s", self.shared, "there may be many readers"),
            ("-j", self.slots.is_some(), "there may be many runs"),
            ("--max-waiters", self.max_waiters.is_some(), "no run is to wait"),
        ];
        if let Some((option, _, why)) = others.iter().find(|(_, is_given, _)| *is_given) {
            return Err(format!("--replace and {option} exclude each other: {why}"));
        }
        let signal = match text.is_empty() {
            true => signal::TERM,
            false => signals::parse(&text.to_string_lossy())
                .map_err(|why| format!("--replace={}: {why}", quoting::of_value(text)))?,
        };
        let kill_after = limit_of("--kill-after", self.kill_after.as_deref())?;
        let wait = match wait {
            _ if self.wait.is_none() => Some(Replacement::WAIT),
            WaitLimit::No => Some(Duration::ZERO),
            WaitLimit::AtMost(limit) => Some(limit),
            WaitLimit::Forever => None,
        };
        Ok(Some(Replacement { signal, kill_after, wait }))
    }
}

/// The number that an option was given, within these.
fn number(
    text: Option<&OsString>,
    option: &str,
    within: RangeInclusive<u16>,
) -> Result<Option<u16>, String> {
    let Some(text) = text else { return Ok(None) };
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.filter(|number| within.contains(number)).map(Some).ok_or_else(|| {
        let (least, most) = within.into_inner();
        format!("{option} {}: not a number from {least} to {most}", quoting::of_value(text))
    })
}

/// The value of this option; `None` is `inf`.
pub(super) fn duration_of(option: &str, text: &OsStr) -> Result<Option<Duration>, String> {
    duration::parse(&text.to_string_lossy())
        .map_err(|why| format!("{option} {}: {why}", quoting::of_value(text)))
}

/// The same, where 0 is no limit either.
fn limit_of(option: &str, text: Option<&OsStr>) -> Result<Option<Duration>, String> {
    let time = text.map_or(Ok(None), |text| duration_of(option, text))?;
    Ok(time.filter(|time| !time.is_zero()))
}
