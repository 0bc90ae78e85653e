//! The terminal that a descriptor leads to, if it does.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};

/// How many columns it has; `None` where it does not say.
#[must_use]
pub fn columns(terminal: impl AsFd) -> Option<u16> {
    let mut size = MaybeUninit::<libc::winsize>::zeroed();
    let fd = terminal.as_fd().as_raw_fd();
    // SAFETY: the struct is writable, and this request writes no more (tty_ioctl(4), TIOCGWINSZ; POSIX.1-2024,
    // tcgetwinsize).
    let answer = unsafe { libc::ioctl(fd, libc::TIOCGWINSZ as _, size.as_mut_ptr()) };
    // SAFETY: a plain struct of integers, for which all bits zero is a value.
    let size = unsafe { size.assume_init() };
    Some(size.ws_col).filter(|columns| answer == 0 && *columns > 0)
}

/// Whether it is the terminal of this process's session, and this process in its foreground: to write to it, no other may be
/// interrupted, and nobody is stopped for it (POSIX.1, 11.1.4, `TOSTOP`).
#[must_use]
pub fn is_in_foreground(terminal: impl AsFd) -> bool {
    // SAFETY: touches no memory (POSIX.1, tcgetpgrp).
    let foreground = unsafe { libc::tcgetpgrp(terminal.as_fd().as_raw_fd()) };
    // SAFETY: cannot fail and touches no memory (POSIX.1, getpgrp).
    foreground == unsafe { libc::getpgrp() }
}
