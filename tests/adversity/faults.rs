//! Rare orders of events and refusals of the system, brought about by strace(1).
#![cfg(target_os = "linux")]

use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{
    self, Running, Scratch, find_program, forced_backend, skip, stderr, wait_until, waits_for_lock,
    withlock,
};

/// The program under strace, with system calls tampered with as `injections` say.
fn tampered(injections: &[&str], options: &[&str], lock: &Path) -> Option<Command> {
    let Some(strace) = find_program("strace") else {
        skip("strace");
        return None;
    };
    let plain = withlock(options);
    let mut command = Command::new(strace);
    command.args(["-qq", "-o", "/dev/null", "-e", "trace=all", "-e", "signal=none"]);
    for injection in injections {
        command.arg("-e").arg(format!("inject={injection}"));
    }
    command.arg(plain.get_program()).args(plain.get_args()).arg(lock);
    Some(command)
}

/// How many hold a flock(2) lock on a file.
fn flocks(lock: &Path) -> usize {
    let inode = format!(":{} ", std::fs::metadata(lock).map_or(0, |facts| facts.ino()));
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    locks.lines().filter(|line| line.contains("FLOCK") && line.contains(&inode)).count()
}

#[test]
fn two_readers_that_leave_together_leave_no_file() {
    if forced_backend().is_some() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    // The first one is refused the exclusive lock, because of the second, and is held up before it gives its own up: that
    // is its third fcntl(2), after locking the range and passing the descriptor on.
    let hold_up = "fcntl:delay_enter=2000000:when=3";
    let Some(mut slow) = tampered(&[hold_up], &["-s"], &lock) else { return };
    slow.args(["sh", "-c", support::JOB]);
    let mut slow = Running::of(slow);
    let quick = Running::start(&["-s"], &lock);
    assert_eq!(flocks(&lock), 2);
    slow.go_on();
    wait_until("the first one was refused, which loses it flock(2)'s half", || flocks(&lock) == 1);
    assert!(quick.finish().0.success());
    assert!(slow.wait().0.success());
    assert_eq!(place.names(), Vec::<String>::new());
}

#[test]
fn a_refusal_by_a_security_module_is_an_error_and_never_busy() {
    for (file, content) in [("there", ""), ("stale", "{\"withlock\":1,\"pid\":1}\n")] {
        for call in ["flock", "fcntl"] {
            if call == "flock" && support::process_owned() {
                continue;
            }
            if call == "fcntl" && forced_backend().as_deref() == Some("flock") {
                continue;
            }
            let place = Scratch::new();
            let lock = place.join(file);
            std::fs::write(&lock, content).unwrap();
            let refusal = format!("{call}:error=EACCES");
            let Some(mut run) = tampered(&[&refusal], &["-q"], &lock) else { return };
            let output = run.args(["echo", "ran"]).output().unwrap();
            assert_eq!(output.status.code(), Some(71), "{file}, {call}: {output:?}");
            assert!(stderr(&output).contains("Permission denied"), "{output:?}");
            assert_eq!(output.stdout, b"");
        }
    }
}

#[test]
fn a_job_that_was_stopped_and_continued_at_once_goes_on() {
    let place = Scratch::new();
    let lock = place.join("lock");
    // The stop is passed on slowly, so that it is followed by the continuation before the run stops itself.
    let Some(run) = tampered(&["kill:delay_exit=300000:when=1"], &[], &lock) else { return };
    let mut run = run;
    run.args(["sh", "-c", "echo $$; read line"]);
    // A process group without a parent outside is not stopped by this signal (POSIX.1, orphaned process group), and the
    // tests may run in one.
    run.process_group(0);
    let running = Running::of(run);
    let record = std::fs::read_to_string(&lock).unwrap();
    let pid: u32 =
        record.split("\"pid\":").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
    support::kill(pid, libc::SIGTSTP);
    let stat = format!("/proc/{}/stat", running.job);
    wait_until("the job is stopped", || {
        std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T"))
    });
    support::kill(pid, libc::SIGCONT);
    assert!(running.finish().0.success());
}

#[test]
fn a_nested_reader_is_told_also_when_another_reader_came_later() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let program = support::program();
    let backend = forced_backend().map_or_else(String::new, |name| format!("--backend {name}"));
    // An exclusive run inside a shared one can never be granted.
    let script = format!(
        "echo $$; read line; '{}' {backend} -w inf \"$WITHLOCK_LOCKFILE\" true; echo ended $?; read line",
        program.display()
    );
    let mut outer = Running::start_with(&["-s"], &lock, &script);
    let other = Running::start(&["-s"], &lock);
    outer.go_on();
    assert_eq!(outer.line(), "ended 1");
    assert!(other.finish().0.success());
    let (status, _, errors) = outer.finish();
    assert!(status.success() && errors.contains("inside its own job"), "{errors}");
    assert_eq!(place.names(), Vec::<String>::new());
}

