//! Locks as a system lists them.

use std::fs::File;

use super::facts::{Holds, Listed};
use super::native_list;

/// The locks that the kernel lists on one file.
#[derive(Debug)]
pub struct List(native_list::List);

impl List {
    /// Whether this system lists locks. Even so, a process may not get to see the list, as without /proc.
    pub const EXISTS: bool = native_list::EXISTS;

    /// Asks for the locks on an open file. `None` where the system does not list them.
    #[must_use]
    pub fn of(file: &File) -> Option<Self> {
        native_list::List::of(file).map(Self)
    }

    /// The locks that are held on any part of what withlock locks.
    #[must_use]
    pub fn locks(&self) -> &[Listed] {
        self.0.locks()
    }

    /// The requests that wait for a lock on the file, asked for anew, in the order in which the kernel lists them: those that
    /// exclude each other stand in the order in which they will be granted.
    #[must_use]
    pub fn waiting(&self) -> Vec<Listed> {
        self.0.waiting()
    }

    /// Whether a process has one of the locks that are `relevant`.
    #[must_use]
    pub fn holds(&self, pid: u32, relevant: &dyn Fn(&Listed) -> bool) -> Holds {
        self.0.holds(pid, relevant)
    }
}
