//! Who holds a busy lock is said as far as it is known, and nothing is said that may be wrong.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::support::complaint::{assert_complains, run};
use crate::support::{
    JOB, Running, Scratch, excludes_fcntl, excludes_flock, find_program, is_root, process_owned,
    procfs, skip, stderr, wait_until, withlock,
};

/// What a run is told about the lock in this place, which is busy: behind "is held by".
fn told(place: &Scratch) -> String {
    let output = run(withlock(["lock", "echo"]).current_dir(place.path()));
    assert_complains("busy", &output, 1, &["withlock: lock is held by "]);
    behind("is held by ", &stderr(&output))
}

fn behind(words: &str, text: &str) -> String {
    let (_, rest) = text.split_once(words).unwrap_or_else(|| panic!("{words:?}: {text:?}"));
    rest.lines().next().unwrap().to_owned()
}

/// The same, by a run that waits and says what it does.
fn told_while_waiting(place: &Scratch) -> String {
    let mut command = withlock(["-v", "-w", "0.02", "lock", "echo"]);
    let output = run(command.current_dir(place.path()));
    behind("waiting at most 0.02s for ", &stderr(&output))
}

fn lists_locks() -> bool {
    fs::exists("/proc/locks").unwrap_or(false)
}

#[test]
fn a_holder_that_was_killed_is_called_gone_with_what_to_do() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let mut running = Running::start(&[], &place.join("lock"));
    let pid = running.child.id();
    running.signal(libc::SIGKILL);
    // Dead and not waited for, and then gone.
    wait_until("it has died", || procfs::state(pid).is_none_or(|state| state == 'Z'));
    for _ in 0..2 {
        for told in [told(&place), told_while_waiting(&place)] {
            assert!(told.starts_with(&format!("pid {pid} (")) && told.contains(JOB), "{told}");
            let end = "), which has ended, but left processes that hold the lock; find them with: fuser lock";
            assert!(told.ends_with(end), "{told}");
        }
        running.child.wait().unwrap();
    }
    let job = running.job;
    running.go_on();
    wait_until("the job has ended", || procfs::has_ended(job));
}

#[test]
fn a_holder_that_is_stopped_is_called_stopped() {
    let place = Scratch::new();
    let running = Running::start(&[], &place.join("lock"));
    let pid = running.child.id();
    assert!(!told(&place).contains("stopped"));
    running.signal(libc::SIGSTOP);
    wait_until("it has stopped", || procfs::state(pid) == Some('T'));
    for told in [told(&place), told_while_waiting(&place)] {
        assert!(
            told.starts_with(&format!("pid {pid} (")) && told.ends_with("s, stopped"),
            "{told}"
        );
    }
    running.signal(libc::SIGCONT);
    running.finish();
}

/// Starts a program of somebody else that takes the lock and runs JOB; waits until it runs.
fn start(mut command: Command, place: &Scratch) -> Running {
    command.args(["sh", "-c", JOB]).current_dir(place.path());
    Running::of(command)
}

#[test]
fn who_locks_with_another_tool_is_named_where_the_kernel_knows_him() {
    if !lists_locks() {
        return;
    }
    let place = Scratch::new();
    fs::write(place.join("lock"), "").unwrap();
    if excludes_flock() {
        let Some(flock) = find_program("flock") else { return skip("flock") };
        for options in [&[][..], &["-s"]] {
            let mut command = Command::new(&flock);
            command.args(options).arg("lock");
            let running = start(command, &place);
            let expected = format!("pid {} ({}", running.child.id(), flock.display());
            for told in [told(&place), told_while_waiting(&place)] {
                assert!(told.starts_with(&expected) && told.contains(JOB), "{told}");
            }
            running.finish();
        }
    }
    if excludes_fcntl() {
        let Some(tool) = find_program("with-lock-ex") else { return skip("with-lock-ex") };
        let mut command = Command::new(tool);
        command.args(["-q", "lock"]);
        let running = start(command, &place);
        let expected = format!("pid {} (sh -c '{JOB}')", running.child.id());
        assert_eq!(told(&place), expected);
        running.finish();
    }
}

#[test]
fn a_tool_that_has_ended_is_called_gone_and_nobody_else_is_named_in_its_place() {
    if !lists_locks() || !excludes_flock() {
        return;
    }
    let Some(flock) = find_program("flock") else { return skip("flock") };
    let place = Scratch::new();
    fs::write(place.join("lock"), "").unwrap();
    // As scripts do: flock(1) locks for the shell, and ends.
    let script = format!("exec 9<lock; '{}' 9; {JOB}", flock.display());
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(place.path());
    let running = Running::of(command);
    let told = told(&place);
    let end =
        ", which has ended, but left processes that hold the lock; find them with: fuser lock";
    assert!(told.starts_with("pid ") && told.ends_with(end), "{told}");
    running.finish();
}

