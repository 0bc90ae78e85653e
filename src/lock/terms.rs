//! What a lock is to be like, once the path is known.

use std::path::PathBuf;

use withlock_platform::backend::{Choice, Mode};

use crate::event::Event;
use crate::place::trust::Trusted;

/// When to find out who holds a lock that is busy: that takes a look at all locks of the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asking {
    /// Never: nobody wants to know.
    Never,
    /// When the attempt has failed.
    #[default]
    WhenBusy,
    /// When the wait for it begins as well.
    Always,
}

/// What a caller may choose about a lock.
#[derive(Clone, Debug)]
pub struct Policy {
    /// One holder or many.
    pub mode: Mode,
    /// The system call.
    pub backend: Choice,
    /// Use an unsafe place all the same, and only say so.
    pub insecure: bool,
    /// Create the file if it is not there.
    pub create: bool,
    /// Leave the file in its place at the end.
    pub keep: bool,
    /// What the holder's record says is being done.
    pub label: String,
    /// When to find out who holds the lock.
    pub asking: Asking,
    /// While a job runs, wait for every child of this process that ends, as process 1 or a subreaper has to: for a process
    /// that has no other children whose end somebody wants to know.
    pub adopts: bool,
    /// Is told what happens.
    pub listener: fn(&Event<'_>),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            mode: Mode::Exclusive,
            backend: Choice::Auto,
            insecure: false,
            create: true,
            keep: false,
            label: String::new(),
            asking: Asking::default(),
            adopts: false,
            listener: |_| {},
        }
    }
}

/// A policy for one path and one user.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) path: PathBuf,
    pub(crate) trusted: Trusted,
    pub(crate) mode: Mode,
    pub(crate) create: bool,
    pub(crate) keep: bool,
    pub(crate) label: String,
    pub(crate) asking: Asking,
}
