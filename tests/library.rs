//! The library, by itself: programs that take a lock without running a command, or run one under it.

use std::error::Error as _;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

use withlock::event::{Event, Listener};
use withlock::{Attempt, Choice, Error, Held, LockPath, Policy};

use crate::support::alone::alone;
use crate::support::{self, Running, Scratch, wait_until, waits_for_lock, withlock};

/// A policy with the backend that the suite is to run with.
fn policy() -> Policy<'static> {
    let named = support::forced_backend();
    let backend = match named.as_deref() {
        Some("flock") => Choice::Flock,
        Some("fcntl") => Choice::Fcntl,
        Some("lockf") => Choice::Lockf,
        _ => Choice::Auto,
    };
    Policy { backend, ..Policy::default() }
}

fn try_lock(lock: &Path) -> Option<Held<'static>> {
    match LockPath::new(lock).check(&policy()).unwrap().try_acquire().unwrap() {
        Attempt::Held(held) => Some(held),
        _ => None,
    }
}

fn wait_for_lock(lock: &Path) -> Held<'static> {
    match LockPath::new(lock).check(&policy()).unwrap().acquire().unwrap() {
        Attempt::Held(held) => held,
        other => panic!("{other:?}"),
    }
}

fn other_run(lock: &Path) -> Option<i32> {
    withlock([lock]).arg("true").status().unwrap().code()
}

#[test]
fn a_program_that_holds_a_lock_keeps_others_out_until_it_lets_go() {
    alone(|| {
        let place = Scratch::new();
        let lock = place.join("lock");
        let held = try_lock(&lock).unwrap();
        assert!(format!("{held:?}").contains("lock"), "{held:?}");
        assert_eq!(other_run(&lock), Some(1));
        held.release().unwrap();
        assert_eq!(place.names(), [""; 0]);
        assert_eq!(other_run(&lock), Some(0));
    });
}

#[test]
fn a_lock_that_is_dropped_is_released_in_whatever_thread() {
    alone(|| {
        let place = Scratch::new();
        let lock = place.join("lock");
        let held = try_lock(&lock).unwrap();
        thread::spawn(move || drop(held)).join().unwrap();
        assert_eq!(place.names(), [""; 0]);
        assert_eq!(other_run(&lock), Some(0));
    });
}

#[test]
fn threads_of_one_program_exclude_each_other() {
    alone(|| {
        let place = Scratch::new();
        let (lock, inside) = (place.join("lock"), AtomicU32::new(0));
        let (entered, total) = (AtomicU32::new(0), 200);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while entered.fetch_add(1, Ordering::SeqCst) < total {
                        let held = wait_for_lock(&lock);
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two at once");
                        assert!(try_lock(&lock).is_none(), "one thread twice");
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(held);
                    }
                });
            }
        });
        assert_eq!(place.names(), [""; 0]);
        assert_eq!(other_run(&lock), Some(0));
    });
}

#[test]
fn a_thread_that_waits_without_limit_gets_the_lock_of_another_thread_or_of_a_run() {
    alone(|| {
        let place = Scratch::new();
        let lock = place.join("lock");
        let wait = || {
            let (ready, waiter) = mpsc::channel();
            let path = lock.clone();
            let thread = thread::spawn(move || {
                ready.send(()).unwrap();
                wait_for_lock(&path).release().unwrap();
            });
            waiter.recv().unwrap();
            thread
        };
        let held = try_lock(&lock).unwrap();
        let waiter = wait();
        assert!(!waiter.is_finished());
        held.release().unwrap();
        waiter.join().unwrap();
        let running = Running::start(&[], &lock);
        let waiter = wait();
        assert!(running.finish().0.success());
        waiter.join().unwrap();
        assert_eq!(place.names(), [""; 0]);
    });
}

#[test]
fn a_lock_that_is_held_is_an_answer_and_no_error() {
    alone(|| {
        let place = Scratch::new();
        let lock = place.join("lock");
        let running = Running::start(&[], &lock);
        let checked = LockPath::new(&lock).check(&policy()).unwrap();
        let Attempt::Busy(busy) = checked.try_acquire().unwrap() else { panic!("held") };
        assert_eq!(busy.holder.unwrap().pid, running.child.id());
        assert!(running.finish().0.success());
    });
}

