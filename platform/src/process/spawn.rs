//! Starting the job, in the caller's process group, and learning how it ended.

use std::ffi::{CString, OsStr, OsString, c_char};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::environment::Environment;
use super::{Receive, Signal, Signals, launch, launch_portable};
use crate::text::c_string;

/// What to start.
#[derive(Debug)]
pub struct Command<'a> {
    /// The program: looked up in PATH if it has no slash (execvp(3)).
    pub program: &'a OsStr,
    /// Its arguments, without its own name.
    pub arguments: &'a [OsString],
    /// Environment variables to set on top of the caller's.
    pub environment: &'a [(&'a str, OsString)],
    /// A file that the job inherits, on a descriptor from 10 on, where shell scripts' own redirections do not reach.
    pub inherits: Option<&'a File>,
}

/// A job that was started and whose end has not been seen.
#[derive(Debug)]
pub struct Child {
    pid: libc::pid_t,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It exited with this status, 0 to 255.
    Exited(i32),
    /// It died of this signal.
    Signaled(Signal),
}

impl Status {
    /// As waitpid(2) tells it of a process that has ended.
    fn of(status: libc::c_int) -> Self {
        if libc::WIFSIGNALED(status) {
            Self::Signaled(libc::WTERMSIG(status))
        } else {
            Self::Exited(libc::WEXITSTATUS(status))
        }
    }
}

/// A way to start a program as a child.
type Launch<R> = fn(&Command<'_>, &Signals<R>) -> io::Result<libc::pid_t>;

impl Command<'_> {
    /// Starts the job with the caller's signal mask and dispositions. A file that the system can't execute itself, but
    /// that may be executed, is handed to `/bin/sh`, as execvp(3) does.
    ///
    /// # Errors
    /// What exec says: `ENOENT` and `ENOTDIR` when there is no such program, `EACCES` when it may not be executed; or
    /// what fork says, `EAGAIN`.
    pub fn start<R: Receive>(&self, signals: &Signals<R>) -> io::Result<Child> {
        self.start_with(signals, launch::launch)
    }

    /// The same in the way that any Unix has, for the tests.
    ///
    /// # Errors
    /// As [`Self::start`].
    #[doc(hidden)]
    pub fn start_portably<R: Receive>(&self, signals: &Signals<R>) -> io::Result<Child> {
        self.start_with(signals, launch_portable::launch)
    }

    fn start_with<R: Receive>(&self, signals: &Signals<R>, launch: Launch<R>) -> io::Result<Child> {
        let inherited = self.inherits.map(inheritable).transpose()?;
        let answer = self.start_as_is(signals, launch);
        let answer = match answer {
            Err(error) if error.raw_os_error() == Some(libc::ENOEXEC) => {
                self.start_by_shell(signals, launch)
            }
            // A directory in PATH may not be searched: that is no word about a program, and shells do not take it for
            // one.
            Err(error)
                if error.raw_os_error() == Some(libc::EACCES) && !is_in_path(self.program) =>
            {
                Err(io::Error::from_raw_os_error(libc::ENOENT))
            }
            answer => answer,
        };
        drop(inherited);
        answer
    }

    fn start_as_is<R: Receive>(
        &self,
        signals: &Signals<R>,
        launch: Launch<R>,
    ) -> io::Result<Child> {
        launch(self, signals).map(|pid| Child { pid })
    }

    fn start_by_shell<R: Receive>(
        &self,
        signals: &Signals<R>,
        launch: Launch<R>,
    ) -> io::Result<Child> {
        let mut arguments = vec![find(self.program)];
        arguments.extend_from_slice(self.arguments);
        let command = Command {
            program: OsStr::new("/bin/sh"),
            arguments: &arguments,
            environment: self.environment,
            inherits: None,
        };
        command.start_as_is(signals, launch)
    }
}

/// A command in the form that exec takes.
pub(super) struct Program {
    argv: Vec<*const c_char>,
    /// What these point to; the program's own name first.
    _words: Vec<CString>,
    environment: Environment,
}

