//! The system calls of a run, counted and refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{self, Scratch, find_program, signals, skip, stderr};

/// The calls of `flock FILE COMMAND` on a local file system, up to the start of the command and after its end, and what each
/// is for.
const CALLS: [(&str, usize, &str); 7] = [
    ("openat", 1, "the file"),
    ("flock", 1, "lock"),
    ("rt_sigaction", 3, "SIGCHLD: by default; held, and not any more"),
    ("rt_sigprocmask", 3, "hold signals back for the start (musl needs two), and let them act"),
    ("access", 1, "where the command lies"),
    ("clone", 1, "start"),
    ("wait4", 1, "how it ended"),
];

/// Other names for the same call, by C library and machine.
const ALIASES: [(&str, &str); 4] =
    [("clone3", "clone"), ("faccessat", "access"), ("faccessat2", "access"), ("open", "openat")];

/// The allocator's calls depend on the C library and on what fits.
const ALLOCATOR: [&str; 6] = ["brk", "mmap", "munmap", "mremap", "madvise", "mprotect"];

/// A run under strace(1) with these options of it; `None`, having said why, without it.
fn traced(place: &Path, options: &[&str], arguments: &[&str]) -> Option<(Output, String)> {
    let Some(strace) = find_program("strace") else {
        skip("strace");
        return None;
    };
    let log = place.join("log");
    let mut command = Command::new(strace);
    signals::plain(&mut command);
    command.args(options).arg("-o").arg(&log).arg(support::program());
    command.args(["--face", "flock"]).args(arguments).current_dir(place);
    let output = command.output().unwrap();
    let calls = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    Some((output, calls))
}

#[test]
fn a_run_makes_no_system_call_that_it_does_not_need() {
    // The standard library checks descriptors in a debug build.
    if cfg!(debug_assertions) {
        return;
    }
    let scratch = Scratch::new();
    let Some((output, calls)) = traced(scratch.path(), &["-qq"], &["lock", "/bin/true"]) else {
        return;
    };
    assert!(output.status.success(), "{}", stderr(&output));
    // Before the first call of its own, there is the loader, which differs from build to build.
    let own = calls.find("openat(AT_FDCWD, \"lock\"").expect("it opens the file first");
    let mut counts = BTreeMap::new();
    for line in calls[own..].lines() {
        let Some((name, _)) = line.split_once('(') else { continue };
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
        if line.starts_with("---") || ALLOCATOR.contains(&name) || name == "exit_group" {
            continue;
        }
        *counts.entry(name.to_owned()).or_insert(0_usize) += 1;
    }
    for (name, count) in &counts {
        let allowed =
            CALLS.iter().find(|(known, ..)| known == name).map_or(0, |(_, count, _)| *count);
        assert!(*count <= allowed, "{name}: {count} times, at most {allowed}\n{}", &calls[own..]);
    }
    assert_eq!(scratch.names(), ["lock"], "it stays");
}

/// NFS makes a range of bytes of the lock, for which the file must be open for writing.
#[test]
fn a_file_server_that_wants_a_file_open_for_writing_gets_it() {
    let scratch = Scratch::new();
    for error in ["EBADF", "EIO"] {
        let refuse = format!("inject=flock:error={error}:when=1");
        let options = ["-qq", "-e", "trace=openat,open,flock", "-e", &refuse];
        let line = ["-n", "lock", "echo", "ran"];
        let Some((output, calls)) = traced(scratch.path(), &options, &line) else { return };
        assert_eq!(output.stdout, b"ran\n", "{error}: {}\n{calls}", stderr(&output));
        let reopened = calls.lines().any(|call| call.contains("\"lock\", O_RDWR|O_NOCTTY"));
        assert!(reopened, "{error}: {calls}");
    }
}

/// One who reads has the file as it is, and nobody goes on without a lock.
#[test]
fn what_can_t_be_locked_is_said_and_nothing_is_run() {
    let scratch = Scratch::new();
    for (line, error, status) in [
        (&["-s", "lock", "echo", "ran"][..], "EBADF", 65),
        (&["lock", "echo", "ran"], "EINVAL", 65),
        (&["lock", "echo", "ran"], "EOPNOTSUPP", 65),
        (&["lock", "echo", "ran"], "ENOLCK", 71),
        (&["lock", "echo", "ran"], "ENOMEM", 71),
        (&["-u", "lock", "echo", "ran"], "EINVAL", 65),
    ] {
        let refuse = format!("inject=flock:error={error}");
        let options = ["-qq", "-e", "trace=openat,open,flock", "-e", &refuse];
        let Some((output, _)) = traced(scratch.path(), &options, line) else { return };
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(status), "{line:?} {error}: {said}");
        assert!(said.starts_with("flock: lock: ") && output.stdout.is_empty(), "{said}");
    }
}

/// Linux forbids to create what another user has in a place like /tmp, though it is there.
#[test]
fn another_user_s_file_in_tmp_is_opened_though_it_may_not_be_created() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    fs::write(&lock, "").unwrap();
    let path = lock.to_str().unwrap();
    let options = ["-qq", "-P", path, "-e", "inject=openat,open:error=EACCES:when=1"];
    let Some((output, calls)) = traced(scratch.path(), &options, &[path, "echo", "ran"]) else {
        return;
    };
    assert_eq!(output.stdout, b"ran\n", "{}\n{calls}", stderr(&output));
    let opens: Vec<&str> = calls.lines().filter(|call| call.starts_with("open")).collect();
    assert!(opens.len() == 2 && !opens[1].contains("O_CREAT"), "{calls}");
}

#[test]
fn no_room_for_a_file_is_told_from_a_file_that_may_not_be_opened() {
    let scratch = Scratch::new();
    let path = scratch.join("lock");
    let path = path.to_str().unwrap();
    for (error, status) in [
        ("EROFS", 73),
        ("ENOSPC", 73),
        ("ENOMEM", 71),
        ("EMFILE", 71),
        ("ENFILE", 71),
        ("EACCES", 66),
        ("EDQUOT", 66),
        ("ENAMETOOLONG", 66),
    ] {
        let refuse = format!("inject=openat,open:error={error}");
        let options = ["-qq", "-P", path, "-e", &refuse];
        let Some((output, _)) = traced(scratch.path(), &options, &[path, "echo", "ran"]) else {
            return;
        };
        assert_eq!(output.status.code(), Some(status), "{error}: {}", stderr(&output));
        assert!(output.stdout.is_empty() && scratch.names().is_empty(), "{error}");
    }
}

#[test]
fn a_process_that_can_t_be_had_is_said() {
    let scratch = Scratch::new();
    let options = ["-qq", "-e", "inject=clone,clone3:error=EAGAIN"];
    let Some((output, calls)) = traced(scratch.path(), &options, &["lock", "echo", "ran"]) else {
        return;
    };
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(71), "{said}\n{calls}");
    assert!(said.starts_with("flock: ") && output.stdout.is_empty(), "{said}");
}
