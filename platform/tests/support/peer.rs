//! A process that opens, locks, unlocks and closes files as it is told.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use withlock_platform::backend::{self, LockBackend, LockError, Mode};

use super::process::{Forked, fork, leave_with, split};

/// A process to give orders to. Files have numbers: the one that `open` opened first is 0.
pub(crate) struct Peer {
    process: Forked,
    orders: BufReader<UnixStream>,
    /// While this end is open, children of the peer live.
    _life: UnixStream,
}

impl Peer {
    /// Starts a process and lets it open `path` for reading and writing, as file 0.
    pub(crate) fn with(path: &Path) -> Self {
        let mut peer = Self::new();
        peer.open(path);
        peer
    }

    pub(crate) fn new() -> Self {
        let (ours, theirs) = UnixStream::pair().expect("socketpair");
        let (life, lease) = UnixStream::pair().expect("socketpair");
        let Some(process) = split() else {
            drop((ours, life));
            leave_with(|| obey(&theirs, &lease));
        };
        Self { process, orders: BufReader::new(ours), _life: life }
    }

    pub(crate) fn pid(&self) -> libc::pid_t {
        self.process.pid()
    }

    pub(crate) fn process(&mut self) -> &mut Forked {
        &mut self.process
    }

    /// Sends an order; [`Peer::answer`] waits for what comes of it.
    pub(crate) fn order(&mut self, order: &str) {
        writeln!(self.orders.get_mut(), "{order}").expect("send an order");
    }

    pub(crate) fn answer(&mut self) -> String {
        let mut line = String::new();
        self.orders.read_line(&mut line).expect("an answer");
        line.trim_end().to_owned()
    }

    pub(crate) fn ask(&mut self, order: &str) -> String {
        self.order(order);
        self.answer()
    }

    pub(crate) fn open(&mut self, path: &Path) {
        assert_eq!(self.ask(&format!("open rw {}", path.display())), "done");
    }

    pub(crate) fn try_lock(&mut self, backend: &dyn LockBackend, mode: Mode) -> String {
        self.ask(&format!("try 0 {} {}", backend.name(), letter(mode)))
    }

    /// Lets the peer wait for the lock of file 0. [`Peer::answer`] tells how that ended.
    pub(crate) fn start_lock(&mut self, backend: &dyn LockBackend, mode: Mode) {
        self.order(&format!("lock 0 {} {}", backend.name(), letter(mode)));
    }

    pub(crate) fn unlock(&mut self, backend: &dyn LockBackend) {
        assert_eq!(self.ask(&format!("unlock 0 {}", backend.name())), "done");
    }

    /// Tells whether the lock could be had, and gives it back.
    pub(crate) fn is_free(&mut self, backend: &dyn LockBackend) -> bool {
        match self.try_lock(backend, Mode::Exclusive).as_str() {
            "granted" => {
                self.unlock(backend);
                true
            }
            "busy" => false,
            other => panic!("{other}"),
        }
    }

    /// A child of the peer, which keeps every descriptor and does nothing. Ends with the peer at the latest.
    pub(crate) fn fork_keeper(&mut self) -> libc::pid_t {
        self.ask("fork").parse().expect("a process id")
    }
}

pub(crate) fn letter(mode: Mode) -> char {
    match mode {
        Mode::Exclusive => 'x',
        Mode::Shared => 's',
    }
}

/// The peer's side: a line an order, a line an answer, until the other side is closed.
fn obey(orders: &UnixStream, lease: &UnixStream) -> i32 {
    let mut answers = orders;
    let mut files = Vec::new();
    for order in BufReader::new(orders).lines() {
        let order = order.expect("an order");
        let answer = carry_out(&order.split(' ').collect::<Vec<_>>(), &mut files, lease);
        writeln!(answers, "{answer}").expect("send an answer");
    }
    0
}

fn carry_out(order: &[&str], files: &mut Vec<Option<File>>, lease: &UnixStream) -> String {
    match *order {
        ["open", access, path] => {
            let opened = OpenOptions::new()
                .read(access.contains('r'))
                .write(access.contains('w'))
                .open(path);
            files.push(Some(opened.expect("open a file")));
        }
        ["dup", number] => {
            let duplicate = of_number(files, number).try_clone().expect("duplicate");
            files.push(Some(duplicate));
        }
        ["close", number] => files[number.parse::<usize>().expect("a number")] = None,
        ["try", number, by, mode] => {
            return word(by_name(by).try_lock(of_number(files, number), of_letter(mode)));
        }
        ["lock", number, by, mode] => {
            return word(by_name(by).lock(of_number(files, number), of_letter(mode)));
        }
        ["unlock", number, by] => {
            return word(by_name(by).unlock(of_number(files, number)).map(|()| "Done"));
        }
        ["handle", signal] => handle(signal.parse().expect("a signal")),
        ["fork-and-end"] => assert!(fork(|| 0).wait().success()),
        ["fork"] => return keeper(lease).to_string(),
        ["keep", number] => keep_on_exec(of_number(files, number)),
        ["spawn"] => return cat(lease).spawn().expect("start cat").id().to_string(),
        ["exec"] => panic!("exec: {}", cat(lease).exec()),
        _ => panic!("what is {order:?}?"),
    }
    "done".into()
}

fn of_number<'a>(files: &'a [Option<File>], number: &str) -> &'a File {
    files[number.parse::<usize>().expect("a number")].as_ref().expect("an open file")
}

fn by_name(name: &str) -> &'static dyn LockBackend {
    backend::all()
        .into_iter()
        .find(|backend| backend.name() == name)
        .expect("a backend of that name")
}

fn of_letter(letter: &str) -> Mode {
    if letter == "x" { Mode::Exclusive } else { Mode::Shared }
}

/// "granted", "busy", "interrupted", "done", or the kind of error with its errno.
fn word(answer: Result<impl std::fmt::Debug, LockError>) -> String {
    match &answer {
        Ok(answer) => format!("{answer:?}").trim_matches('"').to_lowercase(),
        Err(LockError::Unsupported(error)) => {
            format!("unsupported {}", error.raw_os_error().expect("an errno"))
        }
        Err(LockError::Deadlock(error)) => {
            format!("deadlock {}", error.raw_os_error().expect("an errno"))
        }
        Err(LockError::Failed(error)) => {
            format!("failed {}", error.raw_os_error().expect("an errno"))
        }
    }
}

/// A handler that does nothing, without SA_RESTART.
pub(crate) fn handle(signal: i32) {
    extern "C" fn nothing(_: i32) {}
    // SAFETY: plain data, for which all bits zero is a value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = nothing as extern "C" fn(i32) as *const () as usize;
    // SAFETY: the action is alive during the call, and its handler is a function for as long as the process lives.
    let answer = unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
    assert_eq!(answer, 0, "sigaction: {}", std::io::Error::last_os_error());
}

/// A child that keeps every descriptor until the lease ends.
fn keeper(mut lease: &UnixStream) -> libc::pid_t {
    let Some(child) = split() else {
        leave_with(|| i32::from(lease.read(&mut [0]).is_err()));
    };
    // The lease ends it, or the test kills it; it is not waited for.
    child.give_up()
}

pub(crate) fn keep_on_exec(file: &File) {
    // SAFETY: the descriptor is open for as long as `file` is borrowed.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) };
    assert_eq!(answer, 0, "fcntl: {}", std::io::Error::last_os_error());
}

/// A program that does nothing until the lease ends.
fn cat(lease: &UnixStream) -> Command {
    let mut cat = Command::new("cat");
    cat.stdin(std::os::fd::OwnedFd::from(lease.try_clone().expect("duplicate")));
    cat
}
