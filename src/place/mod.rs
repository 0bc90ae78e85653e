//! The place: whether nobody but root and the user can put another file where the lock file is.

mod here;
pub(crate) mod judge;
pub mod reason;
pub mod trust;
pub(crate) mod walk;
