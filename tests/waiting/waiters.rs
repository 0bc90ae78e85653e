//! What may happen to a waiter: its time is over, it is told to end or stopped, its file is removed or replaced.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::procfs::{has_ended, has_open, state};
use crate::support::{
    self, Running, Scratch, kill, signals, stderr, wait_until, waits_for_lock, withlock,
};

/// Starts `withlock [options] lock sh -c script` with every signal at its default, and returns at once.
fn begin(options: &[&str], lock: &Path, script: &str) -> Child {
    let mut command = withlock(options);
    command.arg(lock).args(["sh", "-c", script]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    signals::plain(&mut command).spawn().unwrap()
}

/// The same, and returns when it waits for the lock.
fn begin_to_wait(options: &[&str], lock: &Path, script: &str) -> Child {
    let waiter = begin(options, lock, script);
    wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    waiter
}

fn end(child: Child) -> Output {
    wait_until("the run ends", || has_ended(child.id()));
    child.wait_with_output().unwrap()
}

#[test]
fn waiters_whose_time_is_over_say_who_holds_the_lock_and_leave_no_file() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let start = Instant::now();
    let waiters: Vec<_> = (0..64).map(|_| begin(&["-w", "0.05"], &lock, "echo ran")).collect();
    for output in waiters.into_iter().map(end) {
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_eq!(output.stdout, b"");
        assert!(
            stderr(&output).contains(&format!("held by pid {}", holder.child.id())),
            "{}",
            stderr(&output)
        );
    }
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert!(holder.finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn holders_that_end_while_waiters_give_up_leave_no_file() {
    let place = Scratch::new();
    let lock = place.join("lock");
    for round in 0..40 {
        let mut holder = Running::start(&[], &lock);
        let waiters: Vec<_> =
            (1..5).map(|nth| begin(&["-w", &format!("0.00{nth}")], &lock, "exit 0")).collect();
        holder.go_on();
        for output in waiters.into_iter().map(end) {
            assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
        }
        assert!(holder.wait().0.success());
        assert_eq!(place.names(), [""; 0], "round {round}");
    }
}

#[test]
fn a_waiter_that_is_told_to_end_dies_of_that_signal_and_the_next_in_line_still_gets_the_lock() {
    for signal in
        [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGKILL, libc::SIGUSR1]
    {
        for limit in ["inf", "1h"] {
            let place = Scratch::new();
            let lock = place.join("lock");
            let holder = Running::start(&[], &lock);
            let told = begin_to_wait(&["-w", limit], &lock, "echo ran");
            let next = begin_to_wait(&["-w", limit], &lock, "echo ran");
            kill(told.id(), signal);
            let told = end(told);
            assert_eq!(told.status.signal(), Some(signal), "-w {limit}: {}", stderr(&told));
            assert_eq!(told.stdout, b"", "-w {limit}, signal {signal}");
            assert!(holder.finish().0.success());
            let next = end(next);
            assert_eq!(
                (next.status.code(), next.stdout.as_slice()),
                (Some(0), b"ran\n".as_slice())
            );
            assert_eq!(place.names(), [""; 0], "-w {limit}, signal {signal}");
        }
    }
}

#[test]
fn a_signal_at_the_very_moment_of_the_hand_over_is_not_lost() {
    let place = Scratch::new();
    let lock = place.join("lock");
    for round in 0_u32..300 {
        let mut holder = Running::start(&[], &lock);
        // Should it get the lock, the job waits for a line that never comes: only the signal ends it.
        let waiter = begin_to_wait(&["-w", "inf"], &lock, "read line");
        holder.go_on();
        // Some of the rounds hit the moment.
        for _ in 0..round * 40 {
            std::hint::spin_loop();
        }
        if round % 2 == 0 {
            wait_until("the holder ends", || has_ended(holder.child.id()));
        }
        kill(waiter.id(), libc::SIGTERM);
        wait_until("the waiter ends", || has_ended(waiter.id()));
        assert_eq!(end(waiter).status.signal(), Some(libc::SIGTERM), "round {round}");
        assert!(holder.wait().0.success());
        assert_eq!(place.names(), [""; 0], "round {round}");
    }
}

#[test]
fn a_waiter_that_ignores_hang_ups_as_under_nohup_waits_on() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let mut command = withlock(["-w", "inf"]);
    command.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped());
    let waiter = signals::with(&mut command, &[libc::SIGHUP], &[]).spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    kill(waiter.id(), libc::SIGHUP);
    assert!(holder.finish().0.success());
    let output = end(waiter);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), b"ran\n".as_slice()));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_stopped_and_continued_waiter_gets_the_lock() {
    use std::os::unix::process::CommandExt;
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let mut command = withlock(["-w", "inf"]);
    command.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped());
    // A group whose leader's parent is in another group: else the kernel ignores TSTP (POSIX.1, orphaned process group).
    let waiter = signals::plain(command.process_group(0)).spawn().unwrap();
    for stop in [libc::SIGTSTP, libc::SIGSTOP] {
        wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
        kill(waiter.id(), stop);
        wait_until("the waiter is stopped", || state(waiter.id()) == Some('T'));
        kill(waiter.id(), libc::SIGCONT);
    }
    wait_until("the waiter sleeps again", || waits_for_lock(waiter.id()));
    assert!(holder.finish().0.success());
    let output = end(waiter);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), b"ran\n".as_slice()));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_waiter_on_a_removed_file_waits_for_the_one_that_took_its_place() {
    for replace in [
        // Another run makes a new one.
        |lock: &Path| fs::remove_file(lock).unwrap(),
        // Another file is moved there, as an editor does it.
        |lock: &Path| {
            let other = lock.with_file_name("other");
            fs::write(&other, "").unwrap();
            fs::rename(&other, lock).unwrap();
        },
    ] {
        let place = Scratch::new();
        let lock = place.join("lock");
        let first = Running::start(&[], &lock);
        let waiter = begin_to_wait(&["-w", "inf"], &lock, "echo ran");
        replace(&lock);
        let second = Running::start(&[], &lock);
        let inode = fs::metadata(&lock).unwrap().ino();
        assert!(first.finish().0.success());
        // Not the lock that the first one has left, but the one at the path.
        wait_until("the waiter sleeps again", || {
            has_open(waiter.id(), inode) && waits_for_lock(waiter.id())
        });
        assert_eq!(
            fs::metadata(&lock).unwrap().ino(),
            inode,
            "the first holder has removed another one's file"
        );
        assert!(second.finish().0.success());
        let output = end(waiter);
        assert_eq!(
            (output.status.code(), output.stdout.as_slice()),
            (Some(0), b"ran\n".as_slice())
        );
        let _ = fs::remove_file(&lock);
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn a_lock_on_a_file_that_is_gone_is_no_reason_to_skip_a_run() {
    let mut limit = Duration::from_secs(1);
    loop {
        let place = Scratch::new();
        let lock = place.join("lock");
        let holder = Running::start(&[], &lock);
        let start = Instant::now();
        let waiter = begin(&["-w", &limit.as_secs().to_string()], &lock, "echo ran");
        wait_until("the waiter sleeps", || waits_for_lock(waiter.id()) || has_ended(waiter.id()));
        fs::remove_file(&lock).unwrap();
        if start.elapsed() < limit {
            // The file went in time, so at the limit nobody holds the lock: the file at the path is not there.
            let output = end(waiter);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            assert_eq!(output.stdout, b"ran\n");
            assert!(holder.finish().0.success());
            assert_eq!(place.names(), [""; 0]);
            return;
        }
        // The machine was too slow for this to prove anything: again, with more time.
        let _ = end(waiter);
        assert!(holder.finish().0.success());
        limit *= 2;
    }
}

#[test]
fn waiting_costs_no_processor_time() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let waiter = begin_to_wait(&["-w", "inf"], &lock, "exit 0");
    let wakeups = || {
        let count =
            |field| support::procfs::status(waiter.id(), field).unwrap().parse::<u64>().unwrap();
        count("voluntary_ctxt_switches") + count("nonvoluntary_ctxt_switches")
    };
    let before = wakeups();
    // Not to wait for an event, but to see that there is none.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(wakeups(), before);
    assert!(holder.finish().0.success());
    assert!(end(waiter).status.success());
}

#[test]
fn the_test_support_sees_waiters_of_every_kind_of_lock() {
    for backend in ["auto", "flock", "fcntl", "lockf"] {
        let place = Scratch::new();
        let lock = place.join("lock");
        let run = |script| {
            let mut command = Command::new(support::program());
            command.args(["--backend", backend, "-w", "inf"]).arg(&lock).args(["sh", "-c", script]);
            command
        };
        let holder = Running::of(run(support::JOB));
        assert!(!waits_for_lock(holder.child.id()));
        let mut waiter = run("exit 0").spawn().unwrap();
        wait_until("the waiter is seen", || waits_for_lock(waiter.id()));
        assert!(holder.finish().0.success());
        assert!(waiter.wait().unwrap().success());
    }
}
