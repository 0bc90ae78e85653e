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

/// A command whose descendants become its children when they lose their parents, as with process 1 (Linux).
#[cfg(target_os = "linux")]
pub fn adopting(command: &mut Command) -> &mut Command {
    let adopt = || {
        // SAFETY: touches no memory.
        match unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: one async-signal-safe call between fork and exec.
    unsafe { command.pre_exec(adopt) }
}

/// What ends a process is at its default in this one, and so in all that it starts from now on: without a closure between
/// fork and exec, starting is cheaper by far.
pub fn plain_from_now_on() {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGCHLD] {
        set(signal, libc::SIG_DFL);
    }
}

#[cfg(target_os = "linux")]
use raw::{block, set};

#[cfg(target_os = "linux")]
mod raw {
    use std::io;

    /// KILL and STOP can't be set, and need not be. By the kernel's own call: the C library refuses its own signals, 32 to 34.
    pub(super) fn set(signal: i32, action: libc::sighandler_t) {
        // The kernel's struct differs from machine to machine, but begins with the action in each; no flags.
        let mut new = [0 as libc::c_ulong; 16];
        new[0] = action as libc::c_ulong;
        let none = std::ptr::null_mut::<libc::c_ulong>();
        // SAFETY: the action is the default or to ignore, not a function; the old one is not asked for.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, new.as_ptr(), none, 8) };
    }

    /// By the kernel's own call, for the same reason.
    pub(super) fn block(signals: &[i32]) -> io::Result<()> {
        let set: u64 = signals.iter().map(|signal| 1 << (signal - 1)).sum();
        let none = std::ptr::null_mut::<u64>();
        // SAFETY: a set of 64 signals, as the kernel takes it; the old mask is not asked for.
        let answer = unsafe {
            libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const set, none, 8)
        };
        if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

/// KILL, STOP and the C library's own can't be set, and need not be.
#[cfg(not(target_os = "linux"))]
fn set(signal: i32, action: libc::sighandler_t) {
    // SAFETY: the action is the default or to ignore, not a function.
    unsafe { libc::signal(signal, action) };
}

#[cfg(not(target_os = "linux"))]
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
