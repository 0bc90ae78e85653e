//! Who runs this.

use super::elevation;

/// The effective user id.
#[must_use]
pub fn effective_user() -> u32 {
    // SAFETY: cannot fail and touches no memory (POSIX.1, geteuid).
    unsafe { libc::geteuid() }
}

/// Whether the program runs set-user-ID or set-group-ID: with rights that its caller lacks.
#[must_use]
pub fn elevated() -> bool {
    elevation::is_elevated()
}

/// Whether a process of this id exists, be it of another user.
#[must_use]
pub fn exists(pid: u32) -> bool {
    let Ok(pid) = libc::pid_t::try_from(pid) else {
        return false;
    };
    // SAFETY: signal 0 is never delivered, and no memory is touched (POSIX.1, kill).
    let answer = unsafe { libc::kill(pid, 0) };
    pid > 0 && (answer == 0 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM))
}
