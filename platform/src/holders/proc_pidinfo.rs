//! macOS: `proc_pidinfo` with `PROC_PIDTBSDINFO` (sys/proc_info.h). It tells of processes of the same user; root, of all.

use std::mem::{MaybeUninit, size_of};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::facts::{Process, State};

pub(super) use super::untold::{command, ids, name, own, user};

pub(super) fn of(pid: u32) -> Option<Process> {
    let info = ask(pid)?;
    let state = match info.pbi_status {
        libc::SSTOP => State::Stopped,
        libc::SZOMB => State::Ended,
        _ => State::Runs,
    };
    Some(Process { parent: info.pbi_ppid, state })
}

pub(super) fn age(pid: u32) -> Option<Duration> {
    let start = Duration::from_secs(ask(pid)?.pbi_start_tvsec);
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.saturating_sub(start))
}

fn ask(pid: u32) -> Option<libc::proc_bsdinfo> {
    let pid = libc::c_int::try_from(pid).ok()?;
    let mut info = MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let size = size_of::<libc::proc_bsdinfo>() as libc::c_int;
    // SAFETY: `info` can take `size` bytes.
    let told = unsafe {
        libc::proc_pidinfo(pid, libc::PROC_PIDTBSDINFO, 0, info.as_mut_ptr().cast(), size)
    };
    if told != size {
        return None;
    }
    // SAFETY: filled whole, and zeroed before: plain numbers.
    Some(unsafe { info.assume_init() })
}
