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
    text.lines().filter_map(parse).filter(|(named, _)| *named == file).map(|(_, it)| it).collect()
}

/// The requests in a list that wait for a lock on this file. Below each lock stand the requests that it blocks, and below each
/// of these those that it would block (fs/locks.c, `locks_show`; since Linux 5.13): requests that exclude each other make a
/// chain, which is their queue.
#[must_use]
pub fn waiting(text: &str, file: Named) -> Vec<Listed> {
    let requests = text.lines().filter_map(|line| {
        let (number, request) = line.split_once("->")?;
        parse(&format!("{number}{request}"))
    });
    requests.filter(|(named, _)| *named == file).map(|(_, it)| it).collect()
}

/// One line: `2: POSIX  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`, in fdinfo with `lock:` before it. One that waits has
/// an arrow behind its number.
fn parse(line: &str) -> Option<(Named, Listed)> {
    let mut words = line.strip_prefix("lock:").unwrap_or(line).split_ascii_whitespace();
    words.next()?.strip_suffix(':')?.parse::<u64>().ok()?;
    let kind = match words.next()? {
        "FLOCK" => Kind::Flock,
        "POSIX" => Kind::Process,
        "OFDLCK" => Kind::Description,
        _ => return None,
    };
    // Advisory or mandatory.
    words.next()?;
    let mode = match words.next()? {
        "READ" => Mode::Shared,
        "WRITE" | "RW" => Mode::Exclusive,
        _ => return None,
    };
    // -1 for a lock without a process; other negative numbers are of processes elsewhere.
    let pid = words.next()?.parse::<i64>().ok()?;
    let pid = u32::try_from(pid).ok().filter(|pid| *pid > 0);
    let named = name(words.next()?)?;
    let start = words.next()?.parse::<u64>().ok()?;
    // `EOF`, or where it ends.
    words.next()?;
    (words.next().is_none() && start < END).then_some((named, Listed { kind, mode, pid }))
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
mod tests {
    use super::*;

    const FILE: Named = Named { device: (0xfe, 0x1a), inode: 42 };

    fn one(line: &str) -> Option<Listed> {
        held(line, FILE).first().copied()
    }

    #[test]
    fn a_held_lock_is_told_by_kind_mode_and_process() {
        let lock = |kind, mode, pid| Some(Listed { kind, mode, pid });
        let cases = [
            (
                "1: FLOCK  ADVISORY  WRITE 4711 fe:1a:42 0 EOF",
                lock(Kind::Flock, Mode::Exclusive, Some(4711)),
            ),
            (
                "2: POSIX  ADVISORY  READ  12 fe:1a:42 0 EOF",
                lock(Kind::Process, Mode::Shared, Some(12)),
            ),
            (
                "3: POSIX  MANDATORY WRITE 12 fe:1a:42 5 9",
                lock(Kind::Process, Mode::Exclusive, Some(12)),
            ),
            (
                "lock:\t4: OFDLCK ADVISORY  WRITE -1 fe:1a:42 0 4611686018427387903",
                lock(Kind::Description, Mode::Exclusive, None),
            ),
            (
                "5: POSIX  ADVISORY  WRITE -77 fe:1a:42 0 EOF",
                lock(Kind::Process, Mode::Exclusive, None),
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(one(line), expected, "{line}");
        }
    }

    #[test]
    fn who_waits_or_announces_or_has_a_lease_is_no_holder() {
        for line in [
            "1: -> FLOCK  ADVISORY  WRITE 4711 fe:1a:42 0 EOF",
            "1: OFDLCK ADVISORY  READ -1 fe:1a:42 4611686018427387904 4611686018427387904",
            "1: LEASE  ACTIVE    READ  4711 fe:1a:42 0 EOF",
            "1: DELEG  BREAKING  WRITE 4711 fe:1a:42 0 EOF",
            "1: FLOCK  ADVISORY  UNLCK 4711 fe:1a:42 0 EOF",
        ] {
            assert_eq!(one(line), None, "{line}");
        }
    }

    #[test]
    fn waiters_are_told_in_the_order_of_their_queue() {
        let text = "1: FLOCK  ADVISORY  WRITE 7 fe:1a:42 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 9 fe:1a:42 0 EOF\n\
            1:  -> FLOCK  ADVISORY  WRITE 8 fe:1a:42 0 EOF\n1:   -> FLOCK  ADVISORY  READ 10 fe:1a:42 0 EOF\n\
            2: FLOCK  ADVISORY  WRITE 5 fe:1a:43 0 EOF\n2: -> FLOCK  ADVISORY  WRITE 6 fe:1a:43 0 EOF\n\
            3: OFDLCK ADVISORY  WRITE -1 fe:1a:42 0 4611686018427387903\n\
            3: -> OFDLCK ADVISORY  WRITE -1 fe:1a:42 0 4611686018427387903\n";
        let pids: Vec<_> = waiting(text, FILE).iter().map(|it| it.pid).collect();
        assert_eq!(pids, [Some(9), Some(8), Some(10), None]);
        assert_eq!(held(text, FILE).len(), 2);
    }

    #[test]
    fn a_line_about_another_file_or_none_the_kernel_would_write_is_left_out() {
        for line in [
            "1: FLOCK  ADVISORY  WRITE 4711 fe:1a:43 0 EOF",
            "1: FLOCK  ADVISORY  WRITE 4711 fe:00:42 0 EOF",
            "1: POSIX  *NOINODE* WRITE 4711 <none>:0 0 EOF",
            "1: FLOCK  ADVISORY  WRITE 4711 fe:1a:42:1 0 EOF",
            "1: FLOCK  ADVISORY  WRITE 4711 fe:1a:42 0 EOF more",
            "1: FLOCK  ADVISORY  WRITE 4711 fe:1a:42 0",
            "1 FLOCK  ADVISORY  WRITE 4711 fe:1a:42 0 EOF",
            "1: FLOCK  ADVISORY  WRITE x fe:1a:42 0 EOF",
            "",
            "lock:",
        ] {
            assert_eq!(one(line), None, "{line}");
        }
    }

    #[test]
    fn random_bytes_break_nothing_and_name_nobody_who_is_not_there() {
        let line = b"lock:\t1: FLOCK  ADVISORY  WRITE 4711 fe:1a:42 0 EOF\n36 35 254:26 / / rw\nmnt_id:\t36\n";
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..20_000 {
            let mut bytes = line.repeat(1 + next(3));
            for _ in 0..next(6) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = next(256) as u8,
                    1 => bytes.truncate(at + 1),
                    _ => bytes.insert(at, b"0:->\n\t9"[next(7)]),
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            assert!(held(&text, FILE).len() + waiting(&text, FILE).len() <= text.lines().count());
            let (mount, _) = mount_and_inode(&text);
            let _ = device_of_mount(&text, mount.unwrap_or(36));
        }
    }

    #[test]
    fn an_old_kernel_that_does_not_show_locks_is_not_asked() {
        for release in ["4.1.0", "4.18.0-553.el8", "6.12.3+deb13-amd64\n", "10.0", "5"] {
            assert!(fdinfo_shows_locks(release), "{release}");
        }
        for release in ["3.10.0-1160.el7", "4.0.9", "4", "", "linux", "-6.1"] {
            assert!(!fdinfo_shows_locks(release), "{release}");
        }
    }

    #[test]
    fn a_file_is_named_by_its_file_system_s_device() {
        let info = "pos:\t0\nflags:\t0100002\nmnt_id:\t27\nino:\t10086623\n";
        assert_eq!(mount_and_inode(info), (Some(27), Some(10_086_623)));
        assert_eq!(mount_and_inode("pos:\t0\nmnt_id:\t27\n"), (Some(27), None));
        let mounts =
            "22 27 0:21 / /proc rw,relatime - proc proc rw\n27 1 254:0 / / rw - ext4 /dev/vda rw\n";
        assert_eq!(device_of_mount(mounts, 27), Some((254, 0)));
        assert_eq!(device_of_mount(mounts, 1), None);
    }
}
