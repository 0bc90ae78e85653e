//! What Linux tells about processes and locks in /proc (proc(5)).

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::until;

/// The lines of /proc/locks about this file, each from its kind on; "-> " before it for one that waits.
pub(crate) fn locks(path: &Path) -> Vec<String> {
    let inode = format!(":{} ", std::fs::metadata(path).expect("stat").ino());
    let all = std::fs::read_to_string("/proc/locks").expect("/proc/locks");
    let ours = all.lines().filter(|line| line.contains(&inode));
    ours.map(|line| line.split_once(": ").expect("a number").1.trim_start().to_owned()).collect()
}

/// Returns when so many wait for a lock of this file, asleep in the kernel.
pub(crate) fn until_waiting(path: &Path, count: usize) {
    until("a waiter in the kernel", || waiting(path).len() == count);
}

/// The kinds of lock that are waited for: FLOCK, POSIX, OFDLCK.
pub(crate) fn waiting(path: &Path) -> Vec<String> {
    let kind = |line: String| {
        line.strip_prefix("-> ")
            .map(|lock| lock.split_whitespace().next().expect("a kind").to_owned())
    };
    locks(path).into_iter().filter_map(kind).collect()
}

/// The value of a line of /proc/PID/status.
pub(crate) fn status(pid: libc::pid_t, name: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("/proc/PID/status");
    value(&text, name)
}

pub(crate) fn value(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).trim().to_owned()
}

/// How often the process has been taken off a processor: once for each time it ran.
pub(crate) fn switches(pid: libc::pid_t) -> u64 {
    let count = |name| status(pid, name).parse::<u64>().expect("a number");
    count("voluntary_ctxt_switches") + count("nonvoluntary_ctxt_switches")
}

/// Returns when the process sleeps.
pub(crate) fn until_asleep(pid: libc::pid_t) {
    until("sleep", || status(pid, "State").starts_with('S'));
}
