//! The wrapper stops when its job has stopped, and loses nothing by it.

use std::os::unix::process::ExitStatusExt;

use withlock_platform::process::Receive;

use super::{hold, own_pid};
use crate::support::receivers::{all_default, block, ignore, snapshot};
use crate::support::{Test, fork, kill, tests_of_receivers};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_receivers![
        stopping_at_the_terminals_wish_stops_and_goes_on,
        a_stop_of_the_job_stops_whatever_the_caller_does_with_it,
        a_job_that_goes_on_meanwhile_is_not_stopped_for,
    ]
}

fn stopping_at_the_terminals_wish_stops_and_goes_on<R: Receive>() {
    all_default();
    let mut child = fork(|| {
        let signals = hold::<R>();
        kill(own_pid(), libc::SIGTSTP);
        assert_eq!(signals.next().expect("a signal").signal, libc::SIGTSTP);
        let before = snapshot();
        signals.stop(libc::SIGTSTP, || true).expect("stop");
        assert_eq!(snapshot(), before);
        // What continued it is a signal like any other.
        assert_eq!(signals.next().expect("a signal").signal, libc::SIGCONT);
        kill(own_pid(), libc::SIGTERM);
        i32::from(signals.next().expect("a signal").signal != libc::SIGTERM)
    });
    assert_eq!(child.wait_for_stop().stopped_signal(), Some(libc::SIGTSTP));
    child.kill(libc::SIGCONT);
    assert!(child.wait().success());
}

fn a_stop_of_the_job_stops_whatever_the_caller_does_with_it<R: Receive>() {
    for signal in [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU] {
        for prepare in [|signal| block(&[signal]), |signal| ignore(signal)] {
            all_default();
            let mut child = fork(|| {
                if signal != libc::SIGSTOP {
                    prepare(signal);
                }
                let before = snapshot();
                let signals = hold::<R>();
                signals.stop(signal, || true).expect("stop");
                drop(signals);
                i32::from(snapshot() != before)
            });
            assert_eq!(child.wait_for_stop().stopped_signal(), Some(signal));
            child.kill(libc::SIGCONT);
            assert!(child.wait().success());
        }
    }
}

fn a_job_that_goes_on_meanwhile_is_not_stopped_for<R: Receive>() {
    all_default();
    for signal in [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU] {
        // It does so before the look; or at the look, and all of its group with it.
        for is_stopped in [
            || false,
            || {
                kill(own_pid(), libc::SIGCONT);
                true
            },
        ] {
            if signal == libc::SIGSTOP && is_stopped() {
                // Nobody can take that one back.
                continue;
            }
            let mut child = fork(|| {
                let signals = hold::<R>();
                let before = snapshot();
                signals.stop(signal, is_stopped).expect("stop");
                i32::from(snapshot() != before)
            });
            let end = child.wait_for_stop();
            assert!(end.success(), "{signal}: {end:?}");
        }
    }
}
