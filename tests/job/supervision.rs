//! A run stops as its job does and goes on with it, leaves no zombies, and does without the witness of its signals.
#![cfg(target_os = "linux")]

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use libc::{SIGCONT, SIGKILL, SIGSTOP, SIGTERM, SIGTSTP, SIGUSR2, SIGWINCH};

use super::assert_held;
use super::delivery::{await_witness, counting, times};
use crate::support::procfs::{child, children, has_ended, is_settled, state};
use crate::support::{self, Running, Scratch, kill, kill_group, signals, wait_until, withlock};

/// A command line of a process group of its own, as an interactive shell starts its jobs.
fn command(place: &Scratch, script: &str) -> Command {
    let mut command = withlock([place.join("lock")]);
    command.args(["sh", "-c", script]).current_dir(place.path()).process_group(0);
    command
}

#[test]
fn the_witness_says_what_it_is_holds_no_file_and_ends_with_a_killed_wrapper() {
    let place = Scratch::new();
    let running = Running::of(command(&place, support::JOB));
    let witness = await_witness(running.child.id());
    let title = || std::fs::read_to_string(format!("/proc/{witness}/cmdline")).unwrap();
    wait_until("it has its title", || title().starts_with("signal-witness: "));
    assert!(!title().contains("withlock"), "a signal for all of that name would not be the job's");
    let open = || std::fs::read_dir(format!("/proc/{witness}/fd")).unwrap().count();
    wait_until("it has one descriptor", || open() == 1);
    running.signal(SIGKILL);
    wait_until("it ends with the wrapper", || has_ended(witness));
    assert!(!has_ended(running.job));
    kill(running.job, SIGKILL);
}

#[test]
fn without_its_witness_a_run_goes_on() {
    let place = Scratch::new();
    let Some(run) = counting(&place, &[]) else { return };
    let mut running = Running::of(run);
    let wrapper = running.child.id();
    let witness = await_witness(wrapper);
    kill(witness, SIGKILL);
    wait_until("it is waited for", || children(wrapper) == [running.job]);
    running.signal(SIGTERM);
    assert_eq!(times(&mut running, wrapper, SIGTERM), 1);
    running.signal(SIGUSR2);
    assert_eq!(running.wait().0.code(), Some(5));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_job_that_ignores_the_stop_is_not_left_alone() {
    let place = Scratch::new();
    let mut running =
        Running::of(command(&place, "trap '' TSTP; echo $$; read line; echo $line; read line"));
    let (wrapper, job) = (running.child.id(), running.job);
    await_witness(wrapper);
    kill_group(wrapper, SIGTSTP);
    // What comes later has been dealt with later.
    kill(wrapper, SIGWINCH);
    wait_until("both are at rest", || is_settled(wrapper) && is_settled(job));
    running.say("it runs");
    assert_eq!(running.line(), "it runs");
    assert_eq!(state(wrapper), Some('S'));
    assert!(running.finish().0.success());
}

#[test]
fn withlock_stops_when_its_job_has_stopped_by_whatever_signal_and_goes_on_with_it() {
    let place = Scratch::new();
    let running = Running::of(command(&place, support::JOB));
    let (wrapper, job) = (running.child.id(), running.job);
    let both = |letter| state(wrapper) == Some(letter) && state(job) == Some(letter);
    for round in 0..3 {
        for stop in [SIGSTOP, SIGTSTP, libc::SIGTTIN, libc::SIGTTOU] {
            kill(job, stop);
            wait_until("both are stopped", || both('T'));
            assert_held(&place);
            // The job alone, as who stops and continues it to slow it down does; the wrapper; or both.
            match round {
                0 => kill(job, SIGCONT),
                1 => kill(wrapper, SIGCONT),
                _ => kill_group(wrapper, SIGCONT),
            }
            wait_until("both go on", || both('S'));
        }
    }
    assert!(running.finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_stopped_job_that_is_killed_does_not_leave_the_lock_held() {
    let place = Scratch::new();
    let running = Running::of(command(&place, support::JOB));
    let (wrapper, job) = (running.child.id(), running.job);
    kill(job, SIGSTOP);
    wait_until("both are stopped", || state(wrapper) == Some('T') && state(job) == Some('T'));
    kill(job, SIGKILL);
    let (status, _, _) = running.wait();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(SIGKILL));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_stop_while_the_job_is_being_started_stops_the_run() {
    let place = Scratch::new();
    for round in 0..60 {
        // A long way to the program.
        let path = (0..40).map(|n| format!("/nowhere{n}:")).collect::<String>();
        // What is killed below may hold its lock for a moment yet.
        let mut run = withlock([place.join(round.to_string())]);
        let path = path + &std::env::var("PATH").unwrap();
        run.args(["sleep", "1000"]).env("PATH", path).process_group(0);
        let mut run = run.spawn().unwrap();
        let start = Instant::now();
        while start.elapsed() < Duration::from_micros(round * 25) {
            std::hint::spin_loop();
        }
        kill_group(run.id(), SIGTSTP);
        wait_until("the run is stopped", || state(run.id()) == Some('T'));
        kill_group(run.id(), SIGCONT);
        wait_until("the run goes on", || state(run.id()) == Some('S'));
        kill_group(run.id(), SIGKILL);
        run.wait().unwrap();
    }
}

#[test]
fn as_process_1_or_subreaper_it_waits_for_what_is_orphaned_to_it() {
    let place = Scratch::new();
    // Each is orphaned to the wrapper at once, and ends with a status that is not the job's.
    let script =
        "for n in 1 2 3 4 5 6 7 8 9 10; do (sh -c 'exit 3' &); done; echo $$; read line; exit 7";
    let mut run = command(&place, script);
    signals::adopting(&mut run);
    let running = Running::of(run);
    let wrapper = running.child.id();
    wait_until("none but the job and the witness is left", || {
        child(wrapper) == Some(running.job) && children(wrapper).len() <= 2
    });
    assert_held(&place);
    assert_eq!(running.finish().0.code(), Some(7));
    assert_eq!(place.names(), [""; 0]);
}
