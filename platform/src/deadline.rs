//! Moments on the clock that only grows, and deadlines.

use std::time::Duration;

use crate::os;

/// Time that only grows, from some moment in the past on; it is one for all processes (clock_gettime(2),
/// `CLOCK_MONOTONIC`).
#[must_use]
pub fn moment() -> Duration {
    now(libc::CLOCK_MONOTONIC)
}

/// The time of day, since 1970 (clock_gettime(2), `CLOCK_REALTIME`); zero if the clock is set before that.
#[must_use]
pub fn time_of_day() -> Duration {
    now(libc::CLOCK_REALTIME)
}

fn now(clock: libc::clockid_t) -> Duration {
    let mut now = timespec(Duration::ZERO);
    // SAFETY: the struct is writable; every system here has these clocks, and the zeroes would stay.
    unsafe { os::clock_gettime(clock, &raw mut now) };
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), now.tv_nsec as u32)
}

/// A time as the calls that wait take it.
pub(crate) fn timespec(time: Duration) -> libc::timespec {
    // SAFETY: a plain struct of integers, for which all bits zero is a value; some systems pad it.
    let mut spec: libc::timespec = unsafe { std::mem::zeroed() };
    spec.tv_sec = time.as_secs() as _;
    spec.tv_nsec = time.subsec_nanos() as _;
    spec
}

/// The last second that a clock can tell, as far as every system here goes.
const LAST: u64 = i64::MAX as u64;

/// The moment at which a wait ends, as [`moment`] counts. It is made once, by whoever sets the limit, and handed to each wait
/// for which it holds, so that several of them together do not last longer.
///
/// ```
/// use std::time::Duration;
/// use withlock_platform::process::Deadline;
/// let deadline = Deadline::after(Duration::from_secs(3600)).unwrap();
/// assert!(!deadline.has_passed() && deadline.remaining() <= Duration::from_secs(3600));
/// assert!(Deadline::PASSED.has_passed() && Deadline::PASSED < deadline);
/// assert_eq!(Deadline::after(Duration::MAX), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deadline {
    at: Duration,
    limit: Duration,
}

impl Deadline {
    /// One that has passed: for a look that does not wait.
    pub const PASSED: Self = Self { at: Duration::ZERO, limit: Duration::ZERO };

    /// So long from now. `None` when that is farther than the clock goes, which is no deadline at all.
    #[must_use]
    pub fn after(limit: Duration) -> Option<Self> {
        Self::at(moment()).later(limit)
    }

    /// At this moment, as [`moment`] counts.
    #[must_use]
    pub fn at(moment: Duration) -> Self {
        Self { at: moment, limit: Duration::ZERO }
    }

    /// So much later than this one. `None` when that is farther than the clock goes.
    #[must_use]
    pub fn later(self, by: Duration) -> Option<Self> {
        let at = self.at.checked_add(by).filter(|moment| moment.as_secs() < LAST)?;
        Some(Self { at, limit: self.limit.saturating_add(by) })
    }

    /// When it is, as [`moment`] counts.
    pub(crate) fn to_moment(self) -> Duration {
        self.at
    }

    /// The limit that it was made with, for people to read; zero for one that was made of a moment.
    #[must_use]
    pub fn limit(self) -> Duration {
        self.limit
    }

    /// What is left until then; zero when it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        if self == Self::PASSED { Duration::ZERO } else { self.at.saturating_sub(moment()) }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_passes_and_several_waits_share_it() {
        let deadline = Deadline::after(Duration::from_millis(5)).unwrap();
        let later = Deadline::after(Duration::from_secs(1000)).unwrap();
        assert!(deadline < later && deadline.max(later) == later);
        while !deadline.has_passed() {
            std::thread::sleep(deadline.remaining());
        }
        assert_eq!(deadline.remaining(), Duration::ZERO);
        assert!(!later.has_passed() && later.remaining() > Duration::from_secs(100));
    }

    #[test]
    fn what_is_farther_than_the_clock_goes_is_no_deadline() {
        assert!(Deadline::after(Duration::from_secs(1 << 40)).is_some());
        for endless in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(LAST)] {
            assert_eq!(Deadline::after(endless), None);
        }
        assert!(Deadline::after(Duration::ZERO).unwrap().has_passed());
    }
}
