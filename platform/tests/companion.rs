//! A companion: a child that does something while this process sleeps.

use std::fs;
use std::path::Path;
use std::time::Duration;

use withlock_platform::process::{Companion, Deadline, Principal, Receive, Signals, Title};

use crate::inherit::list_descriptors;
use crate::support::receivers::all_default;
use crate::support::{Scratch, Test, kill, tests_of_receivers, until};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_receivers![
        it_does_what_is_left_to_do_when_it_is_no_longer_wanted,
        it_has_no_files_but_standard_error_and_its_link,
        one_that_does_not_end_is_ended,
        one_that_has_ended_before_is_waited_for,
        no_signal_reaches_it_and_this_process_gets_its_own,
    ]
}

const TITLE: Title = Title { name: c"companion", text: b"companion of a test" };

fn start<R: Receive>(signals: &Signals<R>, work: impl FnOnce(&Principal)) -> Companion {
    Companion::start(signals, TITLE, work).expect("a companion")
}

fn in_future() -> Deadline {
    Deadline::after(Duration::from_secs(1000)).expect("a deadline")
}

fn assert_no_child() {
    // SAFETY: the status is not asked for.
    let answer = unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) };
    let error = std::io::Error::last_os_error();
    assert_eq!((answer, error.raw_os_error()), (-1, Some(libc::ECHILD)));
}

fn is_written(path: &Path) -> bool {
    fs::read(path).is_ok_and(|content| !content.is_empty())
}

fn it_does_what_is_left_to_do_when_it_is_no_longer_wanted<R: Receive>() {
    all_default();
    let scratch = Scratch::new();
    let (times, last) = (scratch.path().join("times"), scratch.path().join("last"));
    let signals = Signals::<R>::hold_by().expect("hold");
    let companion = start(&signals, |principal| {
        for count in 1.. {
            let moment = Deadline::after(Duration::from_millis(1)).expect("a deadline");
            if !principal.wants_more_at(moment) {
                break;
            }
            fs::write(&times, format!("{count}\n")).expect("write");
        }
        assert!(!principal.wants_more_at(in_future()));
        fs::write(&last, "done").expect("write");
    });
    until("it has been asked some times", || {
        fs::read_to_string(&times).is_ok_and(|it| it.trim().parse::<u32>().is_ok_and(|it| it > 2))
    });
    drop(companion);
    assert!(is_written(&last));
    assert_no_child();
}

fn it_has_no_files_but_standard_error_and_its_link<R: Receive>() {
    all_default();
    let scratch = Scratch::new();
    let list = scratch.path().join("list");
    let _open = fs::File::open(scratch.path()).expect("open");
    let signals = Signals::<R>::hold_by().expect("hold");
    drop(start(&signals, |principal| {
        list_descriptors(&list);
        let _ = principal.wants_more_at(in_future());
    }));
    let list = fs::read_to_string(list).expect("the list");
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(list.starts_with("2 "), "{list}");
}

fn one_that_does_not_end_is_ended<R: Receive>() {
    all_default();
    let signals = Signals::<R>::hold_by().expect("hold");
    drop(start(&signals, |_| std::thread::sleep(Duration::from_secs(1000))));
    assert_no_child();
}

fn one_that_has_ended_before_is_waited_for<R: Receive>() {
    all_default();
    let scratch = Scratch::new();
    let done = scratch.path().join("done");
    let signals = Signals::<R>::hold_by().expect("hold");
    let companion = start(&signals, |_| fs::write(&done, "done").expect("write"));
    until("it has done its work", || is_written(&done));
    drop(companion);
    assert_no_child();
}

fn no_signal_reaches_it_and_this_process_gets_its_own<R: Receive>() {
    all_default();
    let scratch = Scratch::new();
    let done = scratch.path().join("done");
    let signals = Signals::<R>::hold_by().expect("hold");
    let companion = start(&signals, |_| {
        for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGTSTP, libc::SIGALRM, libc::SIGPIPE] {
            kill(std::process::id() as libc::pid_t, signal);
        }
        fs::write(&done, "done").expect("write");
    });
    until("it has done its work", || is_written(&done));
    drop(companion);
    kill(std::process::id() as libc::pid_t, libc::SIGUSR1);
    let mut taken = Vec::new();
    while signals.pending().expect("pending") {
        taken.push(signals.next().expect("next").signal);
    }
    taken.retain(|signal| *signal != libc::SIGCHLD);
    assert_eq!(taken, [libc::SIGUSR1]);
}
