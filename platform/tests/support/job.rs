//! Jobs, started in each way that there is.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;

use withlock_platform::process::{
    ByHandler, Child, Command, Native, Receive, Signals, StartError, Status,
};

use super::process::{fork, kill};
use super::receivers::{all_default, ignore};

/// A list of tests from functions that take a way: one test a way.
macro_rules! tests_of_ways {
    ($($name:ident),* $(,)?) => {
        $crate::support::job::tests_of(&[$((stringify!($name), $name)),*])
    };
}
pub(crate) use tests_of_ways;

type Body = fn(Way);

pub(crate) fn tests_of(tests: &[(&str, Body)]) -> Vec<super::Test> {
    let of = |way: Way| {
        let of = move |(name, body): &(&str, Body)| {
            let body = *body;
            super::Test::new(format!("{name} ({way:?})"), move || body(way))
        };
        tests.iter().map(of).collect::<Vec<_>>()
    };
    let ways = [
        Way::Native,
        Way::ByHandler,
        Way::ChildIgnored,
        Way::Portable,
        Way::PortableChildIgnored,
        Way::InPlace,
        Way::InPlaceByHandler,
    ];
    ways.into_iter().flat_map(of).collect()
}

/// The roads that a start may take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    Native,
    ByHandler,
    /// The caller ignores SIGCHLD.
    ChildIgnored,
    /// As any Unix can.
    Portable,
    PortableChildIgnored,
    /// In the process of whoever starts it: a child that the test has made.
    InPlace,
    InPlaceByHandler,
}

/// Runs to the end; `meanwhile` is called when the job has started.
pub(crate) fn run_and(
    way: Way,
    command: &Command<'_>,
    meanwhile: impl FnOnce(&Child),
) -> Result<Status, StartError> {
    all_default();
    match way {
        Way::Native => run_by::<Native>(|job, signals| job.start(signals), command, meanwhile),
        Way::ByHandler => {
            run_by::<ByHandler>(|job, signals| job.start(signals), command, meanwhile)
        }
        Way::ChildIgnored => {
            ignore(libc::SIGCHLD);
            run_by::<Native>(|job, signals| job.start(signals), command, meanwhile)
        }
        Way::Portable => {
            run_by::<Native>(|job, signals| job.start_portably(signals), command, meanwhile)
        }
        Way::PortableChildIgnored => {
            ignore(libc::SIGCHLD);
            run_by::<Native>(|job, signals| job.start_portably(signals), command, meanwhile)
        }
        Way::InPlace | Way::InPlaceByHandler => panic!("there is no child that is the job"),
    }
}

/// Becomes the job in a child of this process. Where that fails, the child says why, and that its signals are held as before.
fn run_in_place<R: Receive>(command: &Command<'_>) -> Result<Status, StartError> {
    let (mut told, mut tell) = UnixStream::pair().expect("a pair");
    let mut child = fork(|| {
        all_default();
        let signals = Signals::<R>::hold_by().expect("hold");
        let error = command.execute(&signals);
        kill(std::process::id() as libc::pid_t, libc::SIGTERM);
        assert_eq!(signals.next().expect("a signal").signal, libc::SIGTERM);
        let errno = error.io().raw_os_error().expect("an error of the system's");
        tell.write_all(&errno.to_ne_bytes()).expect("tell");
        0
    });
    drop(tell);
    let mut errno = [0; 4];
    if told.read_exact(&mut errno).is_ok() {
        assert!(child.wait().success());
        return Err(StartError::Program(io::Error::from_raw_os_error(i32::from_ne_bytes(errno))));
    }
    let status = child.wait();
    Ok(status.code().map(Status::Exited).or(status.signal().map(Status::Signaled)).expect("an end"))
}

fn run_by<R: Receive>(
    start: fn(&Command<'_>, &Signals<R>) -> Result<Child, StartError>,
    command: &Command<'_>,
    meanwhile: impl FnOnce(&Child),
) -> Result<Status, StartError> {
    let signals = Signals::<R>::hold_by().expect("hold");
    let child = start(command, &signals)?;
    meanwhile(&child);
    loop {
        if let Some(status) = child.ended().expect("the end") {
            return Ok(status);
        }
        signals.next().expect("a signal");
    }
}

pub(crate) fn finish(way: Way, command: &Command<'_>) -> Result<Status, StartError> {
    match way {
        Way::InPlace => run_in_place::<Native>(command),
        Way::InPlaceByHandler => run_in_place::<ByHandler>(command),
        _ => run_and(way, command, |_| ()),
    }
}

pub(crate) fn plain<'a>(program: &'a OsStr, arguments: &'a [OsString]) -> Command<'a> {
    Command { program, arguments, environment: &[], inherits: None }
}