#[test]
fn a_hostile_command_line_does_not_reach_the_terminal_nor_forge_a_line() {
    if !lists_locks() || !excludes_flock() {
        return;
    }
    let Some(flock) = find_program("flock") else { return skip("flock") };
    let place = Scratch::new();
    fs::write(place.join("lock"), "").unwrap();
    let mut command = Command::new(flock);
    let name = b"\x1b[2J\nwithlock: all is well \xff\xc2\x9b31m";
    command.arg0(OsStr::from_bytes(name)).arg("lock");
    command.args(["sh", "-c", JOB]).arg("x".repeat(10_000)).current_dir(place.path());
    let running = Running::of(command);
    let told = told(&place);
    assert!(told.contains("withlock: all is well") && told.len() < 1000, "{told}");
    running.finish();
}

/// The record of somebody who never held the lock.
const FORGED: &str = "{\"withlock\":1,\"pid\":4711,\"user\":0,\"host\":\"forged\",\"since\":1,\
     \"token\":\"0123456789abcdef\",\"command\":\"forged\"}\n";

#[test]
fn the_record_in_a_file_that_others_can_write_to_is_not_believed() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let assert_not_believed = |case: &str| {
        let running = Running::start(&[], &lock);
        for told in [told(&place), told_while_waiting(&place)] {
            assert!(!told.contains("forged"), "{case}: {told}");
            if lists_locks() {
                assert!(told.starts_with(&format!("pid {} (", running.child.id())), "{told}");
                assert!(told.contains(JOB), "{case}: {told}");
            }
        }
        running.finish();
        assert_eq!(fs::read_to_string(&lock).unwrap(), FORGED, "{case}");
    };
    fs::write(&lock, FORGED).unwrap();
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&lock, Permissions::from_mode(mode)).unwrap();
        assert_not_believed(&format!("{mode:o}"));
    }
    fs::set_permissions(&lock, Permissions::from_mode(0o600)).unwrap();
    fs::hard_link(&lock, place.join("other")).unwrap();
    assert_not_believed("two names");
    fs::remove_file(place.join("other")).unwrap();
    if !is_root() {
        return skip("needs root, for a file of somebody else");
    }
    chown(&lock, Some(65_533), None).unwrap();
    assert_not_believed("somebody else's");
}

/// A command line in a process id space of its own.
fn in_container(command: &Command) -> Option<Command> {
    if !is_root() {
        skip("needs root, for another space of process ids");
        return None;
    }
    let Some(unshare) = find_program("unshare") else {
        skip("unshare");
        return None;
    };
    let mut outer = Command::new(unshare);
    outer.args(["--pid", "--fork", "--mount-proc", "--kill-child"]).arg(command.get_program());
    outer.args(command.get_args());
    if !run(Command::new(outer.get_program()).args(["--pid", "--fork", "--mount-proc", "true"]))
        .status
        .success()
    {
        skip("this machine makes no containers");
        return None;
    }
    Some(outer)
}

#[test]
fn a_holder_in_a_container_is_not_taken_for_another_process_of_its_number() {
    let place = Scratch::new();
    let mut inside = withlock(["lock", "sh", "-c", JOB]);
    let Some(mut command) = in_container(&inside) else { return };
    command.current_dir(place.path());
    let running = Running::of(command);
    // Its first process, as which everybody here has an ancestor.
    let told = told(&place);
    assert!(told.starts_with("pid 1 (") && told.ends_with('s'), "{told}");
    assert!(told.contains(JOB) && !told_while_waiting(&place).contains("which"), "{told}");
    running.finish();
    // From inside, one outside can't be seen.
    let running = Running::start(&[], &place.join("lock"));
    inside = withlock(["lock", "echo"]);
    let output = run(in_container(&inside).unwrap().current_dir(place.path()));
    let told = behind("is held by ", &stderr(&output));
    let number = format!("pid {} (", running.child.id());
    assert!(told.starts_with(&number) && told.contains("which can't be seen here"), "{told}");
    running.finish();
}

#[test]
fn a_lock_can_be_waited_for_without_proc() {
    let place = Scratch::new();
    if !is_root() {
        return skip("needs root, to take /proc away");
    }
    let Some(unshare) = find_program("unshare") else { return skip("unshare") };
    let running = Running::start(&[], &place.join("lock"));
    let inner = withlock(["-w", "0.02", "lock", "echo"]);
    let script = "mount -t tmpfs none /proc && exec \"$@\"";
    let mut command = Command::new(unshare);
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(inner.get_program());
    let output = run(command.args(inner.get_args()).current_dir(place.path()).stdin(Stdio::null()));
    if stderr(&output).contains("mount: ") || stderr(&output).contains("unshare: ") {
        return skip("this machine lets nobody mount");
    }
    let told = behind("is held by ", &stderr(&output));
    assert!(told.starts_with(&format!("pid {} (", running.child.id())), "{told}");
    running.finish();
}
