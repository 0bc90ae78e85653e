//! The process's interval timer, setitimer(2): it counts real time and sends SIGALRM.

use std::io;
use std::time::Duration;

use super::declared::{ITIMER_REAL, setitimer};

/// Lets SIGALRM come after `first` (at least a microsecond) and then every `interval`, or once if that is zero.
/// Answers what was left of the timer that this replaces; zero for none.
///
/// # Errors
/// What setitimer(2) says.
pub(super) fn arm(first: Duration, interval: Duration) -> io::Result<Duration> {
    set(first.max(Duration::from_micros(1)), interval)
}

/// Stops the timer.
///
/// # Errors
/// What setitimer(2) says.
pub(super) fn disarm() -> io::Result<Duration> {
    set(Duration::ZERO, Duration::ZERO)
}

/// The longest time that every system here accepts: FreeBSD and illumos refuse more than 100,000,000 s (getitimer(2)).
const LONGEST: u64 = 100_000_000;

fn set(first: Duration, interval: Duration) -> io::Result<Duration> {
    let new = libc::itimerval { it_interval: timeval(interval), it_value: timeval(first) };
    let mut old =
        libc::itimerval { it_interval: timeval(Duration::ZERO), it_value: timeval(Duration::ZERO) };
    // SAFETY: both structs are alive during the call.
    if unsafe { setitimer(ITIMER_REAL, &raw const new, &raw mut old) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(Duration::new(old.it_value.tv_sec as u64, 0)
        + Duration::from_micros(old.it_value.tv_usec as u64))
}

fn timeval(duration: Duration) -> libc::timeval {
    libc::timeval {
        tv_sec: duration.as_secs().min(LONGEST) as _,
        tv_usec: duration.subsec_micros() as _,
    }
}
