//! Any Unix: the child is a copy of this process (fork(2)).

use std::io;
use std::os::fd::AsRawFd;

use super::child::Errand;
use crate::os;
use crate::process::signals::actions;

/// What is kept for as long as a child lives.
pub(super) struct Keep;

/// The option for waitpid(2) that finds such a child.
pub(super) const KIND: libc::c_int = 0;

/// Makes the child. All signals that it is to hold are held.
///
/// Where this process ignores SIGCHLD, an id would be given to another process as soon as the child has ended (POSIX.1,
/// sigaction, `SA_NOCLDWAIT`), and that one would be ended instead: there are no children then.
pub(super) fn make(errand: Errand<'_>) -> io::Result<(libc::pid_t, Keep)> {
    let action = actions::disposition(libc::SIGCHLD)?;
    if actions::is_ignored(&action) || action.sa_flags & libc::SA_NOCLDWAIT != 0 {
        return Err(io::ErrorKind::Unsupported.into());
    }
    // SAFETY: the child makes async-signal-safe calls only, allocates nothing, and ends with _exit(2).
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            os::die_with_parent();
            // Nothing else of the caller's or of this process's may stay open, should this process be killed.
            let mut kept = [errand.wanted.file.as_raw_fd(), errand.link];
            kept.sort_unstable();
            os::close_all_but(&kept);
            errand.run()
        }
        pid => Ok((pid, Keep)),
    }
}
