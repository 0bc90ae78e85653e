//! Ending the run that holds the lock, and running instead. Linux.
#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use withlock::holder::record::Record;

use crate::support::procfs::{has_ended, state};
use crate::support::{
    Running, Scratch, excludes_flock, find_program, forced_backend, is_root, kill, process_owned,
    program, signals, skip, stderr, wait_until, withlock,
};

fn begin(options: &[&str], lock: &Path, script: &str) -> Child {
    let mut command = withlock(options);
    command.arg(lock).args(["sh", "-c", script]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    signals::plain(&mut command).spawn().unwrap()
}

fn replace(options: &[&str], lock: &Path) -> Output {
    begin(&[&["--replace"], options].concat(), lock, "echo ran").wait_with_output().unwrap()
}

fn assert_refused(output: &Output, why: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", stderr(output));
    assert_eq!(output.stdout, b"");
    assert!(stderr(output).contains(&format!("; it is not replaced: {why}")), "{}", stderr(output));
}

const STUBBORN: &str = "trap '' TERM; echo $$; read line; exit 0";

#[test]
fn the_run_that_holds_the_lock_is_told_by_the_signal_of_choice_and_the_new_one_runs() {
    for (option, signal) in [
        ("--replace", libc::SIGTERM),
        ("--replace=INT", libc::SIGINT),
        ("--replace=SIGHUP", libc::SIGHUP),
        ("--replace=9", libc::SIGKILL),
    ] {
        if signal == libc::SIGKILL && process_owned() {
            continue;
        }
        let place = Scratch::new();
        let lock = place.join("lock");
        let holder = Running::start(&[], &lock);
        let output = begin(&[option], &lock, "echo ran").wait_with_output().unwrap();
        assert_eq!(output.stdout, b"ran\n", "{option}: {}", stderr(&output));
        assert!(output.status.success());
        assert!(has_ended(holder.job), "{option}: two run at once");
        assert_eq!(holder.wait().0.signal(), Some(signal), "{option}");
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn a_lock_that_is_free_is_simply_taken() {
    let place = Scratch::new();
    let output = replace(&[], &place.join("lock"));
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"ran\n"[..], &b""[..]));
}

#[test]
fn a_job_that_will_not_end_keeps_the_lock_unless_it_may_be_killed() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start_with(&[], &lock, STUBBORN);
    let output = replace(&["-w", "0.1"], &lock);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("is held by pid"), "{}", stderr(&output));
    assert!(!has_ended(holder.job));
    if process_owned() {
        // There, the command has not inherited the lock, and killing the wrapper would let two run at once.
        let output = replace(&["-w", "0.1", "--kill-after", "0.1"], &lock);
        assert_eq!(output.status.code(), Some(1));
        assert!(holder.finish().0.success());
        return;
    }
    let output = replace(&["--kill-after", "0.1"], &lock);
    assert_eq!(output.stdout, b"ran\n", "{}", stderr(&output));
    assert_eq!(holder.wait().0.signal(), Some(libc::SIGKILL));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn what_the_job_has_started_is_killed_with_it() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let script = "trap '' TERM; sleep 1000 & echo $$; echo $!; wait; wait";
    let mut holder = Running::start_with(&[], &lock, script);
    let child: u32 = holder.line().parse().unwrap();
    let output = replace(&["--kill-after", "0.1"], &lock);
    assert_eq!(output.stdout, b"ran\n", "{}", stderr(&output));
    wait_until("what it has started has ended", || has_ended(child));
    assert_eq!(holder.wait().0.signal(), Some(libc::SIGKILL));
}

#[test]
fn a_run_that_keeps_its_lock_from_the_job_is_not_killed_so_that_never_two_run() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start_with(&["-o"], &lock, STUBBORN);
    let output = replace(&["-w", "0.1", "--kill-after", "0.1"], &lock);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(!has_ended(holder.job) && !has_ended(holder.child.id()));
    assert!(holder.finish().0.success());
}

#[test]
fn a_stopped_run_is_continued_so_that_it_can_end() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    for pid in [holder.job, holder.child.id()] {
        kill(pid, libc::SIGSTOP);
        wait_until("it is stopped", || state(pid) == Some('T'));
    }
    let output = replace(&[], &lock);
    assert_eq!(output.stdout, b"ran\n", "{}", stderr(&output));
    assert_eq!(holder.wait().0.signal(), Some(libc::SIGTERM));
}

