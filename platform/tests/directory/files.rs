//! The lock file: how it is opened, created and removed.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;

use withlock_platform::directory::{self, Access};
use withlock_platform::evidence::{Facts, Kind};

use super::{errno, make_fifo, opened};
use crate::support::scratch::open;
use crate::support::{Scratch, Test, fork, tests};

pub(crate) fn tests() -> Vec<Test> {
    tests![
        a_link_is_never_opened,
        a_fifo_does_not_hang_the_caller,
        a_lock_file_never_takes_the_place_of_standard_output,
        a_lock_file_is_not_inherited,
        creating_what_exists_is_refused,
        a_new_file_is_private_and_usable_whatever_the_umask,
        removing_takes_the_name_and_never_a_directory,
        read_only_access_reads_only,
    ]
}

fn a_link_is_never_opened() {
    let scratch = Scratch::new();
    scratch.file("file");
    symlink("file", scratch.path().join("link")).expect("symlink");
    symlink("new", scratch.path().join("dangling")).expect("symlink");
    let directory = opened(scratch.path());
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let refused = errno(directory::open_existing(&directory, OsStr::new("link"), access))
            .expect("an errno");
        // POSIX.1 says ELOOP; FreeBSD EMLINK; NetBSD EFTYPE, whose number libc does not have everywhere.
        assert_ne!(refused, libc::ENOENT);
        assert!(!cfg!(target_os = "linux") || refused == libc::ELOOP, "{refused}");
    }
    assert_eq!(
        errno(directory::create(&directory, OsStr::new("dangling"), 0o600)),
        Some(libc::EEXIST)
    );
    assert!(!scratch.path().join("new").exists(), "the link was followed");
}

fn a_fifo_does_not_hang_the_caller() {
    let scratch = Scratch::new();
    make_fifo(&scratch.path().join("fifo"));
    let directory = opened(scratch.path());
    // Opened or refused, but at once; the file's kind is judged on the descriptor.
    for access in [Access::ReadWrite, Access::ReadOnly] {
        if let Ok(file) = directory::open_existing(&directory, OsStr::new("fifo"), access) {
            assert_eq!(Facts::of(&file).expect("facts").kind, Kind::Fifo);
        }
    }
    assert_eq!(errno(directory::create(&directory, OsStr::new("fifo"), 0o600)), Some(libc::EEXIST));
}

fn a_lock_file_never_takes_the_place_of_standard_output() {
    let scratch = Scratch::new();
    scratch.file("old");
    let mut child = fork(|| {
        let directory = opened(scratch.path());
        for fd in 0..3 {
            // SAFETY: nobody in this child uses these descriptors any more.
            unsafe { libc::close(fd) };
        }
        let old = directory::open_existing(&directory, OsStr::new("old"), Access::ReadWrite)
            .expect("open");
        let new = directory::create(&directory, OsStr::new("new"), 0o600).expect("create");
        // SAFETY: touches no memory.
        let still_closed = (0..3).all(|fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1);
        i32::from(
            !(old.as_raw_fd() > 2 && new.as_raw_fd() > 2 && still_closed && closes_on_exec(&new)),
        )
    });
    assert!(child.wait().success());
}

fn closes_on_exec(file: &File) -> bool {
    // SAFETY: the descriptor is open for as long as `file` is borrowed.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) & libc::FD_CLOEXEC != 0 }
}

fn a_lock_file_is_not_inherited() {
    let scratch = Scratch::new();
    let directory = opened(scratch.path());
    assert!(closes_on_exec(&directory));
    assert!(closes_on_exec(
        &directory::create(&directory, OsStr::new("file"), 0o600).expect("create")
    ));
    let old =
        directory::open_existing(&directory, OsStr::new("file"), Access::ReadOnly).expect("open");
    assert!(closes_on_exec(&old));
    assert!(closes_on_exec(&directory::root().expect("root").0));
}

fn creating_what_exists_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.file("file");
    open(&path).write_all(b"precious").expect("write");
    let directory = opened(scratch.path());
    assert_eq!(errno(directory::create(&directory, OsStr::new("file"), 0o600)), Some(libc::EEXIST));
    drop(
        directory::open_existing(&directory, OsStr::new("file"), Access::ReadWrite).expect("open"),
    );
    assert_eq!(std::fs::read(&path).expect("read"), b"precious");
    assert_eq!(
        errno(directory::open_existing(&directory, OsStr::new("nobody"), Access::ReadWrite)),
        Some(libc::ENOENT),
        "opening must not create"
    );
}

fn with_umask<T>(mask: libc::mode_t, body: impl FnOnce() -> T) -> T {
    // SAFETY: touches no memory and can't fail.
    let before = unsafe { libc::umask(mask) };
    let result = body();
    // SAFETY: as above.
    unsafe { libc::umask(before) };
    result
}

fn a_new_file_is_private_and_usable_whatever_the_umask() {
    let scratch = Scratch::new();
    let directory = opened(scratch.path());
    for mask in [0, 0o022, 0o277, 0o777] {
        let name = OsString::from(format!("{mask:o}"));
        let mut file = with_umask(mask, || {
            let file = directory::create(&directory, &name, 0o600);
            // Asking for the umask means setting it; `with_umask` sets it back.
            // SAFETY: touches no memory and can't fail.
            assert_eq!(unsafe { libc::umask(0) }, mask, "the umask is as it was");
            file
        })
        .expect("create");
        assert_eq!(Facts::of(&file).expect("facts").mode, 0o600, "umask {mask:o}");
        file.write_all(b"usable").expect("write");
    }
}

fn removing_takes_the_name_and_never_a_directory() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path().join("directory")).expect("mkdir");
    scratch.file("target");
    symlink("target", scratch.path().join("link")).expect("symlink");
    let directory = opened(scratch.path());
    directory::remove(&directory, OsStr::new("link")).expect("remove");
    assert!(scratch.path().join("target").exists(), "the link goes, not what it points to");
    directory::remove(&directory, OsStr::new("target")).expect("remove");
    assert_eq!(errno(directory::remove(&directory, OsStr::new("target"))), Some(libc::ENOENT));
    directory::remove(&directory, OsStr::new("directory")).expect_err("a directory stays");
    assert!(scratch.path().join("directory").exists());
}

fn read_only_access_reads_only() {
    let scratch = Scratch::new();
    scratch.file("file");
    let mut file =
        directory::open_existing(&opened(scratch.path()), OsStr::new("file"), Access::ReadOnly)
            .expect("open");
    assert_eq!(file.read(&mut [0]).expect("read"), 0);
    assert_eq!(errno(file.write(b"x")), Some(libc::EBADF));
}