/// A run whose way leads to another directory between the creation of its file and the lock, which the other one holds
/// meanwhile if it is told to; or where what it has created can't be removed.
fn redirected(is_taken: bool, is_read_only: bool) {
    if forced_backend().is_some() {
        return;
    }
    let place = Scratch::new();
    let (old, new, way) = (place.join("old"), place.join("new"), place.join("way"));
    for directory in [&old, &new] {
        std::fs::create_dir(directory).unwrap();
    }
    symlink("old", &way).unwrap();
    let names = |directory: &Path| std::fs::read_dir(directory).unwrap().count();
    let hold_up = "flock:delay_enter=2000000:when=1";
    let refusal = "unlinkat:error=EROFS:when=1";
    let faults = if is_read_only { vec![hold_up, refusal] } else { vec![hold_up] };
    let Some(mut run) = tampered(&faults, &[], &way.join("lock")) else { return };
    run.args(["sh", "-c", "ls new"]).current_dir(place.path());
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the file is there", || old.join("lock").exists());
    let other = is_taken.then(|| Running::start(&[], &old.join("lock")));
    symlink("new", place.join("turn")).unwrap();
    std::fs::rename(place.join("turn"), &way).unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"lock\n", "the job runs under the lock that the path names now");
    assert_eq!(stderr(&output).contains("while releasing the lock"), is_read_only, "{output:?}");
    let left = usize::from(is_taken || is_read_only);
    assert_eq!(names(&old), left, "what it created there goes, unless it is held");
    if let Some(other) = other {
        assert!(other.finish().0.success());
    }
    assert_eq!((names(&old), names(&new)), (usize::from(is_read_only), 0));
}

#[test]
fn a_file_created_on_a_way_that_leads_elsewhere_now_is_removed() {
    redirected(false, false);
}

#[test]
fn a_file_that_can_not_be_removed_where_the_path_led_is_no_reason_not_to_run_where_it_leads() {
    redirected(false, true);
}

#[test]
fn a_file_created_on_a_way_that_leads_elsewhere_now_stays_if_somebody_else_has_locked_it() {
    redirected(true, false);
}

#[test]
fn a_slow_creator_does_not_write_over_what_the_holder_has_written() {
    let place = Scratch::new();
    let lock = place.join("lock");
    // Between the creation and whatever comes next.
    let hold_up = "umask:delay_enter=2000000:when=2";
    let Some(mut slow) = tampered(&[hold_up], &["-w", "inf"], &lock) else { return };
    let mut slow = slow.arg("true").spawn().unwrap();
    wait_until("the file is there", || lock.exists());
    let quick = Running::start(&[], &lock);
    let look =
        || (std::fs::read_to_string(&lock).unwrap(), std::fs::metadata(&lock).unwrap().mode());
    let before = look();
    assert!(before.0.contains(&format!("\"pid\":{},", quick.child.id())), "{before:?}");
    wait_until("the creator sleeps", || {
        support::procfs::child(slow.id()).is_some_and(waits_for_lock)
    });
    assert_eq!(look(), before);
    assert!(quick.finish().0.success());
    assert!(slow.wait().unwrap().success());
    assert_eq!(place.names(), Vec::<String>::new());
}

/// The fault of a run that can't compare what it has locked with what stands at the path: the call for that, which
/// depends on the C library, and how many of its kind come before.
fn comparison_fails(lock: &Path) -> Option<String> {
    let Some(strace) = find_program("strace") else {
        skip("strace");
        return None;
    };
    let plain = withlock::<&str>([]);
    let mut command = Command::new(strace);
    command.args(["-qq", "-e", "trace=/stat", "-e", "signal=none"]);
    let traced = command.arg(plain.get_program()).arg(lock).arg("true").output().unwrap();
    let traced = stderr(&traced);
    let path = format!("\"{}\"", lock.display());
    let calls: Vec<_> = traced.lines().collect();
    let at = calls.iter().position(|call| call.contains(&path)).expect("it compares");
    let (name, _) = calls[at].split_once('(').unwrap();
    let count = calls[..=at].iter().filter(|call| call.starts_with(&format!("{name}("))).count();
    Some(format!("{name}:error=EIO:when={count}"))
}

#[test]
fn a_comparison_that_fails_leaves_no_file_and_no_job() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let Some(fault) = comparison_fails(&lock) else { return };
    let Some(mut run) = tampered(&[&fault], &[], &lock) else { return };
    let output = run.args(["echo", "ran"]).output().unwrap();
    assert_eq!(output.status.code(), Some(73), "{output:?}");
    assert_eq!((output.stdout, place.names()), (Vec::new(), Vec::new()));
}

#[test]
fn a_comparison_that_fails_does_not_remove_the_file_of_the_holder() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let running = Running::start(&[], &lock);
    let Some(fault) = comparison_fails(&lock) else { return };
    let Some(mut run) = tampered(&[&fault], &[], &lock) else { return };
    let output = run.args(["echo", "ran"]).output().unwrap();
    assert_eq!(output.status.code(), Some(73), "{output:?}");
    assert_eq!((output.stdout, place.names()), (Vec::new(), vec!["lock".to_owned()]));
    assert!(running.finish().0.success());
    assert_eq!(place.names(), Vec::<String>::new());
}

#[test]
fn a_sandbox_that_forbids_signals_does_not_keep_a_run_from_ending() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let Some(mut command) = tampered(&["kill:error=EPERM"], &[], &lock) else { return };
    // Longer than a job is looked after without a witness, which has to be ended then.
    command.args(["sh", "-c", "sleep 0.3; exit 7"]);
    let mut run = command.spawn().unwrap();
    let mut status = None;
    wait_until("the run ends", || {
        status = run.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.and_then(|status| status.code()), Some(7));
    assert_eq!(place.names(), Vec::<String>::new());
}
