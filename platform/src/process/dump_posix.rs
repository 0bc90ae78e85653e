//! Any Unix: the limit on the size of a core dump.

use std::io;

/// No core dump of this process from now on.
pub(super) fn prevent() -> io::Result<()> {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the struct is alive during the call.
    if unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
