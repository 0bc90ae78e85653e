//! FreeBSD: sysctl(3) with `KERN_PROC_PID` (sys/user.h, struct `kinfo_proc`). A jail sees its own processes only.

use std::mem::{MaybeUninit, size_of};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::facts::{Process, State};

pub(super) use super::untold::{command, ids, name, own, user};

pub(super) fn of(pid: u32) -> Option<Process> {
    let info = ask(pid)?;
    let state = match info.ki_stat {
        libc::SSTOP => State::Stopped,
        libc::SZOMB => State::Ended,
        _ => State::Runs,
    };
    Some(Process { parent: u32::try_from(info.ki_ppid).ok()?, state })
}

pub(super) fn age(pid: u32) -> Option<Duration> {
    let start = Duration::from_secs(u64::try_from(ask(pid)?.ki_start.tv_sec).ok()?);
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.saturating_sub(start))
}

fn ask(pid: u32) -> Option<libc::kinfo_proc> {
    let pid = libc::c_int::try_from(pid).ok()?;
    let name = [libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_PID, pid];
    let mut info = MaybeUninit::<libc::kinfo_proc>::zeroed();
    let mut length = size_of::<libc::kinfo_proc>();
    // SAFETY: `name` has four numbers, `info` can take `length` bytes, and nothing is set.
    let answer = unsafe {
        libc::sysctl(
            name.as_ptr(),
            name.len() as libc::c_uint,
            info.as_mut_ptr().cast(),
            &raw mut length,
            std::ptr::null(),
            0,
        )
    };
    if answer != 0 || length < size_of::<libc::kinfo_proc>() {
        return None;
    }
    // SAFETY: filled whole, and zeroed before: plain numbers, and pointers that are not followed.
    Some(unsafe { info.assume_init() })
}
