//! What /proc tells about a process (Linux).

use std::fs;
use std::os::unix::fs::MetadataExt;

/// The state letter of a process: `S` asleep, `T` stopped, `Z` ended but not waited for. `None` once it is gone.
pub fn state(pid: u32) -> Option<char> {
    state_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// A number in /proc/PID/stat, counted as proc(5) does: 4 is the parent, 22 the time of the start.
pub fn stat(pid: u32, field: usize) -> Option<u64> {
    number_in(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?, field)
}

/// The state letter in a line of /proc/PID/stat.
pub fn state_in(line: &str) -> Option<char> {
    behind_name(line)?.chars().next()
}

/// A number in such a line.
pub fn number_in(line: &str, field: usize) -> Option<u64> {
    behind_name(line)?.split_whitespace().nth(field - 3)?.parse().ok()
}

/// From the third field on: the second one is the name in parentheses, and may hold anything.
fn behind_name(line: &str) -> Option<&str> {
    Some(line.rsplit_once(") ")?.1)
}

/// Whether a process has ended, be it not waited for yet.
pub fn has_ended(pid: u32) -> bool {
    matches!(state(pid), None | Some('Z'))
}

/// A field of /proc/PID/status, such as `SigIgn`.
pub fn status(pid: u32, field: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines()
        .find_map(|line| Some(line.strip_prefix(field)?.strip_prefix(':')?.trim().to_owned()))
}

/// Whether no signal is left that a process has yet to take.
pub fn has_taken_all(pid: u32) -> bool {
    let none = |field| status(pid, field).is_some_and(|set| set.chars().all(|digit| digit == '0'));
    none("ShdPnd") && none("SigPnd")
}

/// Whether, moreover, it sleeps: whatever was sent before has had its effect.
pub fn is_settled(pid: u32) -> bool {
    has_taken_all(pid) && state(pid) == Some('S')
}

/// Whether a process has this very file open.
pub fn has_open(pid: u32, inode: u64) -> bool {
    fs::read_dir(format!("/proc/{pid}/fd")).is_ok_and(|mut fds| {
        fds.any(|fd| fs::metadata(fd.unwrap().path()).is_ok_and(|facts| facts.ino() == inode))
    })
}

/// The only child of a process, but for the witness of its signals.
pub fn child(pid: u32) -> Option<u32> {
    let mut others = children(pid).into_iter().filter(|child| !is_witness_of(*child, pid));
    others.next().filter(|_| others.next().is_none())
}

/// All children of a process.
pub fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// The witness of a run's signals, which comes when its job has run for a while.
pub fn witness(wrapper: u32) -> Option<u32> {
    children(wrapper).into_iter().find(|child| is_witness(*child))
}

/// Also one that has not got its name yet, and is still a copy of the wrapper.
fn is_witness_of(pid: u32, wrapper: u32) -> bool {
    let command = |pid| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    is_witness(pid) || command(pid) == command(wrapper) && !command(pid).is_empty()
}

fn is_witness(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "signal-witness\n")
}
