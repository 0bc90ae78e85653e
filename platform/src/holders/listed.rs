//! Locks as a system lists them.

use std::fs::File;

use super::facts::{Holds, Listed};
use super::native_list;
use super::table::Listing;

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

/// All locks of the system, as it lists them.
#[derive(Debug)]
pub struct Overview(native_list::Overview);

impl Overview {
    /// Asks for the list. `None` where the system has none, or does not show it.
    #[must_use]
    pub fn now() -> Option<Self> {
        native_list::Overview::now().map(Self)
    }

    /// Whether it has the locks of all processes, and not only of those in the same container.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_whole()
    }

    /// What it says of a file, which may have been opened by [`crate::directory::open_to_look`].
    #[must_use]
    pub fn of(&self, file: &File) -> Option<Listing> {
        self.0.of(file)
    }

    /// What the descriptors of a process have on this file. `None` where the system does not show that to this user, or there
    /// is no such process. Each process is looked at once.
    #[must_use]
    pub fn of_process(&self, pid: u32, file: &File) -> Option<Listing> {
        self.0.of_process(pid, file)
    }

    /// Whether a process has any lock on this file, or a descriptor that carries one. Each process is looked at once.
    #[must_use]
    pub fn holds(&self, pid: u32, file: &File) -> Holds {
        self.0.holds(pid, file)
    }

    /// All processes that have a lock on this file, or a descriptor that carries one, as far as the system shows them to
    /// this user. The first time, it looks at all descriptors of all processes, and keeps what it has found.
    #[must_use]
    pub fn having(&self, file: &File) -> Vec<(u32, Listing)> {
        self.0.having(file)
    }
}
