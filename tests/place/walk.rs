//! Walks to a lock file that meet what is rare: a name that changes while it is looked at, and other file systems.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::complaint::{self, assert_complains, assert_silent, run};
use crate::support::people::{ALICE, Public, directory};
use crate::support::{self, Scratch, find_program, skip, stderr, wait_until, withlock};

/// A command line under strace(1), with these options; `None`, having said why, where there is none.
fn traced(options: &[&str], log: &Path, command: &Command) -> Option<Command> {
    let Some(strace) = find_program("strace") else {
        skip("strace");
        return None;
    };
    let mut traced = Command::new(strace);
    traced.args(["-qq", "-o"]).arg(log).args(options);
    traced.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    Some(traced)
}

/// Locks `lock` and stops each time that the name "entry" has been looked at, for `change` to change it; returns how it
/// ended, and how often it stopped. The job prints "ran".
fn stepwise(scratch: &Scratch, lock: &Path, change: impl Fn(usize)) -> Option<(Output, usize)> {
    const STOP: &str = "inject=?newfstatat,?fstatat64,?statx:signal=SIGSTOP";
    let log = scratch.join("log");
    let command = withlock([lock.as_os_str(), "echo".as_ref(), "ran".as_ref()]);
    let options = ["-P", "entry", "-e", "trace=?newfstatat,?fstatat64,?statx", "-e", STOP];
    let mut traced = traced(&options, &log, &command)?;
    let mut child = traced.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stops = 0;
    let seen = || fs::read_to_string(&log).unwrap_or_default().matches("stopped by").count();
    loop {
        let mut has_ended = false;
        wait_until("it stops, or ends", || {
            has_ended = child.try_wait().unwrap().is_some();
            has_ended || seen() > stops
        });
        if has_ended {
            return Some((child.wait_with_output().unwrap(), stops));
        }
        let pid = support::procfs::child(child.id()).unwrap();
        change(stops);
        stops += 1;
        if stops == 100 {
            support::kill(pid, libc::SIGKILL);
            panic!("it does not end: {:?}", child.wait_with_output());
        }
        support::kill(pid, libc::SIGCONT);
    }
}

fn replace(at: &Path, by: &dyn Fn(&Path)) {
    if fs::symlink_metadata(at).unwrap().is_dir() {
        fs::remove_dir(at).unwrap();
    } else {
        fs::remove_file(at).unwrap();
    }
    by(at);
}

#[test]
fn a_link_that_becomes_a_file_while_it_is_looked_at_is_locked_as_a_file() {
    let scratch = Scratch::new();
    let entry = scratch.join("entry");
    symlink("elsewhere", &entry).unwrap();
    let change = |stop| {
        if stop == 0 {
            replace(&entry, &|at| fs::write(at, "theirs").unwrap());
        }
    };
    let Some((output, _)) = stepwise(&scratch, &entry, change) else { return };
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"ran\n"[..]));
    assert_eq!(fs::read_to_string(&entry).unwrap(), "theirs");
    assert!(!scratch.join("elsewhere").exists());
}

#[test]
fn a_link_that_becomes_a_directory_while_it_is_looked_at_is_no_lock_file() {
    let scratch = Scratch::new();
    let entry = scratch.join("entry");
    symlink("elsewhere", &entry).unwrap();
    let change = |stop| {
        if stop == 0 {
            replace(&entry, &|at| fs::create_dir(at).unwrap());
        }
    };
    let Some((output, _)) = stepwise(&scratch, &entry, change) else { return };
    assert_complains("directory", &output, 73, &["entry: is a directory"]);
}

#[test]
fn a_name_that_changes_each_time_it_is_looked_at_does_not_keep_a_run_busy_for_ever() {
    let scratch = Scratch::new();
    let entry = scratch.join("entry");
    symlink("elsewhere", &entry).unwrap();
    // A link for each look, a file for each step.
    let change = |stop| match stop % 2 {
        0 => replace(&entry, &|at| fs::write(at, "").unwrap()),
        _ => replace(&entry, &|at| symlink("elsewhere", at).unwrap()),
    };
    let Some((output, stops)) = stepwise(&scratch, &entry, change) else { return };
    assert_complains("changing", &output, 73, &["entry: too many symbolic links"]);
    // Two looks each time, as often as links are followed.
    assert_eq!(stops, 2 * 33);
}

/// The names that a run looks up in the directory because of which it is refused. `None`, having said why, where that
/// can't be seen.
fn looked_up(directory: &Path, scratch: &Scratch, command: &Command) -> Option<Vec<String>> {
    let log = scratch.join("log");
    let mut traced = traced(&["-y", "-e", "trace=%file,?fstat,?fstat64"], &log, command)?;
    let output = run(traced.current_dir(command.get_current_dir().unwrap()));
    let because = format!("because {} ", directory.display());
    assert_complains(&format!("{command:?}"), &output, 3, &["refused", &because]);
    let log = fs::read_to_string(&log).unwrap();
    let open = format!("<{}>", directory.display());
    assert!(log.contains(&open), "{log}");
    let names = log.lines().filter_map(|line| line.split(&open).nth(1)?.split('"').nth(1));
    // Neither itself, by its descriptor or as a start, nor what the C library looks for.
    let is_in_it = |name: &&str| !["", "."].contains(name) && !name.starts_with('/');
    Some(names.filter(is_in_it).map(str::to_owned).collect())
}

