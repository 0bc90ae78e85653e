//! Commands that start with signal dispositions and a mask of the test's choice.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Every signal at its default and none blocked, whatever the test itself was started with: a shell's background job
/// ignores INT and QUIT, nohup(1) ignores HUP.
pub fn plain(command: &mut Command) -> &mut Command {
    with(command, &[], &[])
}

/// The same, with some signals ignored and some blocked.
pub fn with<'a>(command: &'a mut Command, ignored: &[i32], blocked: &[i32]) -> &'a mut Command {
    let (ignored, blocked) = (ignored.to_vec(), blocked.to_vec());
    let prepare = move || {
        for signal in 1..65 {
            set(signal, if ignored.contains(&signal) { libc::SIG_IGN } else { libc::SIG_DFL });
        }
        block(&blocked)
    };
    // SAFETY: between fork and exec the closure makes async-signal-safe calls only, and allocates nothing.
    unsafe { command.pre_exec(prepare) }
}

/// What ends a process is at its default in this one, and so in all that it starts from now on: without a closure between
/// fork and exec, starting is cheaper by far.
pub fn plain_from_now_on() {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGCHLD] {
        set(signal, libc::SIG_DFL);
    }
}

/// KILL, STOP and the C library's own can't be set, and need not be.
fn set(signal: i32, action: libc::sighandler_t) {
    // SAFETY: the action is the default or to ignore, not a function.
    unsafe { libc::signal(signal, action) };
}

fn block(signals: &[i32]) -> io::Result<()> {
    // SAFETY: plain data for which all bits zero is a value; made empty in due form below.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is alive and writable.
    unsafe { libc::sigemptyset(&raw mut set) };
    for signal in signals {
        // SAFETY: the set is initialised.
        unsafe { libc::sigaddset(&raw mut set, *signal) };
    }
    // SAFETY: the set is initialised, and the old mask is not asked for.
    match unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
