//! The moment at which to stop waiting.

use std::time::{Duration, Instant};

/// A moment on the clock that only grows (Linux: `CLOCK_MONOTONIC`; see [`Instant`] for others).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    /// So long from now; `None` is farther than the clock goes.
    #[must_use]
    pub fn after(limit: Duration) -> Option<Self> {
        Instant::now().checked_add(limit).map(|at| Self { at, limit })
    }

    /// How far away it was when it was made.
    #[must_use]
    pub fn limit(self) -> Duration {
        self.limit
    }

    /// How long it is from now; zero once it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Whether it has passed.
    #[must_use]
    pub fn has_passed(self) -> bool {
        Instant::now() >= self.at
    }
}
