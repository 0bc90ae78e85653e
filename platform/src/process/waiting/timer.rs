//! The process's interval timer, setitimer(2): it counts real time and sends SIGALRM.

use std::io;
use std::time::Duration;

use crate::os::{ITIMER_REAL, setitimer};

/// How the timer is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timer {
    /// What is left until SIGALRM comes; zero: it will not.
    pub(super) first: Duration,
    /// How long after that it comes again and again; zero: it comes once.
    pub(super) interval: Duration,
}

/// Lets SIGALRM come after `first` (at least a microsecond) and then every `interval`, or once if that is zero.
/// Returns how the timer was set before.
///
/// # Errors
/// What setitimer(2) says.
pub(super) fn arm(first: Duration, interval: Duration) -> io::Result<Timer> {
    set(first.max(Duration::from_micros(1)), interval)
}

/// Stops the timer. Returns how it was set before.
///
/// # Errors
/// What setitimer(2) says.
pub(super) fn disarm() -> io::Result<Timer> {
    set(Duration::ZERO, Duration::ZERO)
}

/// The longest time that every system here accepts: FreeBSD and illumos refuse more than 100,000,000 s (getitimer(2)).
const LONGEST: u64 = 100_000_000;

fn set(first: Duration, interval: Duration) -> io::Result<Timer> {
    let new = libc::itimerval { it_interval: timeval(interval), it_value: timeval(first) };
    let mut old =
        libc::itimerval { it_interval: timeval(Duration::ZERO), it_value: timeval(Duration::ZERO) };
    // SAFETY: both structs are alive during the call.
    if unsafe { setitimer(ITIMER_REAL, &raw const new, &raw mut old) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(Timer { first: duration(old.it_value), interval: duration(old.it_interval) })
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
}

fn timeval(duration: Duration) -> libc::timeval {
    libc::timeval {
        tv_sec: duration.as_secs().min(LONGEST) as _,
        tv_usec: duration.subsec_micros() as _,
    }
}
