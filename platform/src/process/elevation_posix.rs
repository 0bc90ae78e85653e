//! Any Unix: the real and the effective ids differ.

pub(super) fn is_elevated() -> bool {
    // SAFETY: cannot fail and touches no memory (POSIX.1, getuid).
    let user = unsafe { libc::getuid() };
    // SAFETY: cannot fail and touches no memory (POSIX.1, getgid).
    let group = unsafe { libc::getgid() };
    // SAFETY: cannot fail and touches no memory (POSIX.1, getegid).
    let effective_group = unsafe { libc::getegid() };
    user != super::effective_user() || group != effective_group
}
