//! How errors of lock calls are told apart: the cure differs.

use std::io;

use crate::support::Test;
use crate::support::{Scratch, tests, tests_of_backends};
use withlock_platform::backend::{LockBackend, LockError, Mode};

pub(crate) fn tests() -> Vec<Test> {
    let mut tests = tests![
        a_file_system_without_locks_is_told_from_a_lock_that_is_held,
        a_deadlock_is_told_from_a_broken_call,
        anything_else_is_a_failure,
        the_message_is_the_systems,
    ];
    tests.extend(tests_of_backends![a_writers_lock_of_a_read_only_file_works_or_is_an_error]);
    tests
}

fn of(errno: i32) -> LockError {
    LockError::from_io(io::Error::from_raw_os_error(errno))
}

fn a_file_system_without_locks_is_told_from_a_lock_that_is_held() {
    for errno in [libc::ENOLCK, libc::EOPNOTSUPP, libc::ENOTSUP, libc::ENOSYS, libc::EINVAL] {
        assert!(
            matches!(of(errno), LockError::Unsupported(error) if error.raw_os_error() == Some(errno)),
            "{errno}"
        );
    }
}

fn a_deadlock_is_told_from_a_broken_call() {
    assert!(
        matches!(of(libc::EDEADLK), LockError::Deadlock(error) if error.raw_os_error() == Some(libc::EDEADLK))
    );
}

fn anything_else_is_a_failure() {
    for errno in [libc::EBADF, libc::EIO, libc::EPERM, libc::ENOMEM, libc::ESTALE] {
        assert!(
            matches!(of(errno), LockError::Failed(error) if error.raw_os_error() == Some(errno)),
            "{errno}"
        );
    }
    assert!(matches!(LockError::from_io(io::Error::other("no errno")), LockError::Failed(_)));
}

fn the_message_is_the_systems() {
    let error = of(libc::ENOLCK);
    assert_eq!(error.to_string(), io::Error::from_raw_os_error(libc::ENOLCK).to_string());
    assert_eq!(error.io().raw_os_error(), Some(libc::ENOLCK));
    assert!(std::error::Error::source(&error).is_some());
}

fn a_writers_lock_of_a_read_only_file_works_or_is_an_error(by: &'static dyn LockBackend) {
    let scratch = Scratch::new();
    let file = std::fs::File::open(scratch.file("lock")).expect("open for reading");
    let tried = by.try_lock(&file, Mode::Exclusive);
    assert_eq!(tried.is_ok(), by.read_only_suffices(Mode::Exclusive), "{tried:?}");
    by.try_lock(&file, Mode::Shared).expect("a reader's lock needs reading only");
}
