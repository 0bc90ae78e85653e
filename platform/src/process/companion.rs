//! A companion: a child that does something of its own while this process sleeps in a call, and that ends with this process.
//!
//! A timer that interrupts the call would be less, but a lock call that is interrupted gives up its place in the queue, and
//! wakes those behind it (Linux, fs/locks.c, `locks_delete_block`).

use std::ffi::CStr;
use std::io::{self, Read};
use std::net::Shutdown;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::signals::held::Signals;
use super::signals::receive::Receive;
use super::signals::sets;
use super::witness::is_readable;
use crate::deadline::Deadline;
use crate::os;

/// How long it may take to end. It may be in a call that lasts, such as writing to a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(100);

/// A companion that lives. Dropped, it is ended and waited for.
#[derive(Debug)]
pub struct Companion {
    pid: libc::pid_t,
    link: UnixStream,
}

/// This process, as its companion sees it.
#[derive(Debug)]
pub struct Principal(UnixStream);

/// What ps(1) shows of a companion.
#[derive(Clone, Copy, Debug)]
pub struct Title {
    /// Its name, 15 bytes at most.
    pub name: &'static CStr,
    /// What it does.
    pub text: &'static [u8],
}

impl Companion {
    /// Makes one that does this work, and ends as soon as it returns. No signal reaches it but KILL and STOP, and of files
    /// it has standard error and the link to this process.
    ///
    /// The signals are held by a process of one thread: it may do what it likes with its copy of the memory.
    ///
    /// # Errors
    /// What socketpair(2), pthread_sigmask(3) or fork(2) say: one can do without.
    pub fn start<R: Receive>(
        _: &Signals<R>,
        title: Title,
        work: impl FnOnce(&Principal),
    ) -> io::Result<Self> {
        let (link, theirs) = UnixStream::pair()?;
        // They may act just now, as in a wait.
        let mask = sets::mask(libc::SIG_BLOCK, &sets::held())?;
        // SAFETY: no other thread exists that could have a lock of the memory's. The child calls nothing that is the
        // parent's, and ends with _exit(2).
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            let _end = EndsHere;
            os::show_as(title.name, title.text);
            let mut kept = [libc::STDERR_FILENO, theirs.as_raw_fd()];
            kept.sort_unstable();
            os::close_all_but(&kept);
            work(&Principal(theirs));
        }
        let error = io::Error::last_os_error();
        sets::mask(libc::SIG_SETMASK, &mask)?;
        if pid == -1 { Err(error) } else { Ok(Self { pid, link }) }
    }
}

/// Wherever the child leaves its work, also by a panic, it does not get into what is the parent's.
struct EndsHere;

impl Drop for EndsHere {
    fn drop(&mut self) {
        // SAFETY: ends the child without running anything of the parent's.
        unsafe { libc::_exit(0) }
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // It sees the end of the link, does what is left to do, and then this process sees the other end close.
        let asked = self.link.shutdown(Shutdown::Write);
        let patience = Deadline::after(PATIENCE).filter(|_| asked.is_ok());
        let has_ended = patience.is_some_and(|until| is_closed(&self.link, until));
        if !has_ended {
            // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
            unsafe { libc::kill(self.pid, libc::SIGKILL) };
        }
        loop {
            // SAFETY: our own child; its status is not asked for. Where somebody has waited for it, there is none.
            let answer = unsafe { libc::waitpid(self.pid, std::ptr::null_mut(), 0) };
            if answer != -1 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return;
            }
        }
    }
}

impl Principal {
    /// Sleeps until this moment. Returns whether the companion is still wanted then; if not, it returns at once.
    #[must_use]
    pub fn wants_more_at(&self, moment: Deadline) -> bool {
        !is_closed(&self.0, moment)
    }
}

/// Whether the other end closes before this moment: nobody writes anything.
fn is_closed(link: &UnixStream, until: Deadline) -> bool {
    loop {
        match is_readable(link, until) {
            // Interrupted, perhaps.
            Ok(false) if !until.has_passed() => {}
            Ok(false) => return false,
            Ok(true) => {
                let mut link = link;
                return !matches!(link.read(&mut [0]), Ok(1..));
            }
            Err(_) => return true,
        }
    }
}
