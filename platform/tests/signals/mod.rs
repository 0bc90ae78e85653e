//! Signals that are held back and taken one by one: none is lost, none acts that should not, and all act as before
//! when they are let go. Both ways of receiving pass the same tests.

mod stopping;

use std::ffi::{OsStr, OsString};
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use crate::support::Test;
use crate::support::receivers::{SIGNALS, all_default, block, ignore, snapshot};
use crate::support::{fork, kill, tests, tests_of_receivers};
use withlock_platform::process::{
    Arrival, Command, Deadline, Receive, Sender, Signals, Status, die_of,
};

pub(crate) fn tests() -> Vec<Test> {
    let mut tests = tests_of_receivers![
        a_signal_from_a_process_is_taken_and_known_as_such,
        a_signal_that_comes_while_waiting_is_taken,
        the_end_of_the_job_is_noticed,
        the_end_of_the_job_is_noticed_though_the_caller_ignores_it,
        a_signal_just_before_the_job_starts_is_not_lost,
        a_signal_just_before_the_job_starts_is_not_the_jobs,
        of_two_signals_at_once_both_are_taken,
        letting_go_leaves_dispositions_and_mask_as_they_were,
        a_signal_that_was_never_taken_acts_after_letting_go,
        of_two_signals_at_once_the_one_not_taken_acts_after_letting_go,
        nothing_comes_in_time_and_then_something_does,
        every_signal_that_can_be_held_is_held,
    ];
    tests.extend(stopping::tests());
    tests.extend(tests![the_wrapper_dies_of_the_signal_that_ended_the_job]);
    tests
}

fn hold<R: Receive>() -> Signals<R> {
    Signals::hold_by().expect("hold")
}

fn own_pid() -> libc::pid_t {
    libc::pid_t::try_from(std::process::id()).expect("a process id")
}

fn command<'a>(program: &'a str, arguments: &'a [OsString]) -> Command<'a> {
    Command { program: OsStr::new(program), arguments, environment: &[], inherits: None }
}

/// Takes signals until all of these have come, in any order.
fn take_all<R: Receive>(signals: &Signals<R>, mut wanted: Vec<i32>) {
    while !wanted.is_empty() {
        let signal = signals.next().expect("a signal").signal;
        assert!(wanted.contains(&signal), "nobody sent {signal}");
        wanted.retain(|other| *other != signal);
    }
}

fn a_signal_from_a_process_is_taken_and_known_as_such<R: Receive>() {
    all_default();
    let signals = hold::<R>();
    let wrapper = own_pid();
    for signal in SIGNALS.into_iter().filter(|signal| *signal != libc::SIGCHLD) {
        let mut child = fork(|| {
            kill(wrapper, signal);
            0
        });
        assert!(child.wait().success());
        let mut arrivals = Vec::new();
        while signals.pending().expect("pending") {
            arrivals.push(signals.next().expect("a signal"));
        }
        // But for the end of the child.
        arrivals.retain(|arrival| arrival.signal != libc::SIGCHLD);
        assert_eq!(arrivals, [Arrival { signal, sender: Sender::Process(child.pid()) }]);
    }
}

fn a_signal_that_comes_while_waiting_is_taken<R: Receive>() {
    all_default();
    let (ready, told) = std::os::unix::net::UnixStream::pair().expect("socketpair");
    let mut child = fork(|| {
        let signals = hold::<R>();
        std::io::Write::write_all(&mut &told, b"!").expect("tell");
        i32::from(signals.next().expect("a signal").signal != libc::SIGTERM)
    });
    std::io::Read::read_exact(&mut &ready, &mut [0]).expect("be told");
    child.kill(libc::SIGTERM);
    assert!(child.wait().success());
}

fn the_end_of_the_job_is_noticed<R: Receive>() {
    all_default();
    job_that_exits_with_7::<R>();
}

fn the_end_of_the_job_is_noticed_though_the_caller_ignores_it<R: Receive>() {
    all_default();
    ignore(libc::SIGCHLD);
    job_that_exits_with_7::<R>();
}

fn job_that_exits_with_7<R: Receive>() {
    let signals = hold::<R>();
    let arguments = ["-c".into(), "exit 7".into()];
    let child = command("sh", &arguments).start(&signals).expect("start");
    assert_eq!(signals.next().expect("a signal").signal, libc::SIGCHLD);
    assert_eq!(child.ended().expect("the end"), Some(Status::Exited(7)), "the status was lost");
}

fn a_signal_just_before_the_job_starts_is_not_lost<R: Receive>() {
    all_default();
    let signals = hold::<R>();
    kill(own_pid(), libc::SIGTERM);
    let child = command("true", &[]).start(&signals).expect("start");
    take_all(&signals, vec![libc::SIGTERM, libc::SIGCHLD]);
    assert_eq!(child.ended().expect("the end"), Some(Status::Exited(0)));
}

