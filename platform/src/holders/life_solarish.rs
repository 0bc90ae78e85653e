//! illumos, Solaris: /proc/PID/psinfo, which everybody may read (proc(5), struct `psinfo`; sys/procfs.h). libc has no
//! binding: of its beginning, which is the same with 32 and 64 bits, only the numbers that are needed.

use std::fs::File;
use std::io::Read;

use super::{Process, State};

pub(super) use super::silent::{command, ids, own};

/// `pr_flag`, `pr_nlwp`, `pr_pid`, `pr_ppid`: each an `int`.
const BEGINNING: usize = 4 * size_of::<i32>();

pub(super) fn of(pid: u32) -> Option<Process> {
    let mut bytes = [0; BEGINNING];
    File::open(format!("/proc/{pid}/psinfo")).ok()?.read_exact(&mut bytes).ok()?;
    let number = |index: usize| {
        let bytes = bytes.get(index * 4..index * 4 + 4)?.try_into().ok()?;
        u32::try_from(i32::from_ne_bytes(bytes)).ok()
    };
    // A process without threads is one that nobody has waited for yet.
    let state = if number(1)? == 0 { State::Ended } else { State::Runs };
    Some(Process { parent: number(3)?, state, age: None })
}
