//! What a witness has seen.

use std::time::Duration;

use crate::process::signals::arrival::Arrival;

/// A signal that the witness was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which one, and by whom.
    pub arrival: Arrival,
    /// When it was taken, as [`moment`](crate::process::moment) counts.
    pub at: Duration,
}
