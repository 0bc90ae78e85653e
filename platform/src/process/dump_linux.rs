//! Linux: a dump that is piped to a program, as by systemd-coredump, heeds no limit on its size (core(5)), but this.

use std::io;

/// No core dump of this process from now on.
pub(super) fn prevent() -> io::Result<()> {
    // SAFETY: touches no memory.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
