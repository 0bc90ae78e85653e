//! One line of each kind. A match without a wildcard stands beside each list: whoever adds a variant is led here.

use std::io;
use std::path::Path;
use std::time::Duration;

use withlock_platform::evidence::{Grantee, Kind};
use withlock_platform::process::{Deadline, Elevation, Status};

use super::causes::{Call, NOBODY};
use super::{busy, refusals, statuses, waits};
use crate::cli::words::cure::Reader;
use crate::cli::words::{elevated, error, event};
use crate::error::{Error, Step};
use crate::event::{Event, Kept, Loss, Warning};
use crate::trust::Reason;
use crate::trust::Verdict;

/// Everything, under headings.
pub(super) fn all() -> Vec<(&'static str, Vec<String>)> {
    let on_the_way = |call| matches!(call, Call::OnTheWay(_));
    let at_the_file = |call| matches!(call, Call::AtTheFile(_));
    let starting = |call| matches!(call, Call::Starting(_));
    let elsewhere = |call| matches!(call, Call::Elsewhere(_));
    vec![
        ("The place is unsafe", unsafe_places()),
        ("There is no lock to be had at this path", other_errors()),
        ("On the way to the lock file", failures(on_the_way)),
        ("At the lock file", failures(at_the_file)),
        ("In a call that locks", failures(|call| call == Call::Locking)),
        ("Starting the command", failures(starting)),
        ("Signals, timers, standard output", failures(elsewhere)),
        ("The lock is busy", busy::lines()),
        ("At a terminal, during a wait", waits::lines()),
        ("What --status and --list say", statuses::lines()),
        ("Warnings", warnings()),
        ("What -v says", events()),
        ("Started with more rights than the caller has", elevations()),
        ("The command line is wrong", refusals::lines()),
    ]
}

fn to(is_root: bool, error: &Error) -> String {
    error::words_to(Reader { is_root }, error)
}

/// The failures of these calls: a line for each step, and for each different advice.
fn failures(belongs: impl Fn(Call) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut known = Vec::new();
    for call in Call::ALL.into_iter().filter(|call| belongs(*call)) {
        let mut is_new = true;
        for number in call.possible() {
            for is_root in [false, true] {
                let line = to(is_root, &call.failed(*number));
                let advice = line.split_once("; ").map_or("", |(_, advice)| advice).to_owned();
                if is_new || !known.contains(&advice) {
                    lines.push(if is_root { format!("(to root) {line}") } else { line });
                    known.push(advice);
                }
                is_new = false;
            }
        }
    }
    lines
}

const REASONS: [Reason; 13] = [
    Reason::OwnedByStranger(NOBODY),
    Reason::ListGrants(Grantee::User(NOBODY)),
    Reason::ListGrants(Grantee::Group(5)),
    Reason::ListGrants(Grantee::Everyone),
    Reason::ListGrants(Grantee::Unknown),
    Reason::ListHandsDown(Grantee::Group(5)),
    Reason::StickyWritable(0o1777),
    Reason::Writable(0o777),
    Reason::ListUnreadable(libc::EIO),
    Reason::ListRemote,
    Reason::ListServed,
    Reason::LinkOwnedByStranger(NOBODY),
    Reason::LinkInStickyDirectory,
];

fn unsafe_places() -> Vec<String> {
    let refused =
        |at: &str, reason| to(false, &Error::Unsafe { path: "/d/l".into(), at: at.into(), reason });
    let mut lines: Vec<String> = REASONS.map(|reason| refused("/d", reason)).into();
    lines.push(refused("/", Reason::Writable(0o777)));
    lines
}

fn other_errors() -> Vec<String> {
    errors_of_their_own().iter().map(|error| to(false, error)).collect()
}

/// The errors that are no failed call.
pub(super) fn errors_of_their_own() -> Vec<Error> {
    let path = || "/d/l".into();
    let not_a_file = |kind| Error::NotAFile { path: path(), kind };
    let missing = |path: &str| Error::Unreachable {
        path: path.into(),
        step: Step::OpenDirectory,
        error: io::Error::from_raw_os_error(libc::ENOENT),
    };
    let errors = [
        not_a_file(Kind::Directory),
        not_a_file(Kind::Link),
        not_a_file(Kind::Fifo),
        not_a_file(Kind::Socket),
        not_a_file(Kind::Device),
        not_a_file(Kind::Other),
        missing("/run/job"),
        Error::Mandatory { path: path() },
        Error::TooManyLinks { path: path() },
        Error::NoWorkingDirectory { path: path() },
        Error::NoHome { user: NOBODY },
        Error::Absent { path: path() },
        Error::NoBackend { path: path() },
        Error::NotInheritable { path: path() },
        Error::Unstable { path: path() },
        Error::Leased { path: path() },
    ];
    for error in &errors {
        match error {
            // Listed here.
            Error::Mandatory { .. }
            | Error::NotAFile { .. }
            | Error::TooManyLinks { .. }
            | Error::NoWorkingDirectory { .. }
            | Error::NoHome { .. }
            | Error::Leased { .. }
            | Error::Absent { .. }
            | Error::NoBackend { .. }
            | Error::NotInheritable { .. }
            | Error::Unstable { .. } => {}
            // By `unsafe_places` and `failures`.
            Error::Unsafe { .. }
            | Error::Unreachable { .. }
            | Error::Open { .. }
            | Error::Lock { .. }
            | Error::Start { .. }
            | Error::System { .. } => {} // Never said: withlock ends by the signal.
        }
    }
    errors.into()
}

