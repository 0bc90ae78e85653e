//! Any Unix: the real and the effective ids differ.

use super::credentials::{self, Elevation};

pub(super) fn of_this_process() -> Option<Elevation> {
    credentials::by_ids()
}
