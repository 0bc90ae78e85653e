//! Linux: what a companion process needs.

use std::ffi::{c_int, c_ulong};
use std::fs::File;
use std::io::Read;
use std::os::fd::RawFd;

/// Lets this process be killed when its parent ends. Returns whether that is so; the parent may have ended before.
pub(super) fn die_with_parent() -> bool {
    // SAFETY: touches no memory (prctl(2), PR_SET_PDEATHSIG).
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as c_ulong, 0, 0, 0) == 0 }
}

/// Closes every descriptor but this one. Before Linux 5.9, those from 1024 on stay open.
pub(super) fn close_all_but(kept: RawFd) {
    let kept = kept.unsigned_abs();
    let is_closed = |first: u32, last: u32| {
        first > last || {
            // SAFETY: nobody uses these descriptors: this process has been made for one thing, which needs `kept` only.
            let answer = unsafe {
                libc::syscall(libc::SYS_close_range, first as c_ulong, last as c_ulong, 0)
            };
            answer == 0
        }
    };
    if !(kept == 0 || is_closed(0, kept - 1)) || !is_closed(kept + 1, u32::MAX) {
        for fd in (0..1024).filter(|fd| *fd != kept) {
            // SAFETY: as above.
            unsafe { libc::close(fd as c_int) };
        }
    }
}

/// Shows `name` (15 bytes at most) and `title` as what this process is, in ps(1) and the like.
pub(super) fn rename(name: &std::ffi::CStr, title: &[u8]) {
    // SAFETY: a string that ends with NUL (prctl(2), PR_SET_NAME).
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), 0, 0, 0) };
    // proc_pid_stat(5): arg_start, arg_end, env_start, env_end.
    let [Some(start), Some(end), Some(next), Some(last)] = [48, 49, 50, 51].map(own) else {
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
    let mut path = [0_u8; 32];
    let path = path_of(pid, &mut path)?;
    let mut text = [0_u8; 512];
    let line = read(path, &mut text)?;
    Some(matches!(behind_name(line)?.first(), Some(b'T' | b't')))
}

/// A number in the line of this very process.
fn own(field: usize) -> Option<usize> {
    let mut text = [0_u8; 1024];
    let line = read("/proc/self/stat", &mut text)?;
    let word = behind_name(line)?.split(|byte| *byte == b' ').nth(field - 3)?;
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// From the third field on: the second one is the name in parentheses, and may hold anything.
fn behind_name(line: &[u8]) -> Option<&[u8]> {
    let end = line.windows(2).rposition(|pair| pair == b") ")?;
    line.get(end + 2..)
}

/// Without allocation, for a child of a process that may have had more threads.
fn path_of(pid: libc::pid_t, buffer: &mut [u8; 32]) -> Option<&str> {
    use std::io::Write;
    let mut rest = &mut buffer[..];
    write!(rest, "/proc/{pid}/stat").ok()?;
    let left = rest.len();
    std::str::from_utf8(&buffer[..32 - left]).ok()
}

fn read<'a>(path: &str, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let length = File::open(path).ok()?.read(buffer).ok()?;
    Some(&buffer[..length])
}