#[test]
fn nothing_is_looked_up_in_a_directory_of_somebody_else_who_may_let_it_hang() {
    let Some(public) = Public::new() else { return };
    let scratch = Scratch::new();
    // Somebody else's, and one in which anybody may put his own in the place of what is there.
    for (owner, mode) in [(ALICE, 0o755), (ALICE, 0o1777), (0, 0o777)] {
        let home = public.directory(&format!("{owner}-{mode:o}"), owner, mode);
        directory(&home, "inner", 0, 0o755);
        symlink("inner", home.join("link")).unwrap();
        fs::write(home.join("file"), "").unwrap();
        for name in ["inner/lock", "link/lock", "file/lock", "none/lock", "inner", "none", ".."] {
            let lock = home.join(name);
            let absolute = public.withlock_as(0, [lock.as_os_str(), "echo".as_ref()]);
            let mut relative = public.withlock_as(0, [name, "echo"]);
            relative.current_dir(&home);
            for command in [absolute, relative] {
                let Some(names) = looked_up(&home, &scratch, &command) else { return };
                assert_eq!(names, Vec::<String>::new(), "{command:?}");
            }
        }
    }
}

#[test]
fn a_name_that_can_not_be_looked_up_is_not_taken_for_a_free_one() {
    let scratch = Scratch::new();
    let lock = scratch.join("n".repeat(300));
    let output = run(withlock(["--no-create"]).arg(lock).args(["echo", "ran"]));
    assert_complains("too long", &output, 73, &["looking up", "ame too long"]);
}

/// A directory on a file system of its own, and the way to a lock file in it; removed at the end.
struct Volatile(PathBuf);

impl Volatile {
    fn new() -> Option<Self> {
        let path = PathBuf::from(format!("/dev/shm/withlock-test-{}", std::process::id()));
        // Root trusts it as it is; another user as well, for the directory is his own.
        let is_there = fs::DirBuilder::new().mode(0o700).create(&path).is_ok();
        if !is_there {
            skip("needs a volatile file system at /dev/shm");
            return None;
        }
        // So many levels that one question a level would be more than one a file system.
        fs::DirBuilder::new().mode(0o700).recursive(true).create(path.join("a/b/c")).unwrap();
        Some(Self(path))
    }

    fn lock(&self) -> PathBuf {
        self.0.join("a/b/c/lock")
    }
}

impl Drop for Volatile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Lustre's number, as fstatfs(2) puts it at the start of its answer.
fn lustre() -> String {
    let magic = (0x0bd0_0bd0 as libc::c_long).to_ne_bytes();
    magic.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn each_file_system_on_the_way_is_asked_once_and_a_server_is_told_of_once() {
    let scratch = Scratch::new();
    let Some(volatile) = Volatile::new() else { return };
    let log = scratch.join("log");
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    // From the lock file's directory up to the root: what lies on another device than its parent.
    let lock = volatile.lock();
    let above: Vec<&Path> = lock.ancestors().skip(1).collect();
    let is_new = |(number, path): &(usize, &&Path)| {
        above.get(number + 1).is_none_or(|parent| device(parent) != device(path))
    };
    let asked = above.iter().enumerate().filter(is_new).count();
    let command = withlock([lock.as_os_str(), "echo".as_ref(), "ran".as_ref()]);
    let trace = ["-e", "trace=?fstatfs,?fstatfs64"];
    let Some(mut plain) = traced(&trace, &log, &command) else { return };
    assert_silent("local", &plain.output().unwrap(), 0);
    let counted = fs::read_to_string(&log).unwrap().lines().count();
    assert_eq!(counted, asked);

    let inject = ["?fstatfs:poke_exit=@arg2", "?fstatfs64:poke_exit=@arg3"]
        .map(|answer| format!("inject={answer}={}", lustre()));
    let options = [trace[0], trace[1], "-e", &inject[0], "-e", &inject[1]];
    // A device number tells nothing: Lustre's is a hash, and looks like a disk's.
    let on_disk = scratch.join("lock");
    let other = withlock([on_disk.as_os_str(), "echo".as_ref(), "ran".as_ref()]);
    for command in [command, other] {
        let Some(mut remote) = traced(&options, &log, &command) else { return };
        let output = remote.output().unwrap();
        let errors = stderr(&output);
        if errors.contains("strace: ") {
            return skip("strace that can change what a call answers");
        }
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"ran\n"[..]));
        assert_eq!(errors.matches("warning: ").count(), 1, "{errors}");
        complaint::assert_is_one_line("remote", &errors);
    }
}
