//! The system calls that lock a file, behind one trait.
//!
//! Each backend compiles wherever its call exists, and all of them pass one contract suite; `cfg` picks the default only.
//!
//! | backend | call | owned by | in shared mode |
//! |---|---|---|---|
//! | `flock` | flock(2) | open file description | `LOCK_SH` |
//! | `fcntl` | fcntl(2) `F_SETLK`, `F_SETLKW` (POSIX.1) | process | `F_RDLCK` |
//! | `lockf` | lockf(3) `F_TLOCK`, `F_LOCK` (POSIX.1) | process | `F_RDLCK` by fcntl(2), the same table |
//! | `ofd` (Linux) | fcntl(2) `F_OFD_SETLK`, `F_OFD_SETLKW` | open file description | `F_RDLCK` |
//! | `flock+ofd` (Linux) | flock(2), then `ofd` | open file description | `LOCK_SH`, then `F_RDLCK` |
//!
//! Who sees whom. On Linux flock(2) locks and byte-range locks do not see each other on a local file system (flock(2),
//! NOTES), which is why the default there takes both. So it is with FUSE, whose mount keeps both unless its server wants
//! them (fs/fuse/file.c). FreeBSD, macOS and illumos let the kinds conflict, FreeBSD even within one process on one
//! descriptor, so the default there takes one. Byte-range locks cover `[0, 2^62)`, or everything where offsets have 32 bits.

use std::fmt;
use std::fs::File;
use std::io;

use crate::holders::Kind;

mod outcome;
mod range;

pub use outcome::LockError;

/// How many may hold the lock at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One holder, and no other of either mode.
    Exclusive,
    /// Any number of shared holders, and no exclusive one.
    Shared,
}

/// What a lock belongs to, and so when it ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The open file description: the lock lives until it is unlocked through any duplicate of the descriptor, or until
    /// the last duplicate is closed. A child that inherits the descriptor keeps the lock alive.
    Description,
    /// The process: the lock ends with the process, and when the process closes *any* descriptor of that file (POSIX.1,
    /// fcntl, F_SETLK). A child never has it.
    Process,
}

/// The answer to an attempt that does not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The lock is held now.
    Granted,
    /// Somebody else holds a conflicting lock.
    Busy,
}

/// The answer to a call that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wakeup {
    /// The lock is held now.
    Granted,
    /// A signal handler ran; the lock is not held.
    Interrupted,
}

/// One way of locking a whole file.
///
/// The conflict rules are the kernel's, see the table of this module. An attempt that ends with [`Attempt::Busy`],
/// [`Wakeup::Interrupted`] or an error leaves nothing locked that this call has locked. Converting a held lock to the
/// other mode is allowed; when it fails, the lock may be lost (flock(2), NOTES).
pub trait LockBackend: Sync + fmt::Debug {
    /// The name shown to people, as in the table of this module.
    fn name(&self) -> &'static str;

    /// What the lock belongs to.
    fn ownership(&self) -> Ownership;

    /// Whether a descriptor opened for reading only is enough for this mode, on a local file system.
    ///
    /// flock(2) does not ask how the file was opened; fcntl(2) wants reading for `F_RDLCK` and writing for `F_WRLCK`;
    /// lockf(3) wants writing.
    fn read_only_suffices(&self, mode: Mode) -> bool;

    /// Tries to lock, without waiting.
    ///
    /// # Errors
    /// [`LockError`], never for a lock that is merely held by somebody else.
    fn try_lock(&self, file: &File, mode: Mode) -> Result<Attempt, LockError>;

    /// Locks, sleeping in the kernel until the lock is granted or a signal handler ran.
    ///
    /// # Errors
    /// [`LockError`]; of these, a deadlock is reported by process-owned locks only.
    fn lock(&self, file: &File, mode: Mode) -> Result<Wakeup, LockError>;

    /// Unlocks, for every duplicate of the descriptor.
    ///
    /// # Errors
    /// [`LockError::Failed`] when the system refuses.
    fn unlock(&self, file: &File) -> Result<(), LockError>;

    /// Whether a lock of this kind keeps this backend's locks out, on Linux: there alone, the system lists locks.
    fn meets(&self, kind: Kind) -> bool {
        kind != Kind::Flock
    }

