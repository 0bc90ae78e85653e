//! illumos, Solaris: /proc/PID/psinfo, which everybody may read (proc(5); `psinfo_t` and `lwpsinfo_t` of sys/procfs.h).
//! libc has no binding: these are the offsets with 64 bits, the only size that Rust builds for there.

use std::fs::File;
use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::facts::{Process, State};

pub(super) use super::untold::{command, ids, name, own, user};

/// `pr_nlwp`, an `int`: how many threads it has.
const THREADS: usize = 4;
/// `pr_ppid`, an `int`.
const PARENT: usize = 12;
/// `pr_start.tv_sec`, a `long`: seconds since 1970.
const START: usize = 88;
/// `pr_lwp.pr_sname`, a letter.
const LETTER: usize = 314;

type Beginning = [u8; LETTER + 1];

pub(super) fn of(pid: u32) -> Option<Process> {
    let bytes = ask(pid)?;
    let int = |at: usize| Some(i32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let state = match bytes.get(LETTER) {
        // A process without threads is one that nobody has waited for yet.
        _ if int(THREADS)? == 0 => State::Ended,
        Some(b'T') => State::Stopped,
        _ => State::Runs,
    };
    Some(Process { parent: u32::try_from(int(PARENT)?).ok()?, state })
}

pub(super) fn age(pid: u32) -> Option<Duration> {
    let bytes = ask(pid)?;
    let start = i64::from_ne_bytes(bytes.get(START..START + 8)?.try_into().ok()?);
    let start = Duration::from_secs(u64::try_from(start).ok()?);
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.saturating_sub(start))
}

fn ask(pid: u32) -> Option<Beginning> {
    let mut bytes = [0; LETTER + 1];
    File::open(format!("/proc/{pid}/psinfo")).ok()?.read_exact(&mut bytes).ok()?;
    Some(bytes)
}
