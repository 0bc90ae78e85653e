//! Up to so many jobs at once, and who waits for one of them to end. Linux.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use crate::support::procfs::{children, has_ended, state};
use crate::support::{
    Running, Scratch, forced_backend, kill, process_owned, signals, stderr, wait_until,
    waits_for_lock, withlock,
};

/// Starts `withlock -j SLOTS -w WAIT lock sh -c SCRIPT`.
pub(super) fn begin(slots: &str, wait: &str, lock: &Path, script: &str) -> Child {
    let mut command = withlock(["-j", slots, "-w", wait]);
    command.arg(lock).args(["sh", "-c", script]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    signals::plain(&mut command).spawn().unwrap()
}

/// Whether it is the first of those that wait, with a child asleep for each slot; or where there are no such children, waits
/// at all.
fn is_first(waiter: &Child, slots: usize) -> bool {
    if process_owned() {
        return state(waiter.id()) == Some('S');
    }
    let sleepers = children(waiter.id());
    sleepers.len() == slots && sleepers.iter().all(|sleeper| waits_for_lock(*sleeper))
}

fn begin_as_first(slots: &str, lock: &Path, script: &str) -> Child {
    let waiter = begin(slots, "inf", lock, script);
    let count = slots.parse().unwrap();
    wait_until("it waits for the slots", || is_first(&waiter, count));
    waiter
}

fn begin_behind(slots: &str, lock: &Path, script: &str) -> Child {
    let waiter = begin(slots, "inf", lock, script);
    wait_until("it waits in line", || waits_for_lock(waiter.id()));
    waiter
}

pub(super) fn end(child: Child) -> Output {
    wait_until("the run ends", || has_ended(child.id()));
    child.wait_with_output().unwrap()
}

fn holders(slots: &str, lock: &Path, count: usize) -> Vec<Running> {
    (0..count).map(|_| Running::start(&["-j", slots], lock)).collect()
}

#[test]
fn each_of_the_jobs_that_run_at_once_knows_its_slot_and_one_more_is_refused() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let script = "echo $$; echo $WITHLOCK_SLOT $WITHLOCK_LOCKFILE; read line";
    let mut jobs: Vec<Running> =
        (0..3).map(|_| Running::start_with(&["-j", "3"], &lock, script)).collect();
    let lines: Vec<String> = jobs.iter_mut().map(Running::line).collect();
    let lock = lock.display();
    assert_eq!(lines, [format!("1 {lock}"), format!("2 {lock}.2"), format!("3 {lock}.3")]);
    assert_eq!(place.names(), ["lock", "lock.2", "lock.3"]);
    let refused = withlock(["-j", "3"]).arg(place.join("lock")).arg("true").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let told = format!("{lock} has 3 slots, all held, for the longest time by pid ");
    assert!(stderr(&refused).contains(&told), "{}", stderr(&refused));
    for job in jobs {
        assert!(job.finish().0.success());
    }
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn one_slot_is_the_plain_lock_and_a_plain_run_has_the_first_of_more() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let one = Running::start(&["-j", "1"], &lock);
    assert_eq!(withlock([&lock]).arg("true").output().unwrap().status.code(), Some(1));
    assert!(one.finish().0.success());
    let plain = Running::start_with(&[], &lock, "echo $$; echo $WITHLOCK_SLOT; read line");
    let script = "echo $WITHLOCK_SLOT";
    let second = withlock(["-j", "2"]).arg(&lock).args(["sh", "-c", script]).output().unwrap();
    assert_eq!(second.stdout, b"2\n");
    let (status, output, _) = plain.finish();
    assert!(status.success());
    assert_eq!(output, "1\n");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn whichever_slot_becomes_free_the_first_in_line_gets_it() {
    for freed in 0..3 {
        let place = Scratch::new();
        let lock = place.join("lock");
        let mut jobs = holders("3", &lock, 3);
        let waiter = begin_as_first("3", &lock, "echo $WITHLOCK_SLOT");
        let sleepers = children(waiter.id());
        assert!(jobs.remove(freed).finish().0.success());
        let output = end(waiter);
        assert_eq!(output.stdout, format!("{}\n", freed + 1).as_bytes());
        assert!(sleepers.iter().all(|pid| has_ended(*pid)), "a child is left");
        for job in jobs {
            assert!(job.finish().0.success());
        }
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn those_who_wait_for_a_slot_run_in_the_order_in_which_they_came() {
    if forced_backend().is_some() {
        // There a wait is not announced: the head of the line goes with each holder of it, and whoever is quicker makes it anew.
        return;
    }
    let (place, aside) = (Scratch::new(), Scratch::new());
    let lock = place.join("lock");
    let mut jobs = holders("2", &lock, 2);
    let note = |number| format!("echo {number} >>{}", aside.join("log").display());
    let mut waiters = vec![begin_as_first("2", &lock, &note(0))];
    waiters.extend((1..8).map(|number| begin_behind("2", &lock, &note(number))));
    assert!(jobs.remove(1).finish().0.success());
    for waiter in waiters {
        assert!(end(waiter).status.success());
    }
    let expected: String = (0..8).map(|number| format!("{number}\n")).collect();
    assert_eq!(fs::read_to_string(aside.join("log")).unwrap(), expected);
    assert!(jobs.remove(0).finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_wait_for_a_slot_ends_at_its_limit_or_by_a_signal_and_leaves_nothing() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let jobs = holders("2", &lock, 2);
    let late = end(begin("2", "0.05", &lock, "echo ran"));
    assert_eq!(late.status.code(), Some(1), "{}", stderr(&late));
    assert!(stderr(&late).contains("has 2 slots, all held"), "{}", stderr(&late));
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let first = begin_as_first("2", &lock, "echo ran");
        let second = begin_behind("2", &lock, "echo ran");
        let sleepers = children(first.id());
        for waiter in [second, first] {
            kill(waiter.id(), signal);
            assert_eq!(end(waiter).status.signal(), Some(signal));
        }
        assert!(sleepers.iter().all(|pid| has_ended(*pid)), "a child is left");
        wait_until("their files are gone", || place.names() == ["lock", "lock.2"]);
    }
    for job in jobs {
        assert!(job.finish().0.success());
    }
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_first_in_line_that_is_killed_takes_its_children_and_its_claim_with_it() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut jobs = holders("2", &lock, 2);
    let first = begin_as_first("2", &lock, "echo ran");
    let second = begin_behind("2", &lock, "echo ran");
    let sleepers = children(first.id());
    kill(first.id(), libc::SIGKILL);
    assert_eq!(end(first).status.signal(), Some(libc::SIGKILL));
    wait_until("its children have ended", || sleepers.iter().all(|pid| has_ended(*pid)));
    wait_until("the second is the first", || is_first(&second, 2));
    assert!(jobs.remove(0).finish().0.success());
    assert_eq!(end(second).stdout, b"ran\n");
    assert!(jobs.remove(0).finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn sleeping_children_that_are_killed_do_not_keep_a_slot_from_being_found() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut jobs = holders("2", &lock, 2);
    let first = begin_as_first("2", &lock, "echo $WITHLOCK_SLOT");
    for sleeper in children(first.id()) {
        kill(sleeper, libc::SIGKILL);
    }
    assert!(jobs.remove(1).finish().0.success());
    assert!(end(first).status.success());
    assert!(jobs.remove(0).finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_first_in_line_that_is_stopped_with_its_group_takes_no_slot_meanwhile() {
    use std::os::unix::process::CommandExt;
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut jobs = holders("2", &lock, 2);
    let mut command = withlock(["-j", "2", "-w", "inf"]);
    command.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped());
    let first = signals::plain(command.process_group(0)).spawn().unwrap();
    wait_until("it waits for the slots", || is_first(&first, 2));
    crate::support::kill_group(first.id(), libc::SIGTSTP);
    let all_are_stopped =
        || children(first.id()).iter().chain([&first.id()]).all(|pid| state(*pid) == Some('T'));
    wait_until("all are stopped", all_are_stopped);
    assert!(jobs.remove(0).finish().0.success());
    let prompt = withlock(["-j", "2"]).arg(&lock).arg("true").output().unwrap();
    assert!(prompt.status.success(), "the slot is free: {}", stderr(&prompt));
    crate::support::kill_group(first.id(), libc::SIGCONT);
    assert_eq!(end(first).stdout, b"ran\n");
    assert!(jobs.remove(0).finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn files_of_somebody_else_in_the_place_of_a_slot_are_locked_and_kept() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut options = fs::File::options();
    let options = options.write(true).create_new(true).mode(0o600);
    for name in ["lock.2", "lock.queue"] {
        options.open(place.join(name)).unwrap().write_all(b"notes").unwrap();
    }
    let mut jobs = holders("2", &lock, 2);
    let first = begin_as_first("2", &lock, "echo ran");
    assert!(jobs.remove(1).finish().0.success());
    assert_eq!(end(first).stdout, b"ran\n");
    assert!(jobs.remove(0).finish().0.success());
    assert_eq!(place.names(), ["lock.2", "lock.queue"]);
    for name in place.names() {
        assert_eq!(fs::read(place.join(name)).unwrap(), b"notes");
    }
}

#[test]
fn without_leave_to_create_files_each_slot_must_be_there() {
    let place = Scratch::new();
    let lock = place.join("lock");
    fs::write(&lock, "").unwrap();
    let job = Running::start(&["--no-create", "-j", "2"], &lock);
    let output = withlock(["--no-create", "-j", "2"]).arg(&lock).arg("true").output().unwrap();
    assert_eq!(output.status.code(), Some(69));
    assert!(stderr(&output).contains("lock.2"), "{}", stderr(&output));
    assert!(job.finish().0.success());
}

#[test]
fn slots_that_make_no_sense_are_refused_before_anything_is_touched() {
    let place = Scratch::new();
    for (arguments, told) in [
        (&["-j", "0"][..], "-j 0: not a number from 1 to 256"),
        (&["-j", "257"], "-j 257: not a number from 1 to 256"),
        (&["-j", "x"], "-j x: not a number"),
        (&["-j", ""], "not a number from 1 to 256"),
        (&["-s", "-j", "2"], "-s and -j exclude each other"),
        (&["--max-waiters", "1"], "--max-waiters needs -w"),
        (&["-w", "1", "--max-waiters", "-1"], "--max-waiters -1: not a number from 0 to 1000"),
    ] {
        let output = withlock(arguments).arg(place.join("lock")).arg("true").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(told), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(place.names(), [""; 0]);
}