    /// The queue of those who wait for this lock, where it can be told whether there is one.
    fn queue(&self) -> Option<&'static dyn Queue> {
        None
    }
}

/// Those who wait for a lock, told apart from those who hold it. Who waits announces it; a holder can then leave the
/// file to them instead of removing it.
///
/// None of this is needed to exclude: it saves the waiters from being woken for a file that has gone.
pub trait Queue: Sync + fmt::Debug {
    /// Announces that this open file description waits. It may go unheard, when a holder is closing the queue.
    ///
    /// # Errors
    /// [`LockError`]; the wait can go on unannounced.
    fn announce(&self, file: &File) -> Result<(), LockError>;

    /// Takes the announcement back.
    ///
    /// # Errors
    /// [`LockError`].
    fn withdraw(&self, file: &File) -> Result<(), LockError>;

    /// Closes the queue until the lock is unlocked, if nobody waits: answers whether that was so.
    ///
    /// # Errors
    /// [`LockError`].
    fn close(&self, file: &File) -> Result<bool, LockError>;

    /// Whether nobody waits: a look that changes nothing.
    ///
    /// # Errors
    /// [`LockError`].
    fn is_empty(&self, file: &File) -> Result<bool, LockError>;
}

/// Which backend the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// What suits the system and the file system, see [`select`].
    #[default]
    Auto,
    /// flock(2) alone.
    Flock,
    /// fcntl(2) alone, owned by the process.
    Fcntl,
    /// lockf(3).
    Lockf,
}

/// The backend for a file on a local (or else remote) file system; `None` when this system lacks the call.
///
/// | system | local | remote (NFS, SMB, ...) |
/// |---|---|---|
/// | Linux | flock+ofd | ofd: flock(2) is emulated by byte ranges there (flock(2), NOTES) |
/// | FreeBSD, DragonFly, NetBSD, OpenBSD, macOS | flock | flock |
/// | illumos | flock | fcntl: flock(2) is refused there (fcntl(2), F_OFD_SETLK) |
/// | Solaris | lockf | lockf |
/// | any other Unix | fcntl | fcntl |
#[must_use]
pub fn select(choice: Choice, local: bool) -> Option<&'static dyn LockBackend> {
    match choice {
        Choice::Auto => Some(if local { native::LOCAL } else { native::REMOTE }),
        Choice::Flock => native::FLOCK,
        Choice::Fcntl => Some(&fcntl::Fcntl),
        Choice::Lockf => Some(&lockf::Lockf),
    }
}

/// Every backend that exists on this system, for tests that hold all of them to one contract.
#[must_use]
pub fn all() -> Vec<&'static dyn LockBackend> {
    let mut all: Vec<&'static dyn LockBackend> = vec![&fcntl::Fcntl, &lockf::Lockf];
    all.extend(native::FLOCK);
    all.extend(native::MORE);
    all
}

/// Whether a file with the setgid bit and without group-execute is locked mandatorily on this system: reading and
/// writing by anybody then blocks as well.
#[must_use]
pub fn mandatory_by_mode() -> bool {
    native::MANDATORY_BY_MODE
}

mod fcntl;
mod lockf;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        #[path = "flock_fs2.rs"]
        mod flock;
        mod flock_ofd;
        mod marker;
        mod ofd;
        #[path = "native_linux.rs"]
        mod native;
    } else if #[cfg(any(
        target_os = "freebsd", target_os = "dragonfly", target_os = "netbsd", target_os = "openbsd", target_os = "macos"
    ))] {
        #[path = "flock_fs2.rs"]
        mod flock;
        #[path = "native_bsd.rs"]
        mod native;
    } else if #[cfg(target_os = "illumos")] {
        #[path = "flock_libc.rs"]
        mod flock;
        #[path = "native_illumos.rs"]
        mod native;
    } else if #[cfg(target_os = "solaris")] {
        #[path = "native_solaris.rs"]
        mod native;
    } else {
        #[path = "native_posix.rs"]
        mod native;
    }
}

cfg_if::cfg_if! {
    if #[cfg(all(any(target_os = "linux", target_os = "android"), target_env = "gnu", target_pointer_width = "32"))] {
        #[path = "offset_64.rs"]
        mod offset;
    } else {
        #[path = "offset_native.rs"]
        mod offset;
    }
}

fn cvt(answer: libc::c_int) -> io::Result<()> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
