//! Locking through a descriptor that was opened for less.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use withlock_platform::backend::{self, LockBackend, LockError, Mode};

use crate::support::watch::locks;
use crate::support::{Scratch, Test, tests_of_backends};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_backends![
        a_read_only_file_can_be_locked_as_far_as_is_said,
        a_read_only_directory_can_be_locked_as_far_as_is_said,
        a_descriptor_that_cannot_be_locked_is_an_error_and_not_busy,
    ]
}

type Backend = &'static dyn LockBackend;

const X: Mode = Mode::Exclusive;
const S: Mode = Mode::Shared;

fn a_read_only_file_can_be_locked_as_far_as_is_said(by: Backend) {
    let scratch = Scratch::new();
    read_only(by, &scratch.file("lock"));
}

fn a_read_only_directory_can_be_locked_as_far_as_is_said(by: Backend) {
    read_only(by, Scratch::new().path());
}

fn read_only(by: Backend, path: &Path) {
    let file = std::fs::File::open(path).expect("open for reading");
    for mode in [X, S] {
        let tried = by.try_lock(&file, mode);
        if by.read_only_suffices(mode) {
            assert!(matches!(tried, Ok(backend::Attempt::Granted)), "{tried:?}");
            assert!(matches!(by.lock(&file, mode), Ok(backend::Wakeup::Granted)));
        } else {
            assert_eq!(errno_of_failed(tried), libc::EBADF);
            assert_eq!(errno_of_failed(by.lock(&file, mode)), libc::EBADF);
        }
        by.unlock(&file).expect("unlock");
        assert!(!path.is_file() || locks(path).is_empty());
    }
}

fn a_descriptor_that_cannot_be_locked_is_an_error_and_not_busy(by: Backend) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    // Linux gives a descriptor of O_PATH to no call but a few (open(2), O_PATH): EBADF.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(&path).expect("open");
    for mode in [X, S] {
        assert_eq!(errno_of_failed(by.try_lock(&file, mode)), libc::EBADF);
        assert_eq!(errno_of_failed(by.lock(&file, mode)), libc::EBADF);
    }
    assert_eq!(errno_of_failed(by.unlock(&file)), libc::EBADF);
    assert_eq!(locks(&path), [""; 0]);
}

fn errno_of_failed<T: std::fmt::Debug>(answer: Result<T, LockError>) -> i32 {
    match answer {
        Err(LockError::Failed(error)) => error.raw_os_error().expect("an errno"),
        other => panic!("{other:?}"),
    }
}
