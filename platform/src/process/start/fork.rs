//! Any Unix, when the caller ignores SIGCHLD: fork(2), by the standard library. posix_spawn(3) can't ignore a signal for the
//! child only.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;

use super::error::{StartError, Started};
use super::program::Program;
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;
use crate::process::signals::{actions, sets};

/// Forks, and in the child ignores SIGCHLD and sets the caller's mask, before exec.
pub(super) fn launch<R: Receive>(
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
        actions::is_ignored(&actions::disposition(libc::SIGPIPE).map_err(StartError::Process)?);
    let prepare = move || {
        for signal in &handled {
            actions::act(*signal, &actions::default_action())?;
        }
        // The standard library has set this one to default, a step before.
        if pipe_was_ignored {
            actions::act(libc::SIGPIPE, &actions::ignoring())?;
        }
        actions::act(libc::SIGCHLD, &actions::ignoring())?;
        sets::mask(libc::SIG_SETMASK, &original).map(drop)
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
