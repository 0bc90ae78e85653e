//! A witness: a child in the job's process group that has every signal held, and reports each that it is sent.
//!
//! What is sent to this process may have been sent to the job as well: to the whole process group, or to each process of a
//! service. No system tells that of a signal. But what has reached the witness from the same sender has reached the job.
//!
//! It does nothing else, has no files but the one end of a pair of sockets, and ends with this process, however that ends.
//! It takes its orders through the pair; SIGCHLD says that there is one. (It has no children, so nobody else sends that.)

use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::{Arrival, Child, Receive, Sender, Signal, Signals, companion, moment};

/// What ps(1) shows. Not this program's own name: a signal for all programs of that name is not for the job.
const NAME: &std::ffi::CStr = c"signal-witness";
const TITLE: &[u8] = b"signal-witness: notes signals sent to a whole process group or service";

/// How often it looks whether its parent lives, where the system will not say when it ends.
const PARENT: Duration = Duration::from_secs(1);
/// How often it looks whether a stopped job goes on.
const STOPPED: Duration = Duration::from_millis(100);

/// Orders.
const ANSWER: u8 = b'?';
const WATCH: u8 = b'w';
const REST: u8 = b'r';

/// A signal that the witness was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which one, and by whom.
    pub arrival: Arrival,
    /// When it was taken, as [`moment`] counts.
    pub at: Duration,
}

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

    /// The next signal that it reports, if there is one in so long a time.
    ///
    /// # Errors
    /// What poll(2) or read(2) say; `UnexpectedEof` when it has ended.
    pub fn next(&self, within: Duration) -> io::Result<Option<Sighting>> {
        loop {
            match self.read(within)? {
                Some(Message::Sighting(sighting)) => return Ok(Some(sighting)),
                // The answer to a question that was given up.
                Some(Message::Answer) => {}
                None => return Ok(None),
            }
        }
    }

    /// Asks for every signal that it has been sent up to now, and passes each on; waits for the answer for so long.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn ask(&self, within: Duration, mut heard: impl FnMut(Sighting)) -> io::Result<()> {
        self.order(ANSWER)?;
        let end = moment() + within;
        while let Some(message) = self.read(end.saturating_sub(moment()))? {
            match message {
                Message::Sighting(sighting) => heard(sighting),
                Message::Answer => break,
            }
        }
        Ok(())
    }

    /// From now on, or no longer, it continues this process when the job goes on: one that is stopped is not told.
    ///
    /// # Errors
    /// What write(2) says.
    pub fn watch(&self, on: bool) -> io::Result<()> {
        self.order(if on { WATCH } else { REST })
    }

    fn order(&self, order: u8) -> io::Result<()> {
        (&self.link).write_all(&[order])?;
        // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
        unsafe { libc::kill(self.pid, libc::SIGCHLD) };
        Ok(())
    }

    fn read(&self, within: Duration) -> io::Result<Option<Message>> {
        if !is_readable(&self.link, within)? {
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
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
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

/// Whether there is something to read, in so long a time.
fn is_readable(link: &UnixStream, within: Duration) -> io::Result<bool> {
    let mut wanted = libc::pollfd { fd: link.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // A started millisecond counts, so that nobody asks again and again in the last one.
    let milliseconds = within.as_micros().div_ceil(1000).min(i32::MAX as u128) as libc::c_int;
    // SAFETY: one struct, alive during the call.
    match unsafe { libc::poll(&raw mut wanted, 1, milliseconds) } {
        -1 => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            error => Err(error),
        },
        count => Ok(count > 0),
    }
}

/// What the witness says.
enum Message {
    Sighting(Sighting),
    Answer,
}

impl Message {
    const LENGTH: usize = 16;

    /// The signal's number, 0 for an answer; the sender's process id, or one of two numbers below; the time.
    fn encode(&self) -> [u8; Self::LENGTH] {
        let (signal, sender, at) = match self {
            Self::Answer => (0, 0, Duration::ZERO),
            Self::Sighting(Sighting { arrival: Arrival { signal, sender }, at }) => {
                let sender = match sender {
                    Sender::Process(pid) => *pid,
                    Sender::Kernel => -1,
                    Sender::Unknown => -2,
                };
                (*signal, sender, *at)
            }
        };
        let mut bytes = [0; Self::LENGTH];
        bytes[..4].copy_from_slice(&signal.to_ne_bytes());
        bytes[4..8].copy_from_slice(&sender.to_ne_bytes());
        bytes[8..].copy_from_slice(&(at.as_nanos() as u64).to_ne_bytes());
        bytes
    }

    fn decode(bytes: &[u8; Self::LENGTH]) -> Self {
        let (mut word, mut time) = ([0; 4], [0; 8]);
        word.copy_from_slice(&bytes[..4]);
        let signal = Signal::from_ne_bytes(word);
        word.copy_from_slice(&bytes[4..8]);
        let sender = match i32::from_ne_bytes(word) {
            -1 => Sender::Kernel,
            -2 => Sender::Unknown,
            pid => Sender::Process(pid),
        };
        time.copy_from_slice(&bytes[8..]);
        let at = Duration::from_nanos(u64::from_ne_bytes(time));
        if signal == 0 {
            Self::Answer
        } else {
            Self::Sighting(Sighting { arrival: Arrival { signal, sender }, at })
        }
    }
}

/// What the witness does, in its own process.
struct Post<'a, R: Receive> {
    signals: &'a Signals<R>,
    link: UnixStream,
    parent: libc::pid_t,
    job: libc::pid_t,
}

impl<R: Receive> Post<'_, R> {
    /// Returns when there is nobody left to report to.
    fn stand(&self) {
        let is_tied = companion::die_with_parent();
        companion::rename(NAME, TITLE);
        companion::close_all_but(self.link.as_raw_fd());
        let mut is_watching = false;
        while self.has_parent() {
            let within = match (is_watching, is_tied) {
                (true, _) => Some(STOPPED),
                (false, true) => None,
                (false, false) => Some(PARENT),
            };
            let continued = match self.signals.receiver().next(within) {
                Ok(Some(arrival)) if arrival.signal == libc::SIGCHLD => self.obey(&mut is_watching),
                Ok(Some(arrival)) => self.report(arrival),
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if continued.is_err() {
                return;
            }
            if is_watching {
                self.wake_parent();
            }
        }
    }

    fn has_parent(&self) -> bool {
        // SAFETY: cannot fail and touches no memory (POSIX.1, getppid).
        unsafe { libc::getppid() == self.parent }
    }

    fn report(&self, arrival: Arrival) -> io::Result<()> {
        self.say(&Message::Sighting(Sighting { arrival, at: moment() }))
    }

    /// Waits while the pair is full: what the witness is sent stays pending meanwhile.
    fn say(&self, message: &Message) -> io::Result<()> {
        (&self.link).write_all(&message.encode())
    }

    /// Everything that is pending comes before the answer.
    fn obey(&self, is_watching: &mut bool) -> io::Result<()> {
        while let Some(arrival) = self.signals.receiver().next(Some(Duration::ZERO))? {
            if arrival.signal != libc::SIGCHLD {
                self.report(arrival)?;
            }
        }
        let mut order = [0];
        while is_readable(&self.link, Duration::ZERO)? {
            (&self.link).read_exact(&mut order)?;
            match order[0] {
                ANSWER => self.say(&Message::Answer)?,
                other => *is_watching = other == WATCH,
            }
        }
        Ok(())
    }

    /// Continues the parent, if that was stopped with its job, and the job goes on or has ended.
    fn wake_parent(&self) {
        let is_stopped = companion::is_stopped;
        if is_stopped(self.job) == Some(false) && is_stopped(self.parent) == Some(true) {
            // SAFETY: touches no memory; our parent, so its id names nobody else.
            unsafe { libc::kill(self.parent, libc::SIGCONT) };
        }
    }
}

/// Whether it can be told here that a process is stopped, so that [`Witness::watch`] does what it says.
#[must_use]
pub fn can_watch(job: &Child) -> bool {
    companion::is_stopped(job.pid).is_some()
}
