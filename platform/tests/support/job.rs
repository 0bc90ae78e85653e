//! Jobs, started in each way that there is.

use std::ffi::{OsStr, OsString};

use withlock_platform::process::{
    ByHandler, Child, Command, Native, Receive, Signals, StartError, Status,
};

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
    [Way::Native, Way::ByHandler, Way::ChildIgnored, Way::Portable, Way::PortableChildIgnored]
        .into_iter()
        .flat_map(of)
        .collect()
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
    }
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
    run_and(way, command, |_| ())
}

pub(crate) fn plain<'a>(program: &'a OsStr, arguments: &'a [OsString]) -> Command<'a> {
    Command { program, arguments, environment: &[], inherits: None }
}
