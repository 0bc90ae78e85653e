//! The children that sleep for a lock each, as the process sees them that has made them.

use std::io;
use std::marker::PhantomData;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use super::child::Errand;
use super::{Wanted, native};
use crate::backend::Wakeup;
use crate::deadline::Deadline;
use crate::process::signals::signal::Signal;
use crate::process::signals::{actions, sets};

/// Signals that stop a process group of the terminal.
const STOPS: [Signal; 3] = [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];

/// Children that live. Dropped, they are ended and waited for.
pub(super) struct Sleepers<'a> {
    children: Vec<(libc::pid_t, native::Keep)>,
    link: UnixStream,
    /// The other end, which they write to.
    _theirs: UnixStream,
    /// What they wait for, for as long as they live.
    wanted: PhantomData<&'a [Wanted<'a>]>,
}

impl<'a> Sleepers<'a> {
    /// Makes a child for each of these, in this way.
    pub(super) fn lay_down(
        wanted: &'a [Wanted<'a>],
        make: fn(Errand<'_>) -> io::Result<(libc::pid_t, native::Keep)>,
    ) -> io::Result<Self> {
        let (link, theirs) = UnixStream::pair()?;
        // SAFETY: cannot fail and touches no memory (POSIX.1, getpid).
        let parent = unsafe { libc::getpid() };
        let held = held_in_children()?;
        let link_of_child = theirs.as_raw_fd();
        let children = Vec::with_capacity(wanted.len());
        let mut sleepers = Self { children, link, _theirs: theirs, wanted: PhantomData };
        // They inherit this mask.
        let mask = sets::mask(libc::SIG_SETMASK, &held)?;
        let mut made = wanted.iter().try_for_each(|wanted| {
            let errand = Errand { wanted: *wanted, link: link_of_child, parent };
            sleepers.children.push(make(errand)?);
            Ok(())
        });
        if let Err(error) = sets::mask(libc::SIG_SETMASK, &mask) {
            made = Err(error);
        }
        made.map(|()| sleepers)
    }

    /// Waits until the first of them has ended its sleep, or until this one is cut short: by a handler, or because the call
    /// fails. Which of these it was does not matter, and `errno` may be a child's: whoever is told to look finds out.
    pub(super) fn first(self, until: Option<Deadline>) -> Wakeup {
        let wanted = libc::pollfd { fd: self.link.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        if poll(&mut [wanted], until) { Wakeup::Granted } else { Wakeup::Interrupted }
    }
}

impl Drop for Sleepers<'_> {
    fn drop(&mut self) {
        for (pid, _) in &self.children {
            // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
            unsafe { libc::kill(*pid, libc::SIGKILL) };
        }
        for (pid, keep) in self.children.drain(..) {
            if !is_gone(pid) {
                // It may still use what it was given.
                std::mem::forget(keep);
            }
        }
    }
}

/// What a child holds: everything but what stops it with this process. No handler of this process is to run in it.
fn held_in_children() -> io::Result<libc::sigset_t> {
    let mut held = sets::held();
    for signal in STOPS {
        let action = actions::disposition(signal)?;
        if actions::is_ignored(&action) || action.sa_sigaction == libc::SIG_DFL {
            sets::remove(&mut held, signal);
        }
    }
    Ok(held)
}

/// How often a wait for a child is tried that has been killed. Each time, a handler may have run; nothing else can fail.
const TRIES: usize = 1_000;

/// Waits for the end of a child.
fn is_gone(pid: libc::pid_t) -> bool {
    (0..TRIES).any(|_| {
        // SAFETY: our own child; its status is not asked for.
        let answer = unsafe { libc::waitpid(pid, std::ptr::null_mut(), native::KIND) };
        answer == pid || io::Error::last_os_error().raw_os_error() == Some(libc::ECHILD)
    })
}

/// Whether anything ends this sleep before the deadline does: something to read, or a handler that has run.
pub(super) fn poll(wanted: &mut [libc::pollfd], until: Option<Deadline>) -> bool {
    // A started millisecond counts, so that nobody asks again and again in the last one.
    let milliseconds = until.map_or(-1, |until| {
        until.remaining().as_micros().div_ceil(1000).min(i32::MAX as u128) as libc::c_int
    });
    // SAFETY: the structs are alive during the call, and as many as is said.
    unsafe { libc::poll(wanted.as_mut_ptr(), wanted.len() as _, milliseconds) != 0 }
}
