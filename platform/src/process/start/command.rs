//! What to start, and where: the first file of its name that can be executed.

use std::ffi::{CStr, OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use super::child::Child;
use super::error::{StartError, Started};
use super::program::Program;
use super::{execve, native_launch, posix_spawn, search};
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;

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

/// A way to start a program: this very file, under the name that the command has.
pub(super) type Launch<R, T> = fn(&Program<'_>, &CStr, &Signals<R>) -> Started<T>;

/// What execvp(3) says of a file that is none to be executed, so that the next one in PATH is tried.
const NOT_THIS_ONE: [i32; 6] =
    [libc::EACCES, libc::ENOENT, libc::ENOTDIR, libc::ESTALE, libc::ENODEV, libc::ETIMEDOUT];

impl Command<'_> {
    /// Starts the job with the caller's signal mask and dispositions. A file that the system can't execute itself, but
    /// that may be executed, is handed to `/bin/sh`, as execvp(3) does.
    ///
    /// Where the program lies is made out before there is a process: between the moment in which signals act on that and
    /// the moment in which it is the program, there is one call.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start<R: Receive>(&self, signals: &Signals<R>) -> Started<Child> {
        self.start_with(signals, native_launch::launch)
    }

    /// The same in the way that any Unix has, for the tests.
    ///
    /// # Errors
    /// As [`Self::start`].
    #[doc(hidden)]
    pub fn start_portably<R: Receive>(&self, signals: &Signals<R>) -> Started<Child> {
        self.start_with(signals, posix_spawn::launch)
    }

    /// Executes the program in this very process, as [`Self::start`] would have started it: with the caller's signal mask
    /// and dispositions, under which what is pending acts before or after. Returns only if there is no program to be
    /// executed; the signals are held back again then.
    #[must_use]
    pub fn execute<R: Receive>(&self, signals: &Signals<R>) -> StartError {
        let inherited = match self.inherits.map(inheritable).transpose() {
            Ok(inherited) => inherited,
            Err(error) => return StartError::Process(error),
        };
        let failed = signals.let_act(|| self.start_first(signals, execve::launch));
        drop(inherited);
        match failed {
            Ok(Err(error)) => error,
            Err(error) => StartError::Process(error),
        }
    }

    fn start_with<R: Receive>(
        &self,
        signals: &Signals<R>,
        launch: Launch<R, libc::pid_t>,
    ) -> Started<Child> {
        let inherited = self.inherits.map(inheritable).transpose().map_err(StartError::Process)?;
        let answer = self.start_first(signals, launch);
        drop(inherited);
        answer.map(|pid| Child { pid })
    }

    /// Starts the first file of that name that can be executed.
    fn start_first<R: Receive, T>(&self, signals: &Signals<R>, launch: Launch<R, T>) -> Started<T> {
        let program = Program::new(self.program, self.arguments, self.environment)
            .map_err(StartError::Program)?;
        let mut refused = None;
        let mut last = StartError::Program(io::Error::from_raw_os_error(libc::ENOENT));
        for file in search::files(self.program) {
            let file = file.map_err(StartError::Program)?;
            last = match launch(&program, &file, signals) {
                Err(error) if error.errno() == Some(libc::ENOEXEC) => {
                    return self.start_by_shell(&file, signals, launch);
                }
                Err(error) if error.errno().is_some_and(|errno| NOT_THIS_ONE.contains(&errno)) => {
                    error
                }
                answer => return answer,
            };
            if last.errno() == Some(libc::EACCES) {
                refused = Some(libc::EACCES);
            }
        }
        // A directory in PATH may not be searched: that is no word about a program, and shells do not take it for one.
        match refused {
            Some(_) if !search::is_in_path(self.program) => {
                Err(StartError::Program(io::Error::from_raw_os_error(libc::ENOENT)))
            }
            Some(errno) => Err(StartError::Program(io::Error::from_raw_os_error(errno))),
            None => Err(last),
        }
    }

    fn start_by_shell<R: Receive, T>(
        &self,
        file: &CStr,
        signals: &Signals<R>,
        launch: Launch<R, T>,
    ) -> Started<T> {
        let mut arguments = vec![OsStr::from_bytes(file.to_bytes()).to_owned()];
        arguments.extend_from_slice(self.arguments);
        let shell = OsStr::new("/bin/sh");
        let program =
            Program::new(shell, &arguments, self.environment).map_err(StartError::Program)?;
        launch(&program, c"/bin/sh", signals)
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
