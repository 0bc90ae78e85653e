//! What a puppet does: between fork and end, async-signal-safe calls only.

use std::ffi::{CStr, c_int};

use super::{Facts, Order, PUPPETS, Reply, receive, send};

/// The names that puppets know.
const NAMES: [&CStr; 2] = [c"first", c"second"];

const NONE: c_int = -1;

/// One of them.
#[repr(C)]
pub(super) struct Puppet {
    number: usize,
    directory: c_int,
    lines: [c_int; PUPPETS],
    open: [c_int; NAMES.len()],
}

impl Puppet {
    pub(super) fn new(number: usize, directory: c_int, lines: [c_int; PUPPETS]) -> Self {
        Self { number, directory, lines, open: [NONE; NAMES.len()] }
    }
}

/// Does what it is told to, for ever. As a function of C's it ends the process if it should ever panic, which would
/// otherwise go on as the test.
pub(super) extern "C" fn live(puppet: &mut Puppet) -> ! {
    prepare();
    loop {
        let reply = match receive::<Order>(puppet.lines[puppet.number], 0) {
            Some(order) => puppet.perform(order),
            None if errno() == libc::EINTR => continue,
            None => leave(),
        };
        if !send(puppet.lines[puppet.number], &reply) {
            leave();
        }
    }
}

/// Calls are to be interrupted by signals; modes are to be what they are asked to be; and no puppet outlives the test.
fn prepare() {
    extern "C" fn do_nothing(_: c_int) {}
    // SAFETY: plain data for which all bits zero is a value: no flags, no other signals blocked.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = do_nothing as extern "C" fn(c_int) as usize;
    // SAFETY: the handler does nothing, and the old action is not asked for.
    unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) };
    // SAFETY: touches no memory.
    unsafe { libc::umask(0) };
    // SAFETY: touches no memory.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

fn leave() -> ! {
    // SAFETY: ends the process without running anything of the test's.
    unsafe { libc::_exit(1) }
}

fn errno() -> c_int {
    // Reads a number of the thread's own.
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// The answer of a call that says no more than whether it succeeded.
fn done(answer: c_int) -> Reply {
    let errno = if answer == -1 { errno() } else { 0 };
    Reply { errno, value: answer, ..Reply::default() }
}

impl Puppet {
    fn perform(&mut self, order: Order) -> Reply {
        let fd = |descriptor: usize| self.open[descriptor];
        match order {
            Order::Stat { name } => stat(self.directory, NAMES[name], 0),
            Order::Fstat { descriptor } => stat(fd(descriptor), c"", libc::AT_EMPTY_PATH),
            Order::Open { name, flags, mode } => self.open(name, flags, mode),
            Order::Write { descriptor, length } => write(fd(descriptor), length),
            Order::Chmod { descriptor, mode } => chmod(fd(descriptor), mode),
            Order::Unlink { name } => unlink(self.directory, NAMES[name]),
            Order::Link { from, to } => link(self.directory, NAMES[from], NAMES[to]),
            Order::Rename { from, to } => rename(self.directory, NAMES[from], NAMES[to]),
            Order::Flock { descriptor, operation } => flock(fd(descriptor), operation),
            Order::Range { descriptor, command, kind, start, length } => {
                range(fd(descriptor), command, kind, [start, length])
            }
            Order::Close { descriptor } => self.close(descriptor),
            Order::Fork { puppet } => self.fork(puppet),
        }
    }

    fn open(&mut self, name: usize, flags: c_int, mode: u16) -> Reply {
        let flags = libc::O_RDWR | flags;
        let name = NAMES[name].as_ptr();
        // SAFETY: the name is a string that ends with NUL.
        let fd = unsafe { libc::openat(self.directory, name, flags, c_int::from(mode)) };
        let free = self.open.iter().position(|slot| *slot == NONE);
        let (true, Some(free)) = (fd != -1, free) else { return done(-1) };
        self.open[free] = fd;
        Reply { value: free as c_int, ..stat(fd, c"", libc::AT_EMPTY_PATH) }
    }

    fn close(&mut self, descriptor: usize) -> Reply {
        let fd = std::mem::replace(&mut self.open[descriptor], NONE);
        // SAFETY: nobody else in this process uses the descriptor.
        done(unsafe { libc::close(fd) })
    }

    /// fork(2), except that the child is one of the test's, which can then wait for it.
    fn fork(&mut self, number: usize) -> Reply {
        let flags = libc::c_long::from(libc::CLONE_PARENT | libc::SIGCHLD);
        // SAFETY: without a stack of its own and without shared memory, the child goes on here in a copy, as after fork(2).
        let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
        if pid == 0 {
            self.number = number;
            live(self);
        }
        done(pid as c_int)
    }
}

fn write(fd: c_int, length: usize) -> Reply {
    // SAFETY: touches no memory.
    done(unsafe { libc::ftruncate(fd, length as libc::off_t) })
}

fn chmod(fd: c_int, mode: u16) -> Reply {
    // SAFETY: touches no memory.
    done(unsafe { libc::fchmod(fd, mode.into()) })
}

fn unlink(directory: c_int, name: &CStr) -> Reply {
    // SAFETY: the name is a string that ends with NUL.
    done(unsafe { libc::unlinkat(directory, name.as_ptr(), 0) })
}

fn link(directory: c_int, from: &CStr, to: &CStr) -> Reply {
    // SAFETY: the names are strings that end with NUL.
    done(unsafe { libc::linkat(directory, from.as_ptr(), directory, to.as_ptr(), 0) })
}

fn rename(directory: c_int, from: &CStr, to: &CStr) -> Reply {
    // SAFETY: the names are strings that end with NUL.
    done(unsafe { libc::renameat(directory, from.as_ptr(), directory, to.as_ptr()) })
}

fn flock(fd: c_int, operation: c_int) -> Reply {
    // SAFETY: touches no memory.
    done(unsafe { libc::flock(fd, operation) })
}

fn stat(directory: c_int, name: &CStr, flags: c_int) -> Reply {
    // SAFETY: plain data for which all bits zero is a value.
    let mut facts: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the name is a string that ends with NUL; the structure is alive and writable.
    let answer = unsafe { libc::fstatat(directory, name.as_ptr(), &raw mut facts, flags) };
    let facts = Facts {
        file: [facts.st_dev, facts.st_ino],
        links: facts.st_nlink as u64,
        mode: facts.st_mode & 0o7777,
        size: facts.st_size,
    };
    Reply { facts, ..done(answer) }
}

/// A lock call of fcntl(2); the answer's value is the type of the lock in the way, if that was asked for.
fn range(fd: c_int, command: c_int, kind: c_int, [start, length]: [i64; 2]) -> Reply {
    // SAFETY: plain data for which all bits zero is a value.
    let mut record: libc::flock = unsafe { std::mem::zeroed() };
    record.l_type = kind as libc::c_short;
    record.l_whence = libc::SEEK_SET as libc::c_short;
    record.l_start = start;
    record.l_len = length;
    // SAFETY: the record is alive and writable.
    let reply = done(unsafe { libc::fcntl(fd, command, &raw mut record) });
    Reply { value: record.l_type.into(), ..reply }
}
