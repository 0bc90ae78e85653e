//! What becomes of a child: it ends, it is stopped, it goes on.

use std::io;

use crate::process::signals::signal::Signal;

/// A job that was started and whose end has not been seen.
#[derive(Debug)]
pub struct Child {
    pub(crate) pid: libc::pid_t,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It exited with this status, 0 to 255.
    Exited(i32),
    /// It died of this signal.
    Signaled(Signal),
}

/// What has become of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has ended, and has been waited for.
    Ended(Status),
    /// It was stopped by this signal. One that is traced by this process is reported so at any signal and at exec, be it
    /// asked for or not (ptrace(2)); it lives.
    Stopped(Signal),
    /// It goes on.
    Continued,
}

impl Change {
    /// As waitpid(2) tells it.
    fn of(status: libc::c_int) -> Self {
        if libc::WIFEXITED(status) {
            Self::Ended(Status::Exited(libc::WEXITSTATUS(status)))
        } else if libc::WIFSIGNALED(status) {
            Self::Ended(Status::Signaled(libc::WTERMSIG(status)))
        } else if libc::WIFSTOPPED(status) {
            Self::Stopped(libc::WSTOPSIG(status))
        } else {
            Self::Continued
        }
    }
}

impl Child {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.unsigned_abs()
    }

    /// Whether it is in the process group of this process, so that the terminal's signals reach both.
    #[must_use]
    pub fn shares_group(&self) -> bool {
        // SAFETY: cannot fail and touches no memory (POSIX.1, getpgrp).
        self.group() == unsafe { libc::getpgrp() }
    }

    /// Its process group.
    pub(crate) fn group(&self) -> libc::pid_t {
        // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
        unsafe { libc::getpgid(self.pid) }
    }

    /// What has become of it since the last call, if anything has.
    ///
    /// # Errors
    /// What waitpid(2) says; never `EINTR`.
    pub fn news(&self) -> io::Result<Option<Change>> {
        Ok(wait(self.pid, NEWS)?.map(|(_, change)| change))
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// As [`Self::news`].
    pub fn ended(&self) -> io::Result<Option<Status>> {
        while let Some(change) = self.news()? {
            if let Change::Ended(status) = change {
                return Ok(Some(status));
            }
        }
        Ok(None)
    }

    /// How it ended: sleeps until it has. It is waited for then, and gone.
    ///
    /// # Errors
    /// What waitpid(2) says, `ECHILD` where the caller's children are not to be waited for; never `EINTR`.
    pub fn outlast(&self) -> io::Result<Status> {
        loop {
            match wait(self.pid, 0)? {
                Some((_, Change::Ended(status))) => return Ok(status),
                _ => continue,
            }
        }
    }

    /// Sends it a signal. A job that has ended, but was not waited for, ignores it.
    ///
    /// # Errors
    /// What kill(2) says, such as `EPERM` when the job has changed its user.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        self.send(self.pid, signal)
    }

    /// Sends a signal to it and to what it has started, as far as its process group tells: to the group that it leads, or if
    /// it leads none, to itself alone.
    ///
    /// # Errors
    /// As [`Self::signal`]; for a group, when none of it may be signalled.
    pub fn signal_all(&self, signal: Signal) -> io::Result<()> {
        let to = if self.group() == self.pid { -self.pid } else { self.pid };
        self.send(to, signal)
    }

    /// `to` is its id, or the number of its own group.
    fn send(&self, to: libc::pid_t, signal: Signal) -> io::Result<()> {
        // SAFETY: touches no memory; the id is our child's until it is waited for, so that it, and a group of that number,
        // names nobody else.
        if unsafe { libc::kill(to, signal) } == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}

/// What has become of any child of this process, with its id, if there is news of one: also of children that it has not
/// started itself, but inherited from what ran in this process before, or as process 1 or as a subreaper. One that has ended
/// is waited for, and gone.
///
/// # Errors
/// What waitpid(2) says, `ECHILD` when there is no child; never `EINTR`.
pub fn news_of_any() -> io::Result<Option<(u32, Change)>> {
    wait(-1, NEWS)
}

/// What is new, without sleeping.
const NEWS: libc::c_int = libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED;

fn wait(whom: libc::pid_t, options: libc::c_int) -> io::Result<Option<(u32, Change)>> {
    let mut status = 0;
    loop {
        // SAFETY: `status` is writable; these are our own children, and their ids are ours until they are waited for.
        match unsafe { libc::waitpid(whom, &raw mut status, options) } {
            -1 => {
                let error = io::Error::last_os_error();
                // POSIX.1 allows it even of a call that does not sleep.
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
            0 => return Ok(None),
            pid => return Ok(Some((pid.unsigned_abs(), Change::of(status)))),
        }
    }
}
