//! Starting the job when the caller ignores SIGCHLD: posix_spawn(3) can't ignore a signal for the child only.

use std::io;
use std::os::unix::process::CommandExt;

use super::{Command, Receive, Signals, set};

/// Forks, and in the child ignores SIGCHLD and sets the caller's mask, before exec.
pub(super) fn spawn<R: Receive>(
    command: &Command<'_>,
    signals: &Signals<R>,
) -> io::Result<libc::pid_t> {
    let mut job = std::process::Command::new(command.program);
    job.args(command.arguments).envs(command.environment.iter().map(|(name, value)| (name, value)));
    let original = *signals.original();
    let handled = signals.receiver().handled();
    let pipe_was_ignored = set::is_ignored(&set::disposition(libc::SIGPIPE)?);
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
    job.spawn().map(|child| child.id() as libc::pid_t)
}
