//! The lists, as kernels of several releases write them.

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
    let listing = listing(text, FILE);
    let pids: Vec<_> = listing.waiting.iter().map(|it| it.pid).collect();
    assert_eq!(pids, [Some(9), Some(8), Some(10), None]);
    assert_eq!(listing.held.len(), 2);
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
    let line =
        b"lock:\t1: FLOCK  ADVISORY  WRITE 4711 fe:1a:42 0 EOF\n36 35 254:26 / / rw\nmnt_id:\t36\n";
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for _ in 0..20_000 {
        let mut bytes = line.repeat(1 + next(3));
        for _ in 0..next(6) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = next(256) as u8,
                1 => bytes.truncate(at + 1),
                _ => bytes.insert(at, b"0:- \n\t9"[next(7)]),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(held(&text, FILE).len() <= text.lines().count());
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

#[test]
fn who_waits_announces_or_has_a_lease_is_told_apart_from_a_holder() {
    let text = "1: FLOCK  ADVISORY  WRITE 7 fe:1a:42 0 EOF\n1: -> FLOCK  ADVISORY  READ 8 fe:1a:42 0 EOF\n\
        1:   -> FLOCK  ADVISORY  WRITE 9 fe:1a:42 0 EOF\n\
        2: OFDLCK ADVISORY  READ -1 fe:1a:42 4611686018427387904 4611686018427387904\n\
        3: LEASE  ACTIVE    READ  10 fe:1a:42 0 EOF\n4: LEASE  BREAKING  UNLCK 11 fe:1a:42 0 EOF\n\
        4: -> LEASE  BREAKER   WRITE 12 fe:1a:42 0 EOF\n5: DELEG  ACTIVE    WRITE 13 fe:1a:42 0 EOF\n";
    let listing = listing(text, FILE);
    let pids = |list: &[Listed]| list.iter().filter_map(|it| it.pid).collect::<Vec<u32>>();
    assert_eq!(pids(&listing.held), [7]);
    assert_eq!(pids(&listing.waiting), [8, 9]);
    assert_eq!(pids(&listing.leases), [10, 11, 13]);
    assert_eq!(listing.announced, 1);
}

#[test]
fn who_stands_twice_in_a_list_that_was_read_in_pieces_waits_once() {
    let text = "1: FLOCK  ADVISORY  WRITE 4711 fe:00:42 0 EOF
1: -> FLOCK  ADVISORY  WRITE 12 fe:00:42 0 EOF
1: -> FLOCK  ADVISORY  WRITE 13 fe:00:42 0 EOF
1: -> FLOCK  ADVISORY  WRITE 12 fe:00:42 0 EOF
";
    let listing = listing(text, Named { device: (0xfe, 0), inode: 42 });
    let pids: Vec<_> = listing.waiting.iter().map(|it| it.pid).collect();
    assert_eq!(pids, [Some(12), Some(13)]);
}
