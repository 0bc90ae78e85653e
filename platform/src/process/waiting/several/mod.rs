//! Sleeping for several locks at once.
//!
//! No call waits for more than one lock. So a child for each of them sleeps in the kernel, on an open file description that
//! it shares with this process: the lock that it is granted belongs to the description (`Ownership::Description`), and so
//! to this process, once the child has ended.
//!
//! A child does nothing else. It tells by one byte through a pair of sockets that its call has returned, and ends. When the
//! first byte has come, all of them are ended and waited for: what each has got shows when the caller tries that lock.
//! Nobody reads what a child's call has returned: the caller's try says that as well, and says it better.
//!
//! A child has every signal held, but for those of the terminal that stop a process group: it stops with this process, and
//! takes no lock meanwhile. It ends with this process, or, where the system will not see to that, has no file open but the
//! one that it waits for: then it frees what it is granted by ending.

mod by_fork;
mod child;
mod sleepers;

use std::fs::File;
use std::io;
use std::time::Duration;

use crate::backend::{LockBackend, Mode, Wakeup};
use crate::deadline::Deadline;
use sleepers::Sleepers;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod by_clone;
        use by_clone as native;
    } else {
        use by_fork as native;
    }
}

/// How long the children sleep before they are made anew: nobody is told of one that was killed by somebody else, and its
/// lock would be missed for ever.
const ANEW: Duration = Duration::from_secs(10);

/// A lock to wait for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The open file.
    pub file: &'a File,
    /// How it is locked; the lock must belong to the open file description.
    pub backend: &'static dyn LockBackend,
    /// One holder or many.
    pub mode: Mode,
}

/// Sleeps until one of these locks, or more, may have been granted. Which of them shows when they are tried for: a lock that
/// this description has already is granted once more.
///
/// [`Wakeup::Interrupted`] is that a signal handler has run, that the deadline has passed, or that some time has; even then
/// one may have been granted.
///
/// # Errors
/// The children could not be made, for want of processes or descriptors. Nothing was waited for.
pub fn sleep_for_any(wanted: &[Wanted<'_>], until: Option<Deadline>) -> io::Result<Wakeup> {
    let sleepers = Sleepers::lay_down(wanted)?;
    let anew = Deadline::after(ANEW);
    Ok(sleepers.first(until.into_iter().chain(anew).min()))
}

/// Sleeps until the deadline, or until a signal handler has run.
pub fn rest(until: Deadline) {
    sleepers::poll(&mut [], Some(until));
}
