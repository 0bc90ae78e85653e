//! What a lock is like, whatever call takes it.

/// How many may hold the lock at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One holder, and no other of either mode.
    Exclusive,
    /// Any number of shared holders, and no exclusive one.
    Shared,
}

/// A kind of lock, by the call that takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// flock(2): belongs to an open file description, and is listed with the process that took it.
    Flock,
    /// fcntl(2) or lockf(3): belongs to the process.
    Process,
    /// fcntl(2) with `F_OFD_SETLK`: belongs to an open file description, and is listed without a process.
    Description,
}
