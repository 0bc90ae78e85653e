//! Linux: what a companion process needs.

use std::ffi::{CStr, c_ulong};
use std::os::fd::RawFd;

use super::closing;
use crate::proc_stat::{self, LONGEST};

/// Lets this process be killed when its parent ends. Returns whether that is so; the parent may have ended before.
pub(super) fn die_with_parent() -> bool {
    // SAFETY: touches no memory (prctl(2), PR_SET_PDEATHSIG).
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as c_ulong, 0, 0, 0) == 0 }
}

/// Closes every descriptor but this one.
pub(super) fn close_all_but(kept: RawFd) {
    // Linux 5.9.
    let close = |first: RawFd, last: u32| {
        // SAFETY: nobody uses these descriptors: this process has been made for one thing, which needs `kept` only.
        let answer = unsafe {
            libc::syscall(libc::SYS_close_range, first as c_ulong, c_ulong::from(last), 0)
        };
        answer == 0
    };
    let below = kept == 0 || close(0, kept.unsigned_abs() - 1);
    if !(below && close(kept + 1, u32::MAX)) {
        closing::all_but(kept);
    }
}

/// Shows `name` (15 bytes at most) and `title` as what this process is, in ps(1) and the like.
pub(super) fn rename(name: &CStr, title: &[u8]) {
    // SAFETY: a string that ends with NUL (prctl(2), PR_SET_NAME).
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), 0, 0, 0) };
    let mut buffer = [0; LONGEST];
    let line = proc_stat::line("self", &mut buffer).unwrap_or_default();
    // arg_start, arg_end, env_start, env_end.
    let places = [48, 49, 50, 51].map(|field| proc_stat::number(line, field));
    let [Some(start), Some(end), Some(next), Some(last)] = places else {
        return;
    };
    if start == 0 || end <= start || next != end || last < next {
        return;
    }
    let room = last - start - 1;
    let title = &title[..title.len().min(room)];
    let at = std::ptr::with_exposed_provenance_mut::<u8>(start);
    // SAFETY: the kernel has put arguments and environment there, on this process's own stack, where they can be written
    // to; this process reads neither any more. Where the title goes beyond the arguments, their last byte is not NUL, and
    // the kernel reads on to the first NUL (fs/proc/base.c, `get_mm_proctitle`).
    unsafe { at.write_bytes(0, (end - start).max(title.len() + 1)) };
    // SAFETY: as above.
    unsafe { at.copy_from_nonoverlapping(title.as_ptr(), title.len()) };
}

/// Whether a process is stopped, or has been by who traces it; `None` where the system does not tell.
pub(super) fn is_stopped(pid: libc::pid_t) -> Option<bool> {
    let mut buffer = [0; LONGEST];
    Some(matches!(proc_stat::field(proc_stat::line(pid, &mut buffer)?, 3)?, "T" | "t"))
}
