//! Paths that lead to another directory while somebody waits: a link that a deployment switches, a directory that is
//! renamed. Nobody comes to the old place any more, so whoever gets the lock there last removes the file.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::support::{Running, Scratch, kill, wait_until, waits_for_lock, withlock};

/// Two directories, and a path to a lock file in the first of them.
struct Stage {
    scratch: Scratch,
    /// The first directory's name, after the redirection.
    old: &'static str,
    /// What is to be done to redirect the path.
    redirect: fn(&Scratch),
}

/// Safe whatever the umask.
fn make_directory(path: &Path) {
    fs::create_dir(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn by_link() -> Stage {
    let scratch = Scratch::new();
    make_directory(&scratch.join("r1"));
    make_directory(&scratch.join("r2"));
    symlink("r1", scratch.join("current")).unwrap();
    let redirect = |scratch: &Scratch| {
        symlink("r2", scratch.join("next")).unwrap();
        fs::rename(scratch.join("next"), scratch.join("current")).unwrap();
    };
    Stage { scratch, old: "r1", redirect }
}

fn by_renaming() -> Stage {
    let scratch = Scratch::new();
    make_directory(&scratch.join("current"));
    let redirect = |scratch: &Scratch| {
        fs::rename(scratch.join("current"), scratch.join("old")).unwrap();
        make_directory(&scratch.join("current"));
    };
    Stage { scratch, old: "old", redirect }
}

impl Stage {
    fn lock(&self) -> PathBuf {
        self.scratch.join("current/lock")
    }

    fn redirect(&self) {
        (self.redirect)(&self.scratch);
    }

    /// What lies in the directory that the path led to, and in the one that it leads to.
    fn left(&self) -> [Vec<String>; 2] {
        [self.old, "current"].map(|name| {
            let entries = fs::read_dir(self.scratch.join(name)).unwrap();
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
        })
    }
}

const EMPTY: [Vec<String>; 2] = [Vec::new(), Vec::new()];

/// A run that sleeps until it gets the lock.
fn waiter(options: &[&str], lock: &Path) -> Child {
    let mut command = withlock(options);
    command.arg(lock).args(["sh", "-c", "ls \"${WITHLOCK_LOCKFILE%/*}\""]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(child.id()));
    child
}

#[test]
fn whoever_waited_for_a_file_that_has_lost_its_path_removes_it_and_runs_under_the_other() {
    for stage in [by_link, by_renaming] {
        for (holder, options) in
            [(&[][..], &["-w", "inf"][..]), (&["-s"], &["-w", "inf"]), (&[], &["-s", "-w", "inf"])]
        {
            let stage = stage();
            let running = Running::start(holder, &stage.lock());
            let waiters = [(); 2].map(|()| waiter(options, &stage.lock()));
            stage.redirect();
            let (status, _, errors) = running.finish();
            assert!(status.success(), "{errors}");
            for waiter in waiters {
                let output = waiter.wait_with_output().unwrap();
                assert!(output.status.success(), "{output:?}");
                assert_eq!(output.stdout, b"lock\n", "its lock is where the path leads now");
            }
            assert_eq!(stage.left(), EMPTY, "{holder:?} {options:?}");
        }
    }
}

#[test]
fn whoever_gives_up_waiting_for_a_file_that_has_lost_its_path_leaves_none() {
    for stage in [by_link, by_renaming] {
        for is_told in [true, false] {
            let stage = stage();
            let running = Running::start(&[], &stage.lock());
            // In this order both have come to the old file before the path leads elsewhere.
            let told = waiter(&["-w", "inf"], &stage.lock());
            let other = waiter(&["-w", "inf"], &stage.lock());
            stage.redirect();
            if is_told {
                kill(told.id(), libc::SIGTERM);
                kill(other.id(), libc::SIGTERM);
                told.wait_with_output().unwrap();
                other.wait_with_output().unwrap();
                assert!(running.finish().0.success());
            } else {
                assert!(running.finish().0.success());
                kill(told.id(), libc::SIGTERM);
                kill(other.id(), libc::SIGTERM);
                told.wait_with_output().unwrap();
                other.wait_with_output().unwrap();
            }
            assert_eq!(stage.left(), EMPTY, "{is_told}");
        }
    }
}

#[test]
fn whoever_runs_out_of_time_behind_a_file_that_has_lost_its_path_leaves_none() {
    for stage in [by_link, by_renaming] {
        let stage = stage();
        let running = Running::start(&[], &stage.lock());
        let mut late = withlock(["-w", "0.2"]);
        let late = late.arg(stage.lock()).arg("true").spawn().unwrap();
        stage.redirect();
        let other = Running::start(&["-w", "inf"], &stage.lock());
        late.wait_with_output().unwrap();
        assert!(running.finish().0.success());
        assert!(other.finish().0.success());
        assert_eq!(stage.left(), EMPTY);
    }
}
