//! Processes that make one system call each time they are told to, and answer what came of it (Linux).
//!
//! They are forks of the test itself. They allocate nothing and never return, as the test may have other threads, whose
//! locks nobody would ever release in a fork.

mod life;

use std::ffi::c_int;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Instant;

use crate::support::{self, PATIENCE, procfs};
use life::Puppet;

/// How many puppets there may be at once.
pub(crate) const PUPPETS: usize = 6;

/// A system call. Names and descriptors are numbers from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    Stat {
        name: usize,
    },
    /// open(2) with these flags besides `O_RDWR`, and fstat(2).
    Open {
        name: usize,
        flags: c_int,
        mode: u16,
    },
    Fstat {
        descriptor: usize,
    },
    /// Makes the file this long.
    Write {
        descriptor: usize,
        length: usize,
    },
    Chmod {
        descriptor: usize,
        mode: u16,
    },
    Unlink {
        name: usize,
    },
    Link {
        from: usize,
        to: usize,
    },
    Rename {
        from: usize,
        to: usize,
    },
    Flock {
        descriptor: usize,
        operation: c_int,
    },
    /// A lock call of fcntl(2).
    Range {
        descriptor: usize,
        command: c_int,
        kind: c_int,
        start: i64,
        length: i64,
    },
    Close {
        descriptor: usize,
    },
    Fork {
        puppet: usize,
    },
}

/// What the kernel said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reply {
    /// 0, or why the call failed.
    pub(crate) errno: c_int,
    /// A descriptor, a process, or a type of lock.
    pub(crate) value: c_int,
    /// Of the calls that ask for it.
    pub(crate) facts: Facts,
}

/// Some of what stat(2) tells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts {
    /// Device and inode.
    pub(crate) file: [u64; 2],
    pub(crate) links: u64,
    pub(crate) mode: u32,
    pub(crate) size: i64,
}

/// The puppets, and the lines to them.
pub(crate) struct Troupe {
    directory: File,
    /// The near end and the far end of the line to each puppet. All puppets have all of them, for their children.
    lines: [(UnixDatagram, UnixDatagram); PUPPETS],
    processes: [Option<u32>; PUPPETS],
}

impl Troupe {
    /// No puppet yet; their names will be in this directory.
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            directory: File::open(directory).unwrap(),
            lines: std::array::from_fn(|_| UnixDatagram::pair().unwrap()),
            processes: [None; PUPPETS],
        }
    }

    pub(crate) fn is_alive(&self, number: usize) -> bool {
        self.processes[number].is_some()
    }

    /// Starts a puppet, which has nothing open.
    pub(crate) fn start(&mut self, number: usize) {
        let lines = self.lines.each_ref().map(|(_, far)| far.as_raw_fd());
        let mut puppet = Puppet::new(number, self.directory.as_raw_fd(), lines);
        // SAFETY: the child makes async-signal-safe calls only, and never returns.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            life::live(&mut puppet);
        }
        assert_ne!(pid, -1, "fork");
        self.processes[number] = u32::try_from(pid).ok();
    }

    /// Tells a puppet what to do next.
    pub(crate) fn tell(&mut self, number: usize, order: Order) {
        assert!(send(self.near(number), &order), "puppet {number}: {}", io::Error::last_os_error());
    }

    /// What a puppet answers that was told something; `None` once it sleeps in a lock call. It does not matter, except for
    /// the time it takes, what is expected.
    pub(crate) fn answer(&self, number: usize, is_expected: bool) -> Option<Reply> {
        let start = Instant::now();
        loop {
            if is_expected {
                self.wait_a_moment(number);
            }
            let reply = receive(self.near(number), libc::MSG_DONTWAIT);
            if reply.is_some() || self.waits(number) {
                return reply;
            }
            assert!(start.elapsed() < PATIENCE, "puppet {number} neither answers nor sleeps");
            std::thread::yield_now();
        }
    }

    /// How many times a puppet has fallen asleep. One that waits for a lock before and after, and with the same number, was
    /// asleep all the time.
    pub(crate) fn naps(&self, number: usize) -> Option<u64> {
        procfs::status(self.pid(number), "voluntary_ctxt_switches")?.parse().ok()
    }

    /// Whether it can be seen here in what a process sleeps, once it does.
    pub(crate) fn can_watch(&mut self) -> bool {
        self.start(0);
        let start = Instant::now();
        while sleeps_in(self.pid(0)) == "0" && start.elapsed() < PATIENCE {
            std::thread::yield_now();
        }
        let can_watch = sleeps_in(self.pid(0)) != "0";
        self.kill(0);
        can_watch
    }

    /// The answer to [`Order::Fork`] was this process.
    pub(crate) fn adopt(&mut self, number: usize, reply: Reply) {
        self.processes[number] = u32::try_from(reply.value).ok();
    }

    /// Runs a signal handler in a puppet.
    pub(crate) fn interrupt(&self, number: usize) {
        support::kill(self.pid(number), libc::SIGUSR1);
    }

    /// Kills a puppet, and waits until it is gone, with all that it had open.
    pub(crate) fn kill(&mut self, number: usize) {
        let Some(pid) = self.processes[number].take() else { return };
        support::kill(pid, libc::SIGKILL);
        // SAFETY: the status is not asked for.
        let waited = unsafe { libc::waitpid(pid as i32, std::ptr::null_mut(), 0) };
        assert_eq!(waited, pid as i32, "waitpid");
        // What it had not read, or had said unheard, is not for the next one.
        let (near, far) = &self.lines[number];
        while receive::<Order>(far.as_raw_fd(), libc::MSG_DONTWAIT).is_some() {}
        while receive::<Reply>(near.as_raw_fd(), libc::MSG_DONTWAIT).is_some() {}
    }

    fn near(&self, number: usize) -> c_int {
        self.lines[number].0.as_raw_fd()
    }

    fn pid(&self, number: usize) -> u32 {
        self.processes[number].unwrap()
    }

    /// Whether it sleeps in a lock call: not on its way there or back, but off the processor.
    fn waits(&self, number: usize) -> bool {
        let function = sleeps_in(self.pid(number));
        function.contains("lock_inode_wait") || function.contains("setlk")
    }

    /// Sleeps until the puppet has answered, but not for long.
    fn wait_a_moment(&self, number: usize) {
        let mut answer = libc::pollfd { fd: self.near(number), events: libc::POLLIN, revents: 0 };
        // SAFETY: one structure, alive and writable.
        unsafe { libc::poll(&raw mut answer, 1, 10) };
    }
}

impl Drop for Troupe {
    fn drop(&mut self) {
        (0..PUPPETS).for_each(|number| self.kill(number));
    }
}

/// The kernel function that a process sleeps in; `0` if it does not, and nowhere else (kernel/sched/core.c, `get_wchan`).
fn sleeps_in(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap()
}

/// Between forks of one program, plain data may be sent as it lies in memory.
trait Message: Copy {}
impl Message for Order {}
impl Message for Reply {}

fn send<T: Message>(line: c_int, message: &T) -> bool {
    // SAFETY: the memory is that of the message.
    unsafe { libc::send(line, (&raw const *message).cast(), size_of::<T>(), 0) != -1 }
}

fn receive<T: Message>(line: c_int, flags: c_int) -> Option<T> {
    let mut message = MaybeUninit::<T>::uninit();
    // SAFETY: the memory is that of the message.
    let length = unsafe { libc::recv(line, message.as_mut_ptr().cast(), size_of::<T>(), flags) };
    // SAFETY: a datagram comes whole, and `send` has put a value of this type into it.
    (length != -1).then(|| unsafe { message.assume_init() })
}