fn warnings() -> Vec<String> {
    let path = Path::new("/d/l");
    let forward = Call::Elsewhere(Step::ForwardSignal).failed(libc::EPERM);
    let arguments = ["-a".into(), "a b".into()];
    let too_long = |sent| Warning::TooLong {
        path,
        program: "rsync".as_ref(),
        arguments: &arguments,
        limit: Duration::from_secs(1500),
        sent,
        kill_after: Some(Duration::from_secs(60)),
    };
    let remove = Call::AtTheFile(Step::Remove).failed(libc::EROFS);
    let mut warnings: Vec<Warning<'_>> =
        REASONS.map(|reason| Warning::Place { at: "/d".as_ref(), reason }).into();
    warnings.extend([
        Warning::SetgidFile { path },
        Warning::Lost { path, loss: Loss::Gone },
        Warning::Lost { path, loss: Loss::Replaced },
        too_long(&[]),
        too_long(&[15]),
        too_long(&[40, 9]),
        Warning::Signal(&forward),
        Warning::Release(&remove),
    ]);
    for warning in &warnings {
        match warning {
            Warning::Place { .. }
            | Warning::SetgidFile { .. }
            | Warning::Lost { loss: Loss::Gone | Loss::Replaced, .. }
            | Warning::TooLong { .. }
            | Warning::Signal(_)
            | Warning::Release(_) => {}
        }
    }
    warnings.into_iter().map(|warning| event::words(&Event::Warning(warning))).collect()
}

fn events() -> Vec<String> {
    let path = Path::new("/d/l");
    let chosen = |in_order| Event::Chosen { path, file_system: "ext4", backend: "flock", in_order };
    let judged = |verdict| Event::Judged { at: "/d".as_ref(), verdict };
    let waiting = |limit: Option<_>| {
        let until = limit.and_then(Deadline::after);
        Event::Waiting { path, until, holder: None }
    };
    let acquired = |own, slot| Event::Acquired { own, path, slot };
    let left = |why| Event::Left { why };
    let events = [
        Event::PassedOver { shell: "/sbin/nologin".as_ref() },
        judged(Verdict::Accept),
        judged(Verdict::Warn(Reason::ListRemote)),
        judged(Verdict::Refuse(Reason::Writable(0o777))),
        Event::DirectoryCreated { at: "/d".as_ref() },
        chosen(true),
        chosen(false),
        Event::Created,
        Event::Again,
        Event::Leased,
        waiting(Some(Duration::from_millis(250))),
        waiting(None),
        Event::Queued { path, until: Deadline::after(Duration::from_secs(90)) },
        Event::Replacing { pid: 7, signal: 15 },
        Event::KillingHolder { pid: 7 },
        acquired(true, 1),
        acquired(false, 2),
        Event::Started { pid: 7 },
        Event::Executing { pid: 7 },
        Event::Forwarded { signal: 15 },
        Event::Forwarded { signal: 200 },
        Event::Overdue { signal: 15 },
        Event::Ended { status: Status::Exited(1), too_long: false },
        Event::Ended { status: Status::Signaled(9), too_long: true },
        Event::Removed,
        left(Kept::Asked),
        left(Kept::Foreign),
        left(Kept::Replaced),
        left(Kept::Shared),
        left(Kept::Awaited),
        left(Kept::Held),
    ];
    for event in &events {
        match event {
            Event::PassedOver { .. }
            | Event::Judged { .. }
            | Event::DirectoryCreated { .. }
            | Event::Chosen { .. }
            | Event::Created
            | Event::Again
            | Event::Leased
            | Event::Waiting { .. }
            | Event::Queued { .. }
            | Event::Replacing { .. }
            | Event::KillingHolder { .. }
            | Event::Acquired { .. }
            | Event::Started { .. }
            | Event::Executing { .. }
            | Event::Overdue { .. }
            | Event::Ended { .. }
            | Event::Forwarded { .. }
            | Event::Removed
            | Event::Left { .. }
            | Event::Warning(_) => {}
        }
    }
    events.iter().map(event::words).collect()
}

fn elevations() -> Vec<String> {
    let program = Path::new("/usr/bin/withlock");
    let ids = |user, group| Elevation::Ids { user, group };
    let (ours, theirs) = (Some((1000, 0)), Some((100, 50)));
    vec![
        elevated(ids(ours, None), Some(program)),
        elevated(ids(None, theirs), Some(program)),
        elevated(ids(ours, theirs), None),
        elevated(Elevation::Capabilities, Some(program)),
    ]
}
