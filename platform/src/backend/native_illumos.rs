//! illumos: flock(2), but fcntl(2) over NFS and SMB, where flock(2) is refused.

use super::LockBackend;

/// The default on a local file system.
pub(super) const LOCAL: &dyn LockBackend = &super::flock::Flock;
/// The default on a remote file system.
pub(super) const REMOTE: &dyn LockBackend = &super::fcntl::Fcntl;
/// flock(2), where it exists.
pub(super) const FLOCK: Option<&'static dyn LockBackend> = Some(&super::flock::Flock);
/// What exists here beyond flock, fcntl and lockf.
pub(super) const MORE: &[&dyn LockBackend] = &[];
/// Whether a setgid bit without group-execute makes locks on a file mandatory; illumos and Solaris do (fcntl(2), chmod(2)).
pub(super) const MANDATORY_BY_MODE: bool = true;
/// Whether fcntl(2) and lockf(3) may say `EACCES` of a lock that somebody else holds, as POSIX.1 allows; otherwise it is
/// a security module's refusal, and an error.
pub(super) const ACCESS_MEANS_BUSY: bool = true;
