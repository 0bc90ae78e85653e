//! A job under a lock that a program keeps in a way of its own.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use withlock::event::{Event, Listener, Loss, Warning};
use withlock::lock::{Afterwards, Guard};
use withlock::{Deadline, Error, Job, Signals, Status, job};

use crate::support::Scratch;
use crate::support::alone::{alone, with_one_thread};

/// A lock that is lost from the beginning, and can be seen to be so.
struct Lost;

impl Guard for Lost {
    fn inheritable(&self) -> Option<&File> {
        None
    }

    fn path(&self) -> &Path {
        Path::new("service:/lost")
    }

    fn variables(&self) -> Vec<(&'static str, OsString)> {
        vec![("LEASE", "7".into())]
    }

    fn loss(&self) -> Option<Loss> {
        Some(Loss::Gone)
    }

    fn next_look(&self) -> Option<Deadline> {
        Deadline::after(Duration::from_millis(1))
    }

    fn end(self, afterwards: Afterwards) {
        assert_eq!(afterwards, Afterwards::Release, "there is nothing to inherit");
    }
}

#[test]
fn whoever_runs_a_job_under_a_lock_of_its_own_is_told_that_it_is_lost_while_the_job_runs() {
    alone(|| {
        with_one_thread(|| {
            let place = Scratch::new();
            let told = AtomicU32::new(0);
            let listen = |event: &Event<'_>| {
                if let Event::Warning(Warning::Lost { path, .. }) = event {
                    assert_eq!(*path, Path::new("service:/lost"));
                    told.fetch_add(1, Ordering::SeqCst);
                    std::fs::write(place.join("told"), "").unwrap();
                }
            };
            let signals = Signals::hold().unwrap();
            let script = "until test -e \"$0\"; do sleep 0.01; done; kill -TERM $$";
            let told_file = place.join("told").into_os_string();
            let job = Job::new("sh", ["-c".into(), OsString::from(script), told_file]);
            let outcome = job::run(Lost, &job, &signals, Listener::new(&listen)).unwrap();
            assert_eq!(outcome.status, Status::Signaled(libc::SIGTERM));
            assert_eq!(told.load(Ordering::SeqCst), 1, "once, and not again at the end");
        });
    });
}

#[test]
fn a_lock_that_a_job_could_not_keep_is_given_up_by_whoever_wants_to_become_the_job() {
    alone(|| {
        let signals = Signals::hold().unwrap();
        let error = job::exec(Lost, &Job::new("true", [""; 0]), &signals, Listener::default());
        assert!(matches!(error, Error::NotInheritable { .. }), "{error:?}");
    });
}