#[test]
fn a_run_that_has_become_its_job_is_told_like_any_other() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&["-F"], &lock);
    let output = replace(&[], &lock);
    assert_eq!(output.stdout, b"ran\n", "{}", stderr(&output));
    assert_eq!(holder.wait().0.signal(), Some(libc::SIGTERM));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn of_many_that_replace_a_run_at_once_exactly_one_runs() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let begin = || begin(&["--replace", "-w", "1"], &lock, "echo $$; exec sleep 3");
    let runs: Vec<Child> = (0..8).map(|_| begin()).collect();
    let outputs: Vec<Output> = runs.into_iter().map(|it| it.wait_with_output().unwrap()).collect();
    assert_eq!(holder.wait().0.signal(), Some(libc::SIGTERM));
    // Whoever came late may have met the first one, and ended that.
    let ended = |output: &&Output| output.status.signal() == Some(libc::SIGTERM);
    let is_busy = |output: &&Output| output.status.code() == Some(1) && output.stdout.is_empty();
    let others: Vec<&Output> =
        outputs.iter().filter(|output| !ended(output) && !is_busy(output)).collect();
    assert_eq!(others.len(), 1, "{outputs:?}");
    assert!(others[0].status.success() && !others[0].stdout.is_empty(), "{others:?}");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn other_tools_and_what_a_killed_run_has_left_are_never_told_to_end() {
    let place = Scratch::new();
    let lock = place.join("lock");
    if let Some(flock) = find_program("flock").filter(|_| excludes_flock()) {
        let mut command = Command::new(flock);
        command.arg(&lock).args(["sh", "-c", "echo $$; read line"]);
        let holder = Running::of(command);
        assert_refused(&replace(&["-w", "0"], &lock), "it is no run of withlock");
        assert!(holder.finish().0.success());
        std::fs::remove_file(&lock).unwrap();
    }
    if process_owned() {
        return;
    }
    let holder = Running::start(&[], &lock);
    kill(holder.child.id(), libc::SIGKILL);
    wait_until("the wrapper has ended", || has_ended(holder.child.id()));
    assert_refused(&replace(&["-w", "0"], &lock), "no process is seen here that has the lock");
    assert!(!has_ended(holder.job));
    holder.finish();
}

#[test]
fn a_record_that_names_somebody_else_ends_nobody() {
    if !excludes_flock() {
        return;
    }
    let Some(flock) = find_program("flock") else { return skip("flock") };
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut innocent = Command::new("sleep").arg("1000").spawn().unwrap();
    let own = Record::of_this_run(withlock_platform::process::effective_user(), "backup");
    let record = Record { pid: innocent.id(), ..own };
    std::fs::write(&lock, record.line()).unwrap();
    let mut command = Command::new(flock);
    command.arg(&lock).args(["sh", "-c", "echo $$; read line"]);
    let holder = Running::of(command);
    let output = replace(&["-w", "0"], &lock);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("it is not replaced"), "{}", stderr(&output));
    assert!(!has_ended(innocent.id()), "somebody else was ended");
    innocent.kill().unwrap();
    innocent.wait().unwrap();
    assert!(holder.finish().0.success());
}

#[test]
fn a_run_of_another_user_is_refused_even_to_root() {
    if !is_root() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    std::fs::write(&lock, "").unwrap();
    for path in [place.path(), &lock] {
        std::os::unix::fs::chown(path, Some(0), Some(4711)).unwrap();
    }
    let set = |path: &Path, mode| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(path, mode).unwrap();
    };
    set(place.path(), 0o755);
    set(&lock, 0o660);
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "4711", "--regid", "4711", "--clear-groups"]).arg(program());
    command.arg(&lock).args(["sh", "-c", "echo $$; read line"]);
    let holder = Running::of(command);
    assert_refused(&replace(&["-w", "0"], &lock), "it is no run of withlock that you have started");
    assert!(!has_ended(holder.job));
    assert!(holder.finish().0.success());
}

#[test]
fn a_job_can_t_replace_the_run_that_it_is_part_of_and_so_end_itself() {
    let place = Scratch::new();
    let lock = place.join("lock");
    for (option, code) in [("-v", 1), ("-x", 1), ("-q", 0)] {
        let mut command = withlock([&lock]);
        command.arg(program());
        if let Some(backend) = forced_backend() {
            command.args(["--backend", &backend]);
        }
        command.args([option, "--replace"]).arg(&lock).args(["echo", "ran"]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{option}: {}", stderr(&output));
        assert_eq!(output.stdout, b"");
        let is_told = stderr(&output).contains("held by the run that this one is part of");
        assert_eq!(is_told, option != "-q", "{option}: {}", stderr(&output));
    }
}

#[test]
fn a_replacement_that_makes_no_sense_is_refused() {
    let place = Scratch::new();
    for (arguments, told) in [
        (&["--replace", "-s"][..], "--replace and -s exclude each other"),
        (&["--replace", "-j", "2"], "--replace and -j exclude each other"),
        (&["--replace", "-w", "1", "--max-waiters", "1"], "--replace and --max-waiters exclude"),
        (&["--replace=NONSENSE"], "--replace=NONSENSE: "),
        (&["--kill-after", "1"], "--kill-after says how --max-runtime ends COMMAND, or --replace"),
    ] {
        let output = withlock(arguments).arg(place.join("lock")).arg("true").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(told), "{arguments:?}: {}", stderr(&output));
    }
}
