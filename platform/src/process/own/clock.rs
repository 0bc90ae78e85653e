//! Times as people read them.

use std::mem::MaybeUninit;

/// A moment, given in seconds since 1970-01-01 00:00 UTC, in this user's time zone: `2026-11-25 09:49:39`. `None` where the
/// calendar does not go that far.
#[must_use]
pub fn local_time(seconds: u64) -> Option<String> {
    let seconds = seconds.try_into().ok()?;
    let mut parts = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers are to memory of their type, alive during the call (POSIX.1, localtime_r).
    let filled = unsafe { libc::localtime_r(&raw const seconds, parts.as_mut_ptr()) };
    if filled.is_null() {
        return None;
    }
    // SAFETY: zeroed before, and filled by the call above.
    let it = unsafe { parts.assume_init() };
    let (year, month) = (i64::from(it.tm_year) + 1900, it.tm_mon + 1);
    let (day, hour, minute, second) = (it.tm_mday, it.tm_hour, it.tm_min, it.tm_sec);
    Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
}
