//! What POSIX.1 has, and what a system that has no more does without. Each system's file takes of it what it needs.
#![allow(dead_code, reason = "no system needs all of it")]

use std::ffi::{CStr, c_int};
use std::fs::File;
use std::io;
use std::os::fd::RawFd;

/// The number of the mount that an open directory was reached by: not told to everybody.
pub(crate) fn mount_of(_: &File) -> Option<u64> {
    None
}

/// Whether this process may have rights that its caller lacks: the ids say.
pub(crate) fn may_be_elevated() -> bool {
    true
}

/// Whether the program's file has given it capabilities: there are none.
pub(crate) fn has_gained_capabilities() -> bool {
    false
}

/// No core dump of this process from now on, by the limit on its size.
pub(crate) fn prevent_core_dump() -> io::Result<()> {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the struct is alive during the call.
    if unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Lets this process be killed when its parent ends: there is no such call. Who wants to end with its parent must look
/// whether that lives.
pub(crate) fn die_with_parent() -> bool {
    false
}

/// At most so many descriptors are looked at: a limit of a million would cost seconds.
const MOST: libc::c_long = 65_536;

/// Closes every descriptor but these, one after the other, up to the limit on descriptors.
pub(crate) fn close_all_but(kept: &[RawFd]) {
    // SAFETY: touches no memory.
    let limit = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) }.clamp(256, MOST) as RawFd;
    for fd in (0..limit).filter(|fd| !kept.contains(fd)) {
        // SAFETY: nobody uses it: this process has been made for one thing, which needs `kept` only.
        unsafe { libc::close(fd) };
    }
}

/// Shows another name in ps(1): there is no call that all systems have. The name of the program stays.
pub(crate) fn show_as(_: &CStr, _: &[u8]) {}

/// Whether a process is stopped; there is no one way to ask.
pub(crate) fn is_stopped(_: libc::pid_t) -> Option<bool> {
    None
}

/// Whether the kernel sent a signal: kill(2) and its like give the sender's process id, the terminal gives none (FreeBSD,
/// NetBSD: sigaction(2), siginfo(3), `SI_USER`; sys/kern/kern_sig.c, `pgsignal`, which has no siginfo of its own).
pub(crate) fn is_from_kernel(info: &libc::siginfo_t) -> Option<bool> {
    // SAFETY: `si_pid` is plain data, present in every `siginfo_t`.
    Some(unsafe { info.si_pid() } == 0)
}

/// Sets what happens at a signal to the default.
pub(crate) fn reset(signal: c_int) -> io::Result<()> {
    // SAFETY: plain data, for which all bits zero is a value: the default, with no flag.
    let default: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: the new action is alive during the call, and the old one is not asked for.
    if unsafe { libc::sigaction(signal, &raw const default, std::ptr::null_mut()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// The flags of a file (chflags(1), "uchg", "sappnd"); `ls -lo` shows them (ls(1)).
pub(crate) const FLAG_TOOLS: &str = "ls -lo, chflags";
