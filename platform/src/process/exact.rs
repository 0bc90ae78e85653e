//! Starting the job when the caller ignores SIGCHLD: posix_spawn(3) can't ignore a signal for the child only.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;

use super::spawn::{Program, StartError, Started};
use super::{Receive, Signals, set};

/// Forks, and in the child ignores SIGCHLD and sets the caller's mask, before exec.
pub(super) fn spawn<R: Receive>(
    program: &Program<'_>,
    file: &CStr,
    signals: &Signals<R>,
) -> Started<libc::pid_t> {
    let word = |text: &CStr| OsStr::from_bytes(text.to_bytes()).to_owned();
    let mut words = program.words().iter().map(|text| word(text));
    let mut job = std::process::Command::new(word(file));
    job.arg0(words.next().unwrap_or_default()).args(words);
    job.envs(program.variables().iter().map(|(name, value)| (name, value)));
    let original = *signals.original();
    let handled = signals.receiver().handled();
    let pipe_was_ignored =
        set::is_ignored(&set::disposition(libc::SIGPIPE).map_err(StartError::Process)?);
    let prepare = move || {
        for signal in &handled {
            set::act(*signal, &set::default_action())?;
        }
        // The standard library has set this one to default, a step before.
        if pipe_was_ignored {
            set::act(libc::SIGPIPE, &set::ignoring())?;
        }
        set::act(libc::SIGCHLD, &set::ignoring())?;
        set::mask(libc::SIG_SETMASK, &original).map(drop)
    };
    // SAFETY: between fork and exec the closure makes async-signal-safe calls only (sigaction, pthread_sigmask), and
    // allocates nothing.
    unsafe { job.pre_exec(prepare) };
    match job.spawn() {
        Ok(child) => Ok(child.id() as libc::pid_t),
        Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => Err(StartError::Process(error)),
        Err(error) => Err(StartError::Program(error)),
    }
}
