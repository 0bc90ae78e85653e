//! Closing what a process has inherited and does not need.

use std::os::fd::RawFd;

/// At most so many are looked at: a limit of a million would cost seconds.
const MOST: libc::c_long = 65_536;

/// Closes every descriptor but this one, one after the other, up to the limit on descriptors.
pub(super) fn all_but(kept: RawFd) {
    // SAFETY: touches no memory.
    let limit = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) }.clamp(256, MOST) as RawFd;
    for fd in (0..limit).filter(|fd| *fd != kept) {
        // SAFETY: nobody uses it: this process has been made for one thing, which needs `kept` only.
        unsafe { libc::close(fd) };
    }
}
