//! Linux: /proc/PID/stat, cmdline and status (proc(5)). All processes are shown, unless /proc is mounted with `hidepid`.

use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use super::facts::{Process, State};
use super::proc_text::read;
use crate::proc_stat::{self, LONGEST};

/// At most so many words of a command line are told.
const WORDS: usize = 64;

pub(super) fn of(pid: u32) -> Option<Process> {
    process(proc_stat::line(pid, &mut [0; LONGEST])?)
}

pub(super) fn age(pid: u32) -> Option<Duration> {
    // When it was started, in ticks since the system was.
    let start: u64 = proc_stat::number(proc_stat::line(pid, &mut [0; LONGEST])?, 22)?;
    let uptime = read("/proc/uptime").ok()?;
    let (seconds, hundredths) = uptime.split(' ').next()?.split_once('.')?;
    let now = Duration::from_secs(seconds.parse().ok()?)
        + Duration::from_millis(10 * hundredths.parse::<u64>().ok()?.min(99));
    // SAFETY: touches no memory (sysconf(3)).
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    let ticks = u64::try_from(ticks).ok().filter(|ticks| *ticks > 0)?;
    let start =
        Duration::from_secs(start / ticks) + Duration::from_millis(start % ticks * 1000 / ticks);
    Some(now.saturating_sub(start))
}

/// The ids of this process and its parent, as /proc has them: it may be mounted for a container around this one.
pub(super) fn own() -> (u32, u32) {
    let told = || {
        let mut buffer = [0; LONGEST];
        let line = proc_stat::line("self", &mut buffer)?;
        let own = std::str::from_utf8(line.split(|byte| *byte == b' ').next()?).ok()?;
        Some((own.parse().ok()?, process(line)?.parent))
    };
    told().unwrap_or_else(|| (std::process::id(), std::os::unix::process::parent_id()))
}

pub(super) fn command(pid: u32) -> Option<Vec<String>> {
    let text = read(format!("/proc/{pid}/cmdline")).ok()?;
    let words = text.trim_end_matches('\0').split('\0').take(WORDS).map(str::to_owned);
    Some(words.collect()).filter(|words: &Vec<String>| words.iter().any(|word| !word.is_empty()))
}

pub(super) fn name(pid: u32) -> Option<String> {
    let name = read(format!("/proc/{pid}/comm")).ok()?;
    Some(name.strip_suffix('\n').unwrap_or(&name).to_owned())
}

/// /proc/PID belongs to the effective user, or to root where the process may not be looked into (proc(5)).
pub(super) fn user(pid: u32) -> Option<u32> {
    Some(std::fs::metadata(format!("/proc/{pid}")).ok()?.uid())
}

pub(super) fn ids(pid: u32) -> Option<Vec<u32>> {
    let text = read(format!("/proc/{pid}/status")).ok()?;
    let ids = text.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
    ids.split_ascii_whitespace().map(|id| id.parse().ok()).collect()
}

/// What a line of /proc/PID/stat says.
fn process(line: &[u8]) -> Option<Process> {
    let state = match proc_stat::field(line, 3)? {
        "T" => State::Stopped,
        "Z" | "X" => State::Ended,
        _ => State::Runs,
    };
    Some(Process { parent: proc_stat::number(line, 4)?, state })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_says_what_it_can_or_nothing() {
        let line = "4711 (sh) T 12 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 8 9";
        for end in 0..line.len() {
            let told = process(&line.as_bytes()[..end]);
            assert!(told.is_none_or(|process| process.state == State::Stopped), "{end}");
        }
    }

    #[test]
    fn this_process_is_known_by_itself() {
        let (own, parent) = own();
        assert_eq!((own, parent), (std::process::id(), std::os::unix::process::parent_id()));
        let process = of(own).unwrap();
        assert_eq!((process.parent, process.state), (parent, State::Runs));
        assert!(age(own).unwrap() < Duration::from_secs(86_400));
    }
}