impl Program {
    pub(super) fn new(command: &Command<'_>) -> io::Result<Self> {
        let words = std::iter::once(command.program)
            .chain(command.arguments.iter().map(OsString::as_os_str))
            .map(c_string)
            .collect::<io::Result<Vec<_>>>()?;
        let argv = words.iter().map(|word| word.as_ptr()).chain([std::ptr::null()]).collect();
        Ok(Self { argv, _words: words, environment: Environment::with(command.environment)? })
    }

    /// The program's name.
    pub(super) fn path(&self) -> *const c_char {
        // There is at least the program's name.
        self.argv[0]
    }

    pub(super) fn argv(&self) -> *const *const c_char {
        self.argv.as_ptr()
    }

    pub(super) fn envp(&self) -> *const *const c_char {
        self.environment.as_ptr()
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
        // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
        let theirs = unsafe { libc::getpgid(self.pid) };
        // SAFETY: cannot fail and touches no memory (POSIX.1, getpgrp).
        theirs == unsafe { libc::getpgrp() }
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// What waitpid(2) says; never `EINTR`.
    pub fn ended(&self) -> io::Result<Option<Status>> {
        let mut status = 0;
        loop {
            // SAFETY: `status` is writable; this is our own child, and its id is ours until it is waited for.
            match unsafe { libc::waitpid(self.pid, &raw mut status, libc::WNOHANG) } {
                -1 => {
                    let error = io::Error::last_os_error();
                    // POSIX.1 allows it even of a call that does not sleep.
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Err(error);
                    }
                }
                0 => return Ok(None),
                _ => return Ok(Some(Status::of(status))),
            }
        }
    }

    /// Sends it a signal. A job that has ended, but was not waited for, ignores it.
    ///
    /// # Errors
    /// What kill(2) says, such as `EPERM` when the job has changed its user.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
        if unsafe { libc::kill(self.pid, signal) } == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}

/// A duplicate that the next exec does not close, from 10 on if the limit on descriptors allows.
fn inheritable(file: &File) -> io::Result<OwnedFd> {
    for lowest in [10, 3] {
        // SAFETY: the descriptor is open for as long as `file` is borrowed.
        let fd = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD, lowest) };
        if fd != -1 {
            // SAFETY: the kernel has just made this descriptor, so nobody else owns it.
            return Ok(unsafe { OwnedFd::from_raw_fd(fd) });
        }
    }
    Err(io::Error::last_os_error())
}

/// The file that execvp(3) finds for a program's name: the first file in PATH that may be executed. (A directory may be
/// "executed", too, says access(2).)
fn find(program: &OsStr) -> OsString {
    candidates(program)
        .find(|file| file.is_file() && may_execute(file.as_os_str()))
        .map_or_else(|| program.into(), Into::into)
}

/// Whether there is such a file at all, executable or not. A name with a slash does not ask PATH.
fn is_in_path(program: &OsStr) -> bool {
    has_slash(program) || candidates(program).any(|file| file.is_file())
}

pub(super) fn has_slash(program: &OsStr) -> bool {
    program.as_bytes().contains(&b'/')
}

/// Where programs are looked up if there is no PATH (confstr(3), `_CS_PATH`, on Linux).
const WITHOUT_PATH: &str = "/bin:/usr/bin";

/// Where a program of this name would be: in each directory of PATH, or, with a slash in its name, just there.
pub(super) fn candidates(program: &OsStr) -> impl Iterator<Item = PathBuf> + '_ {
    let path = std::env::var_os("PATH").unwrap_or_else(|| WITHOUT_PATH.into());
    let directories: Vec<PathBuf> = if has_slash(program) {
        vec![PathBuf::new()]
    } else {
        std::env::split_paths(&path).collect()
    };
    directories.into_iter().map(move |directory| directory.join(program))
}

fn may_execute(file: &OsStr) -> bool {
    c_string(file).is_ok_and(|file| {
        // SAFETY: the string ends with NUL.
        unsafe { libc::access(file.as_ptr(), libc::X_OK) == 0 }
    })
}
