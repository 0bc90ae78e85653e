//! The way in which held signals are taken.

use std::fmt;
use std::io;

use super::arrival::Arrival;
use super::signal::Signal;
use crate::deadline::Deadline;

/// How held signals are taken: one file a way.
pub trait Receive: Sized + fmt::Debug {
    /// Prepares to receive; the signals are held already.
    ///
    /// # Errors
    /// What sigaction(2) says.
    fn install() -> io::Result<Self>;

    /// Takes the next signal, sleeping until there is one, or until the deadline; `None` is that none came.
    ///
    /// # Errors
    /// What the call says; never `EINTR`.
    fn next(&self, until: Option<Deadline>) -> io::Result<Option<Arrival>>;

    /// The signals that must be set back to default in a child, because they have a handler of ours here.
    fn handled(&self) -> Vec<Signal>;

    /// Whether the caller ignored SIGCHLD.
    fn child_was_ignored(&self) -> bool;

    /// Puts the dispositions back as they were.
    fn restore(&self);
}
