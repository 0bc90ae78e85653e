//! The lists of locks in /proc on Linux, as text (proc(5), `/proc/locks` and `/proc/PID/fdinfo`; the kernel's
//! `lock_get_status` in fs/locks.c writes both). Whatever does not look as the kernel writes it is left out.

use super::facts::Listed;
use crate::lock::{Kind, Mode};

/// A file, as the kernel names it in its lists: the file system's device, which is not everywhere the one that stat(2)
/// tells (btrfs, overlayfs), and the inode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Major and minor number.
    pub device: (u32, u32),
    /// The inode number.
    pub inode: u64,
}

/// Bytes from here on are no part of the lock: waiters announce themselves there.
const END: u64 = 1 << 62;

/// What a list says of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The locks that are held on any part of what withlock locks.
    pub held: Vec<Listed>,
    /// The requests that wait for one. Below each lock stand the requests that it blocks, and below each of these those that it
    /// would block (fs/locks.c, `locks_show`; since Linux 5.13): requests that exclude each other make a chain, which is their
    /// queue.
    pub waiting: Vec<Listed>,
    /// How many announcements of a wait there are, behind what is locked.
    pub announced: usize,
    /// The leases (fcntl(2), "Leases") and delegations; their kind says nothing.
    pub leases: Vec<Listed>,
}

impl Listing {
    /// A list that is read in pieces may have a line twice; nobody waits twice.
    pub(super) fn add_waiting(&mut self, lock: &Listed) {
        let is_same = |it: &Listed| it.pid.is_some() && (it.pid, it.kind) == (lock.pid, lock.kind);
        if !self.waiting.iter().any(is_same) {
            self.waiting.push(*lock);
        }
    }
}

/// A line of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The file that it is about.
    pub(super) file: Named,
    role: Role,
    lock: Listed,
}

/// What a line is about.
#[derive(Clone, Copy, Debug)]
enum Role {
    Held,
    Waits,
    Announces,
    Leases,
}

/// The locks in a list that are held on this file, on any part of what withlock locks.
///
/// ```
/// use withlock_platform::holders::table::{Named, held};
/// let text = "1: FLOCK  ADVISORY  WRITE 4711 fe:00:42 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 12 fe:00:42 0 EOF\n";
/// let locks = held(text, Named { device: (0xfe, 0), inode: 42 });
/// assert_eq!(locks.len(), 1);
/// assert_eq!(locks[0].pid, Some(4711));
/// ```
#[must_use]
pub fn held(text: &str, file: Named) -> Vec<Listed> {
    listing(text, file).held
}

/// All that a list says of this file.
#[must_use]
pub fn listing(text: &str, file: Named) -> Listing {
    among(&lines(text), file)
}

/// The lines of a list.
pub(super) fn lines(text: &str) -> Vec<Line> {
    text.lines().filter_map(parse).collect()
}

/// What lines say of this file.
pub(super) fn among(lines: &[Line], file: Named) -> Listing {
    let mut listing = Listing::default();
    for Line { role, lock, .. } in lines.iter().filter(|line| line.file == file) {
        match role {
            Role::Held => listing.held.push(*lock),
            Role::Waits => listing.add_waiting(lock),
            Role::Announces => listing.announced += 1,
            Role::Leases => listing.leases.push(*lock),
        }
    }
    listing
}

/// One line: `2: POSIX  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`, in fdinfo with `lock:` before it. One that waits has
/// an arrow behind its number.
fn parse(line: &str) -> Option<Line> {
    let mut words = line.strip_prefix("lock:").unwrap_or(line).split_ascii_whitespace().peekable();
    words.next()?.strip_suffix(':')?.parse::<u64>().ok()?;
    let waits = words.next_if_eq(&"->").is_some();
    let (kind, leases) = match words.next()? {
        "FLOCK" => (Kind::Flock, false),
        "POSIX" => (Kind::Process, false),
        "OFDLCK" => (Kind::Description, false),
        "LEASE" | "DELEG" => (Kind::Description, true),
        _ => return None,
    };
    // Advisory or mandatory; of a lease, whether it is one or breaks one.
    let breaks = words.next()? == "BREAKER";
    let mode = match words.next()? {
        "READ" => Mode::Shared,
        "WRITE" | "RW" => Mode::Exclusive,
        // A lease that is being given up.
        "UNLCK" if leases => Mode::Exclusive,
        _ => return None,
    };
    // -1 for a lock without a process; other negative numbers are of processes elsewhere.
    let pid = words.next()?.parse::<i64>().ok()?;
    let pid = u32::try_from(pid).ok().filter(|pid| *pid > 0);
    let file = name(words.next()?)?;
    let start = words.next()?.parse::<u64>().ok()?;
    // `EOF`, or where it ends.
    words.next()?;
    let role = match (leases, waits, start < END) {
        (true, false, _) if !breaks => Role::Leases,
        (false, true, true) => Role::Waits,
        (false, false, true) => Role::Held,
        (false, false, false) => Role::Announces,
        _ => return None,
    };
    words.next().is_none().then_some(Line { file, role, lock: Listed { kind, mode, pid } })
}

fn name(word: &str) -> Option<Named> {
    let mut parts = word.split(':');
    let device = u32::from_str_radix(parts.next()?, 16).ok()?;
    let minor = u32::from_str_radix(parts.next()?, 16).ok()?;
    let inode = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Named { device: (device, minor), inode })
}

/// What /proc/PID/fdinfo/FD says of the file itself: the id of its mount, and, since Linux 5.14, its inode number.
#[must_use]
pub fn mount_and_inode(text: &str) -> (Option<u64>, Option<u64>) {
    let number = |field: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
        value.trim().parse().ok()
    };
    (number("mnt_id"), number("ino"))
}

/// The device of a mount's file system, by /proc/PID/mountinfo.
#[must_use]
pub fn device_of_mount(text: &str, mount: u64) -> Option<(u32, u32)> {
    let fields = text.lines().map(|line| {
        let mut words = line.split(' ');
        (words.next().and_then(|id| id.parse::<u64>().ok()), words.nth(1))
    });
    let device = fields.filter(|(id, _)| *id == Some(mount)).find_map(|(_, device)| device)?;
    let (major, minor) = device.split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Whether a kernel of this release, such as `6.12.3-amd64`, shows locks in fdinfo: since 4.1.
#[must_use]
pub fn fdinfo_shows_locks(release: &str) -> bool {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|it| it.parse().ok());
    let major: u32 = numbers.next().unwrap_or(0);
    let minor: u32 = numbers.next().unwrap_or(0);
    (major, minor) >= (4, 1)
}

#[cfg(test)]
mod tests;
