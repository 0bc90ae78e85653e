//! Linux: both kinds of lock on a local file system; on a remote one flock(2) is emulated by byte ranges, so one.

use super::LockBackend;

/// The default on a local file system.
pub(super) const LOCAL: &dyn LockBackend = &super::flock_ofd::FlockOfd;
/// The default on a remote file system.
pub(super) const REMOTE: &dyn LockBackend = &super::ofd::Ofd;
/// flock(2), where it exists.
pub(super) const FLOCK: Option<&'static dyn LockBackend> = Some(&super::flock::Flock);
/// What exists here beyond flock, fcntl and lockf.
pub(super) const MORE: &[&dyn LockBackend] = &[&super::ofd::Ofd, &super::flock_ofd::FlockOfd];
/// Whether a setgid bit without group-execute makes locks on a file mandatory; these systems do not.
pub(super) const MANDATORY_BY_MODE: bool = false;
/// Whether fcntl(2) and lockf(3) may say `EACCES` of a lock that somebody else holds, as POSIX.1 allows; otherwise it is
/// a security module's refusal, and an error.
pub(super) const ACCESS_MEANS_BUSY: bool = false;
