//! The processes of a run, with those that it leaves behind: adopted, signalled, waited for (Linux).

use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use crate::support::procfs;

/// Makes this process the parent of whatever its children leave behind, so that it can wait for that.
pub fn adopt_orphans() {
    // SAFETY: touches no memory.
    let answer = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    assert_eq!(answer, 0, "prctl: {}", io::Error::last_os_error());
}

/// What [`reap`] has found.
pub enum Reaped {
    One {
        pid: u32,
        status: ExitStatus,
    },
    /// None has ended that was not reaped.
    NoneYet,
    /// The group is empty, and its number may stand for something else now.
    AllGone,
}

/// Sleeps until a process of the group has ended, or none is left; reaps nothing, so that the numbers stay taken.
pub fn await_end(group: u32) {
    let what = libc::WEXITED | libc::WNOWAIT;
    // SAFETY: plain data for which all bits zero is a value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: `info` is alive and writable.
        let answer = unsafe { libc::waitid(libc::P_PGID, group, &raw mut info, what) };
        if answer == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return;
        }
    }
}

/// Reaps one process of the group that has ended, without waiting.
pub fn reap(group: u32) -> Reaped {
    let mut status = 0;
    // SAFETY: `status` is alive and writable.
    match unsafe { libc::waitpid(-(group as i32), &raw mut status, libc::WNOHANG) } {
        0 => Reaped::NoneYet,
        -1 => Reaped::AllGone,
        pid => Reaped::One { pid: pid as u32, status: ExitStatus::from_raw(status) },
    }
}

/// Sends a signal to the child of a process, and to no other: the child may be reaped, and its number given away, at any
/// moment. Returns whether it was there. The parent must be one that the caller has not reaped.
pub fn signal_child(parent: u32, signal: i32) -> bool {
    let Some(child) = procfs::child(parent) else { return false };
    let Some(handle) = open_process(child) else { return false };
    // Whoever has the number now has had it since the handle was opened, or has ended.
    if procfs::stat(child, 4) != Some(parent.into()) {
        return false;
    }
    let info = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: the descriptor is open, and a null pointer asks for what kill(2) would say.
    let answer =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, handle.as_raw_fd(), signal, info, 0) };
    answer == 0
}

fn open_process(pid: u32) -> Option<OwnedFd> {
    // SAFETY: touches no memory.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, pid as libc::pid_t, 0) };
    if descriptor == -1 {
        return None;
    }
    // SAFETY: the call above has just opened it for us.
    Some(unsafe { OwnedFd::from_raw_fd(descriptor as i32) })
}

/// A process that no later one can be taken for: its number, and when it was started, in ticks since the system was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub pid: u32,
    pub since: u64,
}

impl Identity {
    /// This process's own.
    pub fn own() -> Self {
        let pid = std::process::id();
        Self { pid, since: procfs::stat(pid, 22).unwrap() }
    }

    /// Whether this very process may still do something. One that is sent SIGKILL does nothing more of its own, be it
    /// alive for a while; nor does one on its way out, which gives its locks back before it is seen to have ended.
    pub fn is_alive(self) -> bool {
        const KILL: u64 = 1 << (libc::SIGKILL - 1);
        // PF_EXITING (include/linux/sched.h).
        const EXITING: u64 = 4;
        // In this order: what is not pending yet, or any more, shows in what is read later.
        if pending(self.pid).is_some_and(|signals| signals & KILL != 0) {
            return false;
        }
        let Ok(line) = fs::read_to_string(format!("/proc/{}/stat", self.pid)) else { return false };
        !matches!(procfs::state_in(&line), None | Some('Z' | 'X'))
            && procfs::number_in(&line, 22) == Some(self.since)
            && procfs::number_in(&line, 9).is_some_and(|flags| flags & EXITING == 0)
    }
}

/// The signals that a process is sent and has not taken.
fn pending(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let set = |name: &str| {
        let digits = text.lines().find_map(|line| line.strip_prefix(name))?;
        u64::from_str_radix(digits.trim(), 16).ok()
    };
    Some(set("SigPnd:")? | set("ShdPnd:")?)
}

/// Microseconds on a clock that all processes share and nobody sets.
pub fn clock() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is alive and writable.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1_000
}
