//! Locks on bytes that the caller names, and descriptors as the caller has them.

use std::os::fd::AsRawFd;

use withlock_platform::backend::{Attempt, ByteLock, Bytes, Conflict, LockBackend, Mode};
use withlock_platform::descriptor;

use crate::support::scratch::open;
use crate::support::{Scratch, Test, fork, tests};

pub(crate) fn tests() -> Vec<Test> {
    tests![
        only_who_wants_the_same_bytes_is_kept_out,
        the_process_in_the_way_is_told,
        the_open_file_keeps_its_bytes,
        what_is_no_offset_is_an_error_and_no_lock,
        a_descriptor_of_the_callers_is_not_closed,
        a_descriptor_that_is_not_open_is_an_error,
    ]
}

fn bytes(start: u64, length: u64) -> Bytes {
    Bytes { start, length }
}

/// What another process is told that tries for these bytes.
fn tried(path: &std::path::Path, call: &ByteLock) -> Attempt {
    let mut child = fork(|| match call.try_lock(&open(path), Mode::Exclusive) {
        Ok(Attempt::Granted) => 0,
        Ok(Attempt::Busy) => 1,
        Err(_) => 2,
    });
    match child.wait().code() {
        Some(0) => Attempt::Granted,
        Some(1) => Attempt::Busy,
        other => panic!("{other:?}"),
    }
}

fn only_who_wants_the_same_bytes_is_kept_out() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let file = open(&path);
    let held = ByteLock::of_process(bytes(10, 10));
    assert_eq!(held.try_lock(&file, Mode::Exclusive).unwrap(), Attempt::Granted);
    for (start, length, answer) in [
        (0, 10, Attempt::Granted),
        (0, 11, Attempt::Busy),
        (19, 1, Attempt::Busy),
        (20, 0, Attempt::Granted),
        (0, 0, Attempt::Busy),
    ] {
        let call = ByteLock::of_process(bytes(start, length));
        assert_eq!(tried(&path, &call), answer, "{start} {length}");
    }
    held.unlock(&file).unwrap();
    assert_eq!(tried(&path, &ByteLock::of_process(bytes(0, 0))), Attempt::Granted);
}

fn the_process_in_the_way_is_told() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let file = open(&path);
    let first = ByteLock::of_process(bytes(0, 1));
    for mode in [Mode::Shared, Mode::Exclusive] {
        assert_eq!(first.try_lock(&file, mode).unwrap(), Attempt::Granted);
        assert_eq!(first.conflict(&file).unwrap(), None, "its own");
        let there = Some(Conflict { mode, pid: Some(std::process::id()) });
        let mut other = fork(|| i32::from(first.conflict(&open(&path)).unwrap() != there));
        assert_eq!(other.wait().code(), Some(0), "{mode:?}");
        let behind = ByteLock::of_process(bytes(1, 0));
        let mut other = fork(|| i32::from(behind.conflict(&open(&path)).unwrap().is_some()));
        assert_eq!(other.wait().code(), Some(0), "{mode:?}");
    }
}

fn the_open_file_keeps_its_bytes() {
    let Some(held) = ByteLock::of_description(bytes(0, 0)) else { return };
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let file = open(&path);
    let mut child =
        fork(|| i32::from(!matches!(held.try_lock(&file, Mode::Exclusive), Ok(Attempt::Granted))));
    assert_eq!(child.wait().code(), Some(0));
    assert_eq!(tried(&path, &held), Attempt::Busy, "the child has ended, and the file is open");
    drop(file);
    assert_eq!(tried(&path, &held), Attempt::Granted);
}

fn what_is_no_offset_is_an_error_and_no_lock() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let call = ByteLock::of_process(bytes(1 << 63, 1));
    let error = call.try_lock(&open(&path), Mode::Exclusive).unwrap_err();
    assert_eq!(error.io().raw_os_error(), Some(libc::EINVAL));
}

fn a_descriptor_of_the_callers_is_not_closed() {
    let scratch = Scratch::new();
    let file = open(&scratch.file("lock"));
    let number = descriptor::inherited(file.as_raw_fd()).unwrap().as_raw_fd();
    assert_eq!(number, file.as_raw_fd());
    file.metadata().unwrap();
}

fn a_descriptor_that_is_not_open_is_an_error() {
    for number in [-1, 999, i32::MAX] {
        let error = descriptor::inherited(number).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EBADF), "{number}");
    }
}
