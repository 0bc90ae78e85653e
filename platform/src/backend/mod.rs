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
//! | [`ByteLock`] | fcntl(2), as `fcntl` or as `ofd`, on bytes that the caller names | process, or open file description | `F_RDLCK` |
//! | `flock+ofd` (Linux) | flock(2), then `ofd` | open file description | `LOCK_SH`, then `F_RDLCK` |
//!
//! Who sees whom. On Linux flock(2) locks and byte-range locks do not see each other on a local file system (flock(2),
//! NOTES), which is why the default there takes both. So it is with FUSE, whose mount keeps both unless its server wants
//! them (fs/fuse/file.c). FreeBSD, macOS and illumos let the kinds conflict, FreeBSD even within one process on one
//! descriptor, so the default there takes one. Byte-range locks cover `[0, 2^62)`, or everything where offsets have 32 bits.
//!
//! To add a backend `new`: a file `new.rs` that implements [`LockBackend`], its `mod` line here, and its line in the table
//! `BACKENDS` below. The contract suite (tests/contract.rs) tests it from then on. If people may ask for it, a line in the
//! table of `choice.rs`: the option and its errors take the names from there. To make it the default of a system: `Local` or
//! `Remote` below.

mod bytes;
mod choice;
mod contract;
mod error;
mod fcntl;
mod inquiry;
mod lockf;
mod outcome;
mod range;

pub use crate::lock::Mode;
pub use bytes::{ByteLock, Bytes};
pub use choice::{Choice, UnknownChoice};
pub use contract::{Attempt, LockBackend, Ownership, Queue, Wakeup};
pub use error::LockError;
pub use inquiry::{Conflict, conflict};

use crate::os;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod flock_fs2;
        mod flock_ofd;
        mod marker;
        mod ofd;
        use flock_fs2 as flock;
        use {flock_ofd::FlockOfd as Local, ofd::Ofd as Remote};
    } else if #[cfg(any(
        target_os = "freebsd", target_os = "dragonfly", target_os = "netbsd", target_os = "openbsd", target_os = "macos"
    ))] {
        mod flock_fs2;
        use flock_fs2 as flock;
        use {flock::Flock as Local, flock::Flock as Remote};
    } else if #[cfg(target_os = "illumos")] {
        mod flock_libc;
        use flock_libc as flock;
        use {fcntl::Fcntl as Remote, flock::Flock as Local};
    } else if #[cfg(target_os = "solaris")] {
        use {lockf::Lockf as Local, lockf::Lockf as Remote};
    } else {
        use {fcntl::Fcntl as Local, fcntl::Fcntl as Remote};
    }
}

cfg_if::cfg_if! {
    if #[cfg(all(any(target_os = "linux", target_os = "android"), target_env = "gnu", target_pointer_width = "32"))] {
        mod offset_64;
        use offset_64 as offset;
    } else {
        mod offset_native;
        use offset_native as offset;
    }
}

// The commands of fcntl(2) for locks that belong to open file descriptions: try, and wait.
cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "illumos"))] {
        const DESCRIPTION: Option<(libc::c_int, libc::c_int)> = Some((libc::F_OFD_SETLK, libc::F_OFD_SETLKW));
    } else {
        const DESCRIPTION: Option<(libc::c_int, libc::c_int)> = None;
    }
}

/// Every backend of this system, each where its call exists.
const BACKENDS: &[&dyn LockBackend] = &[
    &fcntl::Fcntl,
    &lockf::Lockf,
    #[cfg(any(
        target_os = "linux",
        target_os = "android",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "macos",
        target_os = "illumos"
    ))]
    &flock::Flock,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    &ofd::Ofd,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    &flock_ofd::FlockOfd,
];

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
        Choice::Auto => Some(if local { &Local } else { &Remote }),
        named => BACKENDS.iter().copied().find(|backend| backend.name() == named.name()),
    }
}

/// flock(2) alone, for who expects just that. Where the system lacks it, fcntl(2): an inherited descriptor may have any
/// offset, and lockf(3) would lock from there on only.
#[must_use]
pub fn flock_alone() -> &'static dyn LockBackend {
    select(Choice::Flock, true).unwrap_or(&fcntl::Fcntl)
}

/// Every backend that exists on this system, for tests that hold all of them to one contract.
#[must_use]
pub fn all() -> Vec<&'static dyn LockBackend> {
    BACKENDS.to_vec()
}

/// Whether a file with the setgid bit and without group-execute is locked mandatorily on this system: reading and
/// writing by anybody then blocks as well.
#[must_use]
pub fn mandatory_by_mode() -> bool {
    os::MANDATORY_BY_MODE
}
