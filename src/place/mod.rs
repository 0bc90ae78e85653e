//! The place: whether nobody but root and the user can put another file where the lock file is.

pub mod reason;
pub mod trust;
pub(crate) mod walk;
