//! The order of waiters on a local file system of Linux, and the locks by which the kernel keeps it. `ci/i686` runs this
//! for 32 bits as well.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::support::{Running, Scratch, forced_backend, wait_until, waits_for_lock, withlock};

/// The kernel's locks on this file that are held: kind, mode, and the bytes.
fn held(lock: &Path) -> Vec<String> {
    let inode = format!(":{} ", fs::metadata(lock).unwrap().ino());
    let all = fs::read_to_string("/proc/locks").unwrap();
    let ours = all.lines().filter(|line| line.contains(&inode) && !line.contains("->"));
    let said = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        format!("{} {} {} {}", words[1], words[3], words[6], words[7])
    };
    let mut held: Vec<String> = ours.map(said).collect();
    held.sort();
    held
}

/// Waits until just these locks are held: while others come and go, the kernel's list may lack one, or have it twice.
fn await_locks(lock: &Path, expected: &[String]) {
    wait_until(&format!("{expected:?} are held"), || held(lock) == expected);
}

#[test]
fn twelve_waiters_get_one_file_in_the_order_in_which_they_came() {
    if forced_backend().is_some() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let inode = fs::metadata(&lock).unwrap().ino();
    let range = format!("OFDLCK WRITE 0 {}", (1_u64 << 62) - 1);
    let whole = "FLOCK WRITE 0 EOF".to_owned();
    await_locks(&lock, &[whole.clone(), range.clone()]);
    let start = |_| -> Child {
        let mut waiter = withlock(["-w", "inf"]);
        waiter.arg(&lock).args(["stat", "-c", "%i"]).arg(&lock).stdout(Stdio::piped());
        let waiter = waiter.spawn().unwrap();
        wait_until("it waits", || waits_for_lock(waiter.id()));
        waiter
    };
    let mut waiters: Vec<Child> = (0..12).map(start).collect();
    let marker = format!("OFDLCK READ {0} {0}", 1_u64 << 62);
    let mut all = vec![whole, marker.clone(), range];
    all.splice(1..1, vec![marker; 11]);
    // The lock, and an announcement of each waiter.
    await_locks(&lock, &all);
    holder.finish();
    let mut inodes = Vec::new();
    for waiter in waiters.drain(..) {
        inodes.push(waiter.wait_with_output().unwrap().stdout);
    }
    assert_eq!(inodes, vec![format!("{inode}\n").into_bytes(); 12], "each got the same file");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn the_order_in_which_waiters_came_is_the_order_in_which_their_jobs_run() {
    if forced_backend().is_some() {
        return;
    }
    let (place, aside) = (Scratch::new(), Scratch::new());
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let mut waiters: Vec<Child> = Vec::new();
    for number in 0..12 {
        let mut waiter = withlock(["-w", "inf"]);
        let job = format!("echo {number} >>{}", aside.join("log").display());
        let waiter = waiter.arg(&lock).args(["sh", "-c", &job]).spawn().unwrap();
        wait_until("it waits", || waits_for_lock(waiter.id()));
        waiters.push(waiter);
    }
    holder.finish();
    for mut waiter in waiters {
        assert!(waiter.wait().unwrap().success());
    }
    let expected: String = (0..12).map(|number| format!("{number}\n")).collect();
    assert_eq!(fs::read_to_string(aside.join("log")).unwrap(), expected);
    assert_eq!(place.names(), [""; 0]);
}
