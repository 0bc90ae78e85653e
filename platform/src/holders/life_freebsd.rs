//! FreeBSD: sysctl(3) with `KERN_PROC_PID` (sys/user.h, struct `kinfo_proc`). A jail sees its own processes only.

use std::mem::{MaybeUninit, size_of};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Process, State};

pub(super) use super::silent::{command, ids, own};

pub(super) fn of(pid: u32) -> Option<Process> {
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
    let info = unsafe { info.assume_init() };
    let state = match info.ki_stat {
        libc::SSTOP => State::Stopped,
        libc::SZOMB => State::Ended,
        _ => State::Runs,
    };
    let start = u64::try_from(info.ki_start.tv_sec).ok().map(Duration::from_secs);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let age = now.zip(start).map(|(now, start)| now.saturating_sub(start));
    Some(Process { parent: u32::try_from(info.ki_ppid).ok()?, state, age })
}
