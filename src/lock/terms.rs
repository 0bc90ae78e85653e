//! What a lock is to be like, once the path is known.

use std::path::PathBuf;

use withlock_platform::backend::{Choice, Mode};

use crate::event::Listener;
use crate::trust::Trusted;

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

/// How many runs there may be of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// So many hold it at once.
    pub slots: u16,
    /// At most so many wait for it; `None` is any number.
    pub waiters: Option<u16>,
}

impl Capacity {
    /// More slots would need more descriptors and processes than a run is usually allowed.
    pub const MOST_SLOTS: u16 = 256;

    /// One holder, and any number of those who wait: an ordinary lock.
    pub const ONE: Self = Self { slots: 1, waiters: None };
}

impl Default for Capacity {
    fn default() -> Self {
        Self::ONE
    }
}

/// What a caller may choose about a lock.
#[derive(Clone, Debug)]
pub struct Policy<'a> {
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
    /// How many there may be of those who hold it, and of those who wait. Whoever uses the lock should say the same.
    pub capacity: Capacity,
    /// What the holder's record says is being done.
    pub label: String,
    /// When to find out who holds the lock.
    pub asking: Asking,
    /// Is told what happens.
    pub listener: Listener<'a>,
}

impl Default for Policy<'_> {
    fn default() -> Self {
        Self {
            mode: Mode::Exclusive,
            backend: Choice::Auto,
            insecure: false,
            create: true,
            keep: false,
            capacity: Capacity::ONE,
            label: String::new(),
            asking: Asking::default(),
            listener: Listener::default(),
        }
    }
}

/// What one lock is to be like, for one user.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The lock file, as the caller named it.
    pub path: PathBuf,
    /// Whom the caller trusts.
    pub trusted: Trusted,
    /// One holder or many.
    pub mode: Mode,
    /// Create the file if it is not there.
    pub create: bool,
    /// Leave the file in its place at the end.
    pub keep: bool,
    /// Which of the lock's slots this is, from 1 on.
    pub slot: u16,
    /// What the holder's record says is being done.
    pub label: String,
    /// When to find out who holds the lock.
    pub asking: Asking,
}
