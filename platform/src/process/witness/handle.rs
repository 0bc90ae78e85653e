//! The witness, as the process sees it that has made it.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::message::{Message, Order, is_readable};
use super::post::Post;
use super::sighting::Sighting;
use crate::deadline::Deadline;
use crate::os;
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;
use crate::process::start::child::Child;

/// A witness that lives. Dropped, it is ended and waited for.
#[derive(Debug)]
pub struct Witness {
    pid: libc::pid_t,
    link: UnixStream,
}

impl Witness {
    /// Makes one, for this job.
    ///
    /// # Errors
    /// What socketpair(2) or fork(2) say: one can do without.
    pub fn make<R: Receive>(signals: &Signals<R>, job: &Child) -> io::Result<Self> {
        let (link, theirs) = UnixStream::pair()?;
        // SAFETY: cannot fail and touches no memory (POSIX.1, getpid).
        let parent = unsafe { libc::getpid() };
        // SAFETY: the child makes async-signal-safe calls only, allocates nothing, and ends with _exit(2). All signals are
        // held, and stay so in the child, so that no handler runs in it but where it waits for signals.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                let post = Post { signals, link: theirs, parent, job: job.pid };
                post.stand();
                // SAFETY: ends the child without running anything of the parent's.
                unsafe { libc::_exit(0) }
            }
            pid => Ok(Self { pid, link }),
        }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.unsigned_abs()
    }

    /// Brings it into the job's process group, should the job have changed that. Returns whether it is there: it can't
    /// follow into another session.
    #[must_use]
    pub fn follow(&self, job: &Child) -> bool {
        let group = job.group();
        // SAFETY: touches no memory; the id is our child's until it is waited for.
        let own = unsafe { libc::getpgid(self.pid) };
        // SAFETY: as above; a child that has executed nothing can be moved (POSIX.1, setpgid).
        group != -1 && (own == group || unsafe { libc::setpgid(self.pid, group) } == 0)
    }

    /// The next signal that it reports, if there is one before the deadline.
    ///
    /// # Errors
    /// What poll(2) or read(2) say; `UnexpectedEof` when it has ended.
    pub fn next(&self, until: Deadline) -> io::Result<Option<Sighting>> {
        loop {
            match self.read(until)? {
                Some(Message::Sighting(sighting)) => return Ok(Some(sighting)),
                // The answer to a question that was given up.
                Some(Message::Answer) => {}
                None => return Ok(None),
            }
        }
    }

    /// Asks for every signal that it has been sent up to now, and passes each on; waits for the answer until the deadline.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn ask(&self, until: Deadline, mut heard: impl FnMut(Sighting)) -> io::Result<()> {
        self.order(Order::Answer)?;
        while let Some(message) = self.read(until)? {
            match message {
                Message::Sighting(sighting) => heard(sighting),
                Message::Answer => break,
            }
        }
        Ok(())
    }

    /// From now on, it continues this process when the job goes on, where [`can_watch`] says that it can be told, or at this
    /// moment if the job does not: one that is stopped is not told.
    ///
    /// # Errors
    /// What write(2) says.
    pub fn watch(&self, until: Option<Deadline>) -> io::Result<()> {
        self.order(Order::Watch(until.map_or(Duration::MAX, Deadline::to_moment)))
    }

    /// It does so no longer.
    ///
    /// # Errors
    /// What write(2) says.
    pub fn rest(&self) -> io::Result<()> {
        self.order(Order::Rest)
    }

    fn order(&self, order: Order) -> io::Result<()> {
        (&self.link).write_all(&order.encode())?;
        // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
        unsafe { libc::kill(self.pid, libc::SIGCHLD) };
        Ok(())
    }

    fn read(&self, until: Deadline) -> io::Result<Option<Message>> {
        if !is_readable(&self.link, until)? {
            return Ok(None);
        }
        let mut bytes = [0; Message::LENGTH];
        (&self.link).read_exact(&mut bytes)?;
        Ok(Some(Message::decode(&bytes)))
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
        if unsafe { libc::kill(self.pid, libc::SIGKILL) } == -1 {
            // A sandbox may forbid it. It ends with this process.
            return;
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

impl Witness {
    /// Forgets a witness that has ended, and was waited for.
    pub fn forget(self) {
        let mut this = std::mem::ManuallyDrop::new(self);
        // SAFETY: `this` is never used again, and never dropped.
        unsafe { std::ptr::drop_in_place(&raw mut this.link) };
    }
}

/// Whether it can be told here that a process is stopped, so that [`Witness::watch`] needs no moment.
#[must_use]
pub fn can_watch(job: &Child) -> bool {
    os::is_stopped(job.pid).is_some()
}