#[test]
fn a_listener_may_keep_what_it_is_told() {
    alone(|| {
        let place = Scratch::new();
        let told = Mutex::new(Vec::new());
        let note = |event: &Event<'_>| told.lock().unwrap().push(format!("{event:?}"));
        let policy = Policy { listener: Listener::new(&note), ..policy() };
        let checked = LockPath::new(place.join("lock")).check(&policy).unwrap();
        let Attempt::Held(held) = checked.try_acquire().unwrap() else { panic!("busy") };
        held.release().unwrap();
        let told = told.into_inner().unwrap();
        for event in ["Judged", "Chosen", "Created", "Acquired", "Removed"] {
            assert_eq!(
                told.iter().filter(|it| it.starts_with(event)).count().min(1),
                1,
                "{told:?}"
            );
        }
    });
}

#[test]
fn a_limit_on_file_sizes_does_not_end_a_program_that_takes_a_lock() {
    alone(|| {
        let place = Scratch::new();
        let Some(example) = support::example("events") else { return };
        let script = "ulimit -f 0; trap - XFSZ; exec \"$0\" \"$1\" 2>&1 | cat";
        let mut shell = Command::new("sh");
        let output =
            shell.args(["-c", script]).arg(example).arg(place.join("lock")).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("Acquired") && told.contains("Removed"), "{told}");
        assert_eq!(place.names(), [""; 0]);
    });
}

#[test]
fn the_example_of_threads_loses_no_step() {
    alone(|| {
        let place = Scratch::new();
        let Some(example) = support::example("guard") else { return };
        let (lock, file) = (place.join("lock"), place.join("number"));
        let start = || {
            let mut command = Command::new(&example);
            command.arg(&lock).arg(&file).args(["4", "50"]).spawn().unwrap()
        };
        let programs = [start(), start()];
        for mut program in programs {
            assert!(program.wait().unwrap().success());
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "400\n");
        assert_eq!(place.names(), ["number"]);
    });
}

#[test]
fn the_example_of_a_job_runs_it_under_the_lock() {
    alone(|| {
        let place = Scratch::new();
        let Some(example) = support::example("job") else { return };
        let lock = place.join("lock");
        let job = "test -e \"$WITHLOCK_LOCKFILE\" && cat \"$WITHLOCK_LOCKFILE\"; exit 7";
        let output = Command::new(&example).arg(&lock).args(["sh", "-c", job]).output().unwrap();
        let record = String::from_utf8_lossy(&output.stdout);
        assert!(record.contains("\"command\":\"sh -c test"), "{record}");
        assert_eq!(output.status.code(), Some(7), "{output:?}");
        assert_eq!(place.names(), [""; 0]);
        let running = Running::start(&[], &lock);
        let mut waiting = Command::new(&example).arg(&lock).arg("true").spawn().unwrap();
        wait_until("it waits", || waits_for_lock(waiting.id()));
        assert!(running.finish().0.success());
        assert!(waiting.wait().unwrap().success());
    });
}

#[test]
fn the_umask_of_a_program_is_left_alone_and_does_no_harm() {
    alone(|| {
        let place = Scratch::new();
        let lock = place.join("lock");
        for umask in [0o022, 0o777] {
            support::set_umask(umask);
            let held = try_lock(&lock).unwrap();
            assert_eq!(std::fs::metadata(&lock).unwrap().mode() & 0o7777, 0o600);
            drop(held);
            assert_eq!(support::set_umask(0o022), umask);
            assert_eq!(place.names(), [""; 0]);
        }
    });
}

#[test]
fn an_error_names_its_cause() {
    alone(|| {
        let place = Scratch::new();
        let missing = LockPath::new(place.join("missing/lock"));
        let error = missing.check(&policy()).unwrap_err();
        assert!(error.source().is_some_and(|cause| cause.to_string().contains("No such file")));
        let loops = Error::TooManyLinks { path: "/l".into() };
        assert!(loops.source().is_none());
    });
}

#[test]
fn what_holds_a_lock_can_be_sent_to_another_thread() {
    alone(|| {
        fn is_send<T: Send>() {}
        is_send::<Held<'static>>();
    });
}
