//! Who holds a lock, as far as the system knows, and what becomes of a process: for messages, and so that nobody waits
//! for itself. Nothing here locks, waits or changes anything.
//!
//! | system | who holds the lock | parent, state and start of a process |
//! |---|---|---|
//! | Linux | /proc/locks and /proc/PID/fdinfo (proc(5)) | /proc/PID/stat |
//! | FreeBSD | - | sysctl(3) `KERN_PROC_PID` |
//! | macOS | - | `proc_pidinfo`, of processes of the same user; root asks of all |
//! | illumos, Solaris | - | /proc/PID/psinfo (proc(5)) |
//! | any other Unix | - | the own parent only |
//!
//! A process id is what this process, or /proc where it is mounted, calls a process: a holder in another container may
//! have another one there, or none here.

use std::fs::File;
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;

use crate::backend::Mode;
use crate::evidence::Facts;

pub mod table;

/// A kind of lock, by the call that takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// flock(2): belongs to an open file description, and is listed with the process that took it.
    Flock,
    /// fcntl(2) or lockf(3): belongs to the process.
    Process,
    /// fcntl(2) with `F_OFD_SETLK`: belongs to an open file description, and is listed without a process.
    Description,
}

/// A lock that the kernel lists on a file, and that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its kind.
    pub kind: Kind,
    /// Whether others may share it.
    pub mode: Mode,
    /// The process that has it, or that took it for an open file description. That one may have ended since, and its id
    /// be used again.
    pub pid: Option<u32>,
}

/// Whether a process holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It has the lock, or a descriptor of the open file description that has it. The kernel says so.
    Yes,
    /// It has not, or there is no such process. The kernel says so.
    No,
    /// The system can't tell, or may not tell this user.
    Unknown,
}

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// There is no process of this id.
    Gone,
    /// There is one.
    Here(Process),
    /// There may be one, of which this system or user can't know more.
    Unknown,
}

/// A process that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its parent.
    pub parent: u32,
    /// What it does.
    pub state: State,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or sleeps.
    Runs,
    /// It was stopped, as by SIGSTOP or ^Z.
    Stopped,
    /// It has ended, and nobody has waited for it yet.
    Ended,
}

/// At most so many generations are gone up.
const GENERATIONS: usize = 256;

/// The locks that the kernel lists on one file.
#[derive(Debug)]
pub struct List(listed::List);

impl List {
    /// Whether this system lists locks. Even so, a process may not get to see the list, as without /proc.
    pub const EXISTS: bool = listed::EXISTS;

    /// Asks for the locks on an open file. `None` where the system does not list them.
    #[must_use]
    pub fn of(file: &File) -> Option<Self> {
        listed::List::of(file).map(Self)
    }

    /// The locks that are held on any part of what withlock locks.
    #[must_use]
    pub fn locks(&self) -> &[Listed] {
        self.0.locks()
    }

    /// Whether a process has one of the locks that are `relevant`.
    #[must_use]
    pub fn holds(&self, pid: u32, relevant: &dyn Fn(&Listed) -> bool) -> Holds {
        self.0.holds(pid, relevant)
    }
}

/// How many descriptors are looked at: a job gets a lock's at the lowest free number from 10 on.
const DESCRIPTORS: usize = 61;
/// The first of them: the standard ones are not a lock's.
const FIRST: RawFd = 3;

/// Whether this process has another descriptor of the same file, among the lower numbers.
#[must_use]
pub fn has_another(file: &File) -> bool {
    let own = file.as_raw_fd();
    let Ok(wanted) = Facts::of(file) else {
        return true;
    };
    open_descriptors()
        .filter(|fd| *fd != own)
        .any(|fd| crate::directory::identity_of(fd) == Some(wanted.identity))
}

/// Those that are looked at and open, or that may be, by one call.
fn open_descriptors() -> impl Iterator<Item = RawFd> {
    let mut all: [libc::pollfd; DESCRIPTORS] = std::array::from_fn(|index| libc::pollfd {
        fd: FIRST + index as RawFd,
        events: 0,
        revents: 0,
    });
    // SAFETY: the array has so many members, and is alive during the call, which waits for nothing (POSIX.1, poll). Where
    // it fails, as under a low limit on descriptors, all count as open.
    unsafe { libc::poll(all.as_mut_ptr(), DESCRIPTORS as libc::nfds_t, 0) };
    all.into_iter().filter(|one| one.revents & libc::POLLNVAL == 0).map(|one| one.fd)
}

/// What is known of the process with this id.
#[must_use]
pub fn life(pid: u32) -> Life {
    match life::of(pid) {
        Some(process) => Life::Here(process),
        None if crate::process::exists(pid) => Life::Unknown,
        None => Life::Gone,
    }
}

/// How long ago a process was started, to a second or better. `None` where that is not known.
#[must_use]
pub fn age(pid: u32) -> Option<Duration> {
    life::age(pid)
}

/// This process, its parent, and so on, as far as is known.
#[must_use]
pub fn ancestry() -> Vec<u32> {
    let (own, parent) = life::own();
    let mut line = vec![own];
    let mut next = Some(parent);
    while let Some(pid) = next.filter(|pid| *pid > 0 && !line.contains(pid)) {
        line.push(pid);
        if line.len() >= GENERATIONS {
            break;
        }
        next = life::of(pid).map(|process| process.parent);
    }
    line
}

/// The words of a process's command line, as it tells them itself. `None` where the system does not say.
///
/// They lie in the memory of the process, so whoever runs it may be able to let this call hang.
#[must_use]
pub fn command(pid: u32) -> Option<Vec<String>> {
    life::command(pid)
}

/// The name of a process: of its program, or what it calls itself. The kernel keeps it. `None` where it does not say.
#[must_use]
pub fn name(pid: u32) -> Option<String> {
    life::name(pid)
}

/// The effective user of a process, or root. `None` where the system does not say.
#[must_use]
pub fn user(pid: u32) -> Option<u32> {
    life::user(pid)
}

/// The ids that a process has in the containers it is in, outermost first. `None` where the system does not say.
#[must_use]
pub fn ids(pid: u32) -> Option<Vec<u32>> {
    life::ids(pid)
}

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        #[path = "descriptors_linux.rs"]
        mod descriptors;
        #[path = "listed_linux.rs"]
        mod listed;
        #[path = "life_linux.rs"]
        mod life;
    } else if #[cfg(target_os = "freebsd")] {
        #[path = "listed_nowhere.rs"]
        mod listed;
        #[path = "life_freebsd.rs"]
        mod life;
    } else if #[cfg(target_os = "macos")] {
        #[path = "listed_nowhere.rs"]
        mod listed;
        #[path = "life_macos.rs"]
        mod life;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        #[path = "listed_nowhere.rs"]
        mod listed;
        #[path = "life_solarish.rs"]
        mod life;
    } else {
        #[path = "listed_nowhere.rs"]
        mod listed;
        #[path = "life_unknown.rs"]
        mod life;
    }
}

cfg_if::cfg_if! {
    if #[cfg(not(any(target_os = "linux", target_os = "android")))] {
        #[path = "silent.rs"]
        mod silent;
    }
}
