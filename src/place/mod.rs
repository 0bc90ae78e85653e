//! The place: the way to the lock file, on which every directory and link is judged.

mod here;
pub(crate) mod judge;
pub(crate) mod walk;
