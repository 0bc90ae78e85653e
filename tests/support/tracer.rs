//! Runs a program from system call to system call (ptrace(2)), so that it can be held up right before any of them.
//! No signal is needed for that, and so the program sees none that it would not see otherwise.

use std::io;
use std::marker::PhantomData;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};

/// A program that stops at every system call. The kernel takes orders from the thread that has started it only.
pub(crate) struct Tracee {
    pid: libc::pid_t,
    /// The signal that it has stopped for, and gets when it goes on.
    signal: i32,
    has_ended: bool,
    bound_to_thread: PhantomData<*const ()>,
}

/// How far to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resume {
    /// To the next system call, entering or leaving it.
    ToNextCall,
    /// To the end.
    ToEnd,
}

/// Why it has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is about to make a system call of this number, with this first argument.
    Entering { number: i64, first: u64 },
    /// It has made one, or is about to take a signal.
    Other,
    /// It has ended.
    Ended(ExitStatus),
}

/// `struct ptrace_syscall_info` of <linux/ptrace.h>, as far as an entry fills it.
#[repr(C)]
#[derive(Default)]
struct CallInfo {
    operation: u8,
    padding: [u8; 3],
    architecture: u32,
    instruction: u64,
    stack: u64,
    number: u64,
    arguments: [u64; 6],
}

const ENTRY: u8 = 1;

impl Tracee {
    /// Starts a program and stops it before its first instruction.
    ///
    /// # Errors
    /// What fork, exec and ptrace(2) say; a sandbox may forbid tracing.
    pub(crate) fn start(command: &mut Command) -> io::Result<(Self, Child)> {
        let ask = || {
            // SAFETY: touches no memory; async-signal-safe, being a plain system call.
            match unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) } {
                -1 => Err(io::Error::last_os_error()),
                _ => Ok(()),
            }
        };
        // SAFETY: between fork and exec the closure makes one plain system call, and allocates nothing.
        unsafe { command.pre_exec(ask) };
        let child = command.spawn()?;
        let pid = child.id() as libc::pid_t;
        let mut tracee = Self { pid, signal: 0, has_ended: false, bound_to_thread: PhantomData };
        while tracee.look()?.is_none() {
            std::thread::yield_now();
        }
        tracee.signal = 0;
        let options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_EXITKILL;
        // SAFETY: touches no memory of ours; the tracee is stopped.
        let answer = unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, options) };
        if answer == -1 { Err(io::Error::last_os_error()) } else { Ok((tracee, child)) }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid as u32
    }

    /// Lets it go on; it must have stopped.
    pub(crate) fn resume(&mut self, how: Resume) {
        let request = match how {
            Resume::ToNextCall => libc::PTRACE_SYSCALL,
            Resume::ToEnd => libc::PTRACE_CONT,
        };
        let signal = std::mem::take(&mut self.signal);
        // SAFETY: touches no memory of ours.
        let answer = unsafe { libc::ptrace(request, self.pid, 0, signal) };
        assert_eq!(answer, 0, "{}", io::Error::last_os_error());
    }

    /// Whether it has stopped meanwhile; does not wait for it.
    ///
    /// # Errors
    /// What waitpid(2) says.
    pub(crate) fn look(&mut self) -> io::Result<Option<Stop>> {
        let mut status = 0;
        // SAFETY: `status` is writable.
        match unsafe { libc::waitpid(self.pid, &raw mut status, libc::__WALL | libc::WNOHANG) } {
            -1 => Err(io::Error::last_os_error()),
            0 => Ok(None),
            _ => Ok(Some(self.stop_of(status))),
        }
    }

    fn stop_of(&mut self, status: libc::c_int) -> Stop {
        if !libc::WIFSTOPPED(status) {
            self.has_ended = true;
            return Stop::Ended(ExitStatus::from_raw(status));
        }
        let signal = libc::WSTOPSIG(status);
        if signal != libc::SIGTRAP | 0x80 {
            self.signal = signal;
            return Stop::Other;
        }
        let info = self.call();
        if info.operation != ENTRY {
            return Stop::Other;
        }
        Stop::Entering { number: info.number as i64, first: info.arguments[0] }
    }

    fn call(&self) -> CallInfo {
        let mut info = CallInfo::default();
        let size = size_of::<CallInfo>();
        // SAFETY: the kernel writes at most `size` bytes to `info` (PTRACE_GET_SYSCALL_INFO).
        let answer = unsafe { libc::ptrace(0x420e, self.pid, size, &raw mut info) };
        assert!(answer > 0, "{}", io::Error::last_os_error());
        info
    }
}

impl Drop for Tracee {
    fn drop(&mut self) {
        if !self.has_ended {
            // SAFETY: touches no memory; our own child, not waited for yet.
            unsafe { libc::kill(self.pid, libc::SIGKILL) };
            let mut status = 0;
            // SAFETY: `status` is writable.
            unsafe { libc::waitpid(self.pid, &raw mut status, libc::__WALL) };
        }
    }
}
