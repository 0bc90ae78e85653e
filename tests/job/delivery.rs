//! What is sent to a run or to its group reaches the job exactly once.
#![cfg(target_os = "linux")]

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use libc::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH};

use crate::support::procfs::{child, has_ended, state, witness};
use crate::support::{
    self, Running, Scratch, find_program, kill, kill_group, skip, wait_until, withlock,
};

/// The job says the number of each signal that it gets, sends its process group USR1 when it reads "group", and ends with
/// status 5 at USR2, or when nobody is left to read from. Not a shell: that takes two of a signal for one.
const COUNTING: &str = r#"
import os, signal, sys
if sys.argv[1:] == ['apart']:
    os.setpgid(0, 0)
for number in (1, 2, 10, 15, 28):
    signal.signal(number, lambda number, _: os.write(1, b'got %d\n' % number))
signal.signal(signal.SIGUSR2, lambda *_: os._exit(5))
os.write(1, b'%d\n' % os.getpid())
while line := sys.stdin.readline():
    if line == 'group\n':
        os.kill(0, signal.SIGUSR1)
"#;

/// A run of the job that counts, in a process group of its own, as an interactive shell starts its jobs.
pub(super) fn counting(place: &Scratch, arguments: &[&str]) -> Option<Command> {
    let Some(python) = find_program("python3") else {
        skip("python3 is not installed");
        return None;
    };
    let mut command = withlock([place.join("lock")]);
    command.arg(python).args(["-c", COUNTING]).args(arguments);
    command.current_dir(place.path()).process_group(0);
    Some(command)
}

/// Waits for the witness of a run.
pub(super) fn await_witness(wrapper: u32) -> u32 {
    wait_until("the witness comes", || witness(wrapper).is_some());
    witness(wrapper).unwrap()
}

/// How often the job got a signal: what was sent to the wrapper has been dealt with when the next one, which nobody else
/// has, reaches the job.
pub(super) fn times(running: &mut Running, wrapper: u32, signal: i32) -> usize {
    // Of those that wait to be taken, the one with the lowest number is the first.
    kill(wrapper, SIGWINCH);
    let mut count = 0;
    loop {
        let line = running.line();
        assert!(!line.is_empty(), "the job has ended");
        if line == format!("got {SIGWINCH}") {
            // Longer than two of one signal from one sender count as one.
            std::thread::sleep(Duration::from_millis(25));
            return count;
        }
        assert_eq!(line, format!("got {signal}"));
        count += 1;
    }
}

type Send = fn(wrapper: u32, job: u32, witness: u32, signal: i32);

const WAYS: [(&str, Send); 5] = [
    ("to the wrapper alone", |wrapper, _, _, signal| kill(wrapper, signal)),
    ("to the job alone", |_, job, _, signal| kill(job, signal)),
    ("to the process group", |wrapper, _, _, signal| kill_group(wrapper, signal)),
    ("to each process in turn", |wrapper, job, witness, signal| {
        [wrapper, job, witness].into_iter().for_each(|pid| kill(pid, signal));
    }),
    ("to each process in reverse", |wrapper, job, witness, signal| {
        [witness, job, wrapper].into_iter().for_each(|pid| kill(pid, signal));
    }),
];

#[test]
fn however_a_signal_is_sent_the_job_gets_it_exactly_once() {
    let rounds = if support::is_long() { 100 } else { 5 };
    for (way, send) in WAYS {
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            let place = Scratch::new();
            let Some(run) = counting(&place, &[]) else { return };
            let mut running = Running::of(run);
            let (wrapper, job) = (running.child.id(), running.job);
            let witness = await_witness(wrapper);
            for round in 0..rounds {
                send(wrapper, job, witness, signal);
                let count = times(&mut running, wrapper, signal);
                assert_eq!(count, 1, "signal {signal} {way}, round {round}");
            }
            running.signal(SIGUSR2);
            assert_eq!(running.wait().0.code(), Some(5));
            assert!(has_ended(witness), "it outlives the run");
        }
    }
}

#[test]
fn under_timeout_the_job_gets_its_signal_once() {
    let Some(timeout) = find_program("timeout") else { return skip("timeout is not installed") };
    let rounds = if support::is_long() { 25 } else { 3 };
    for _ in 0..rounds {
        let place = Scratch::new();
        let Some(run) = counting(&place, &[]) else { return };
        let mut outer = Command::new(&timeout);
        outer.arg("1h").arg(run.get_program()).args(run.get_args());
        let mut running = Running::of(outer);
        wait_until("the run is there", || child(running.child.id()).is_some());
        let wrapper = child(running.child.id()).unwrap();
        await_witness(wrapper);
        running.signal(SIGTERM);
        assert_eq!(times(&mut running, wrapper, SIGTERM), 1);
        kill(wrapper, SIGUSR2);
        assert_eq!(running.wait().0.code(), Some(5));
    }
}

#[test]
fn what_the_job_sends_its_own_process_group_does_not_come_back_to_it() {
    let place = Scratch::new();
    let Some(run) = counting(&place, &[]) else { return };
    let mut running = Running::of(run);
    let wrapper = running.child.id();
    await_witness(wrapper);
    for _ in 0..3 {
        running.say("group");
        assert_eq!(running.line(), "got 10");
        assert_eq!(times(&mut running, wrapper, SIGUSR1), 0, "it came back");
    }
    running.signal(SIGUSR2);
    assert_eq!(running.wait().0.code(), Some(5));
}

#[test]
fn a_job_in_a_process_group_of_its_own_gets_what_is_sent_to_the_wrapper_s_group_or_to_each() {
    let place = Scratch::new();
    let Some(run) = counting(&place, &["apart"]) else { return };
    let mut running = Running::of(run);
    let (wrapper, job) = (running.child.id(), running.job);
    let witness = await_witness(wrapper);
    for (way, send) in WAYS {
        send(wrapper, job, witness, SIGTERM);
        assert_eq!(times(&mut running, wrapper, SIGTERM), 1, "{way}");
    }
    kill_group(job, SIGTERM);
    assert_eq!(times(&mut running, wrapper, SIGTERM), 1, "to the job's own group");
    running.signal(SIGUSR2);
    assert_eq!(running.wait().0.code(), Some(5));
}

#[test]
fn what_is_sent_to_the_group_while_it_is_stopped_reaches_the_job_once() {
    let place = Scratch::new();
    let Some(run) = counting(&place, &[]) else { return };
    let mut running = Running::of(run);
    let (wrapper, job) = (running.child.id(), running.job);
    await_witness(wrapper);
    kill_group(wrapper, SIGTSTP);
    wait_until("both are stopped", || state(wrapper) == Some('T') && state(job) == Some('T'));
    kill_group(wrapper, SIGTERM);
    // Longer than what the witness has seen is remembered otherwise.
    std::thread::sleep(Duration::from_millis(200));
    kill_group(wrapper, SIGCONT);
    assert_eq!(times(&mut running, wrapper, SIGTERM), 1);
    running.signal(SIGUSR2);
    assert_eq!(running.wait().0.code(), Some(5));
}