fn a_signal_just_before_the_job_starts_is_not_the_jobs<R: Receive>() {
    for ignored in [false, true] {
        all_default();
        if ignored {
            ignore(libc::SIGCHLD);
        }
        let signals = hold::<R>();
        kill(own_pid(), libc::SIGINT);
        kill(own_pid(), libc::SIGHUP);
        let child = command("true", &[]).start(&signals).expect("start");
        take_all(&signals, vec![libc::SIGINT, libc::SIGHUP, libc::SIGCHLD]);
        assert_eq!(
            child.ended().expect("the end"),
            Some(Status::Exited(0)),
            "it was sent to the wrapper alone"
        );
    }
}

fn of_two_signals_at_once_both_are_taken<R: Receive>() {
    all_default();
    let signals = hold::<R>();
    assert!(!signals.pending().expect("pending"));
    kill(own_pid(), libc::SIGHUP);
    kill(own_pid(), libc::SIGTERM);
    assert!(signals.pending().expect("pending"));
    let first = signals.next().expect("a signal").signal;
    assert!(signals.pending().expect("pending"), "one more waits");
    let second = signals.next().expect("a signal").signal;
    assert!(!signals.pending().expect("pending"));
    assert_eq!(first + second, libc::SIGHUP + libc::SIGTERM);
}

fn letting_go_leaves_dispositions_and_mask_as_they_were<R: Receive>() {
    all_default();
    ignore(libc::SIGHUP);
    ignore(libc::SIGPIPE);
    crate::support::peer::handle(libc::SIGUSR2);
    block(&[libc::SIGUSR1]);
    let before = snapshot();
    for child_is_ignored in [false, true] {
        let before = if child_is_ignored {
            ignore(libc::SIGCHLD);
            snapshot()
        } else {
            before.clone()
        };
        let signals = hold::<R>();
        kill(own_pid(), libc::SIGTERM);
        assert_eq!(signals.next().expect("a signal").signal, libc::SIGTERM);
        assert_ne!(snapshot(), before);
        drop(signals);
        assert_eq!(snapshot(), before);
    }
}

fn a_signal_that_was_never_taken_acts_after_letting_go<R: Receive>() {
    all_default();
    let mut child = fork(|| {
        let signals = hold::<R>();
        kill(own_pid(), libc::SIGTERM);
        drop(signals);
        0
    });
    assert_eq!(child.wait().signal(), Some(libc::SIGTERM));
}

fn of_two_signals_at_once_the_one_not_taken_acts_after_letting_go<R: Receive>() {
    all_default();
    let mut child = fork(|| {
        let signals = hold::<R>();
        kill(own_pid(), libc::SIGHUP);
        kill(own_pid(), libc::SIGTERM);
        signals.next().expect("a signal");
        drop(signals);
        0
    });
    assert!(matches!(child.wait().signal(), Some(libc::SIGHUP | libc::SIGTERM)));
}

fn nothing_comes_in_time_and_then_something_does<R: Receive>() {
    all_default();
    let after =
        |milliseconds| Deadline::after(Duration::from_millis(milliseconds)).expect("a deadline");
    let signals = hold::<R>();
    assert_eq!(signals.next_before(Deadline::PASSED).expect("none"), None);
    assert_eq!(signals.next_before(after(3)).expect("none"), None);
    kill(own_pid(), libc::SIGTERM);
    let arrival = signals.next_before(after(1_000_000)).expect("a signal").expect("in time");
    assert_eq!(arrival.signal, libc::SIGTERM);
}

fn every_signal_that_can_be_held_is_held<R: Receive>() {
    all_default();
    let mut child = fork(|| {
        let signals = hold::<R>();
        let held: Vec<i32> =
            (1..65).filter(|signal| ![libc::SIGKILL, libc::SIGSTOP].contains(signal)).collect();
        held.iter().for_each(|signal| kill(own_pid(), *signal));
        // Those that no handler can take stay pending, which is all that is asked for.
        let mut taken = 0;
        while signals.next_before(Deadline::PASSED).expect("a signal").is_some() {
            taken += 1;
        }
        i32::from(taken < held.len() - 3)
    });
    let end = child.wait();
    assert!(end.success(), "{end:?}");
}

fn the_wrapper_dies_of_the_signal_that_ended_the_job() {
    all_default();
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGQUIT, libc::SIGSEGV, libc::SIGPIPE] {
        let mut child = fork(|| {
            ignore(libc::SIGTERM);
            block(&[libc::SIGQUIT, libc::SIGPIPE]);
            die_of(signal);
            0
        });
        let end = child.wait();
        assert_eq!(end.signal(), Some(signal));
        assert!(!end.core_dumped(), "the job has left a core dump, if any");
    }
}
