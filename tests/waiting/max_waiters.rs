//! At most so many who wait: the others are told at once that the lock is busy.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Child, Output, Stdio};

use crate::support::procfs::has_ended;
use crate::support::{Running, Scratch, is_rerun, kill, signals, stderr, wait_until, withlock};

fn begin(options: &[&str], lock: &Path) -> Child {
    let mut command = withlock(options);
    command.arg(lock).args(["echo", "ran"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    signals::plain(&mut command).spawn().unwrap()
}

fn end(child: Child) -> Output {
    wait_until("the run ends", || has_ended(child.id()));
    child.wait_with_output().unwrap()
}

/// Of runs that arrive at once, waits until all but so many have been refused, and returns those that wait.
fn await_refusals(mut runs: Vec<Child>, places: usize) -> Vec<Child> {
    while runs.len() > places {
        let mut refused = None;
        wait_until("one more is refused", || {
            refused = runs.iter().position(|run| has_ended(run.id()));
            refused.is_some()
        });
        let output = end(runs.remove(refused.unwrap()));
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let told = stderr(&output);
        let crowd = match places {
            0 => "nobody may wait for it".to_owned(),
            1 => "another run waits for it already".to_owned(),
            places => format!("{places} others wait for it already"),
        };
        assert!(told.contains(&crowd) && told.lines().count() == 1, "{told}");
    }
    runs
}

#[test]
fn of_many_that_arrive_at_once_exactly_so_many_wait_and_the_others_are_refused() {
    for (slots, places) in [("1", 0), ("1", 1), ("1", 5), ("3", 1), ("3", 5)] {
        let place = Scratch::new();
        let lock = place.join("lock");
        let holders: Vec<Running> =
            (0..slots.parse().unwrap()).map(|_| Running::start(&["-j", slots], &lock)).collect();
        let most = places.to_string();
        let options = ["-j", slots, "-w", "inf", "--max-waiters", &most];
        let count = if is_rerun() { 16 } else { 64 };
        let runs = (0..count).map(|_| begin(&options, &lock)).collect();
        let waiting = await_refusals(runs, places);
        // Nobody else has a place: a newcomer is refused.
        assert_eq!(end(begin(&options, &lock)).status.code(), Some(1));
        for holder in holders {
            assert!(holder.finish().0.success());
        }
        for waiter in waiting {
            let output = end(waiter);
            assert_eq!(output.stdout, b"ran\n", "{}", stderr(&output));
        }
        assert_eq!(place.names(), [""; 0], "{slots} slots, {places} places");
    }
}

#[test]
fn the_place_of_a_waiter_that_was_killed_is_free_again() {
    for slots in ["1", "2"] {
        let place = Scratch::new();
        let lock = place.join("lock");
        let holders: Vec<Running> =
            (0..slots.parse().unwrap()).map(|_| Running::start(&["-j", slots], &lock)).collect();
        let options = ["-j", slots, "-w", "inf", "--max-waiters", "1"];
        for signal in [libc::SIGKILL, libc::SIGTERM] {
            let runs = vec![begin(&options, &lock), begin(&options, &lock)];
            let waiting = await_refusals(runs, 1);
            for waiter in waiting {
                kill(waiter.id(), signal);
                end(waiter);
            }
        }
        let runs = vec![begin(&options, &lock), begin(&options, &lock)];
        let waiting = await_refusals(runs, 1);
        for holder in holders {
            assert!(holder.finish().0.success());
        }
        for waiter in waiting {
            assert_eq!(end(waiter).stdout, b"ran\n");
        }
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn a_lock_that_is_free_is_taken_however_few_may_wait() {
    let place = Scratch::new();
    for most in ["0", "1", "1000"] {
        let output = end(begin(&["-w", "1", "--max-waiters", most], &place.join("lock")));
        assert_eq!(output.stdout, b"ran\n", "{}", stderr(&output));
    }
    assert_eq!(place.names(), [""; 0]);
}
