//! The job gets what is sent exactly once, stops as it would without withlock, and leaves no zombies.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]

mod support;

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use libc::{
    SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGSTOP, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH,
};
use support::procfs::{child, children, has_ended, is_settled, state, witness};
use support::{
    Running, Scratch, find_program, kill, kill_group, signals, skip, stderr, wait_until, withlock,
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

/// A command line of a process group of its own, as an interactive shell starts its jobs.
fn command(place: &Scratch, script: &str) -> Command {
    let mut command = withlock([place.join("lock")]);
    command.args(["sh", "-c", script]).current_dir(place.path()).process_group(0);
    command
}

/// The same with the job that counts.
fn counting(place: &Scratch, arguments: &[&str]) -> Option<Command> {
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
fn await_witness(wrapper: u32) -> u32 {
    wait_until("the witness comes", || witness(wrapper).is_some());
    witness(wrapper).unwrap()
}

/// How often the job got a signal: what was sent to the wrapper has been dealt with when the next one, which nobody else
/// has, reaches the job.
fn times(running: &mut Running, wrapper: u32, signal: i32) -> usize {
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

fn assert_held(place: &Scratch) {
    let second = withlock([place.join("lock")]).arg("true").output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{}", stderr(&second));
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
