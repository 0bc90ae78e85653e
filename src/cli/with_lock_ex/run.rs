//! Carrying a plan out, and what is said of it.

use std::path::Path;

use withlock_platform::backend::{Attempt, ByteLock, Bytes, Conflict, Mode};
use withlock_platform::failure;
use withlock_platform::process::Deadline;

use super::reading::Plan;
use crate::cli::plan::WaitLimit;
use crate::cli::quoting;
use crate::cli::words;
use crate::file_lock::{Access, Creation, Failure, LockFile, Opening};

/// What is locked: whoever has a lock on it excludes others, whatever else of the file is locked.
const FIRST_BYTE: Bytes = Bytes { start: 0, length: 1 };

/// Takes the lock and becomes the command. Returns only if there is no lock, with the exit status, or if something failed.
pub(super) fn run(plan: &Plan) -> Result<u8, String> {
    let refusal =
        |failure| refusal(&plan.file, &quoting::of_value(&plan.command.program), &failure);
    let mut file = LockFile::open(&plan.file, OPENING).map_err(refusal)?;
    let until = match plan.wait {
        WaitLimit::No => Some(Deadline::PASSED),
        WaitLimit::AtMost(limit) => Deadline::after(limit),
        WaitLimit::Forever => None,
    };
    let call = ByteLock::of_process(FIRST_BYTE);
    match file.lock(&call, Mode::Exclusive, until).map_err(refusal)? {
        Attempt::Granted => Err(refusal(file.execute(&plan.command))),
        Attempt::Busy if plan.quiet => Ok(0),
        Attempt::Busy => Err(busy(plan)),
    }
}

const OPENING: Opening = Opening {
    access: Access::Both,
    creation: Creation::ForWriters,
    directories: false,
    compares: true,
};

/// Prints who has a lock on the file, whichever bytes it is on.
pub(super) fn look(path: &Path) -> Result<u8, String> {
    let opening =
        Opening { access: Access::Read, creation: Creation::Never, compares: false, ..OPENING };
    let all = ByteLock::of_process(Bytes::default());
    let conflict = LockFile::open(path, opening).and_then(|file| file.conflict(&all));
    let line = found(conflict.map_err(|failure| refusal(path, "", &failure))?);
    words::print(&line).map_err(|error| {
        format!("writing to standard output failed: {}", failure::words(&error))
    })?;
    Ok(0)
}

fn found(conflict: Option<Conflict>) -> String {
    let Some(Conflict { mode, pid }) = conflict else {
        return "none\n".to_owned();
    };
    let kind = match mode {
        Mode::Exclusive => "write",
        Mode::Shared => "read",
    };
    // A lock that belongs to no process, but to an open file description, has the process id -1. It is printed as a number
    // that no process can have, nor any group of processes: whoever signals the holder must not hit others.
    let pid = pid.map_or(u64::MAX, u64::from);
    format!("{kind} {pid}\n")
}

fn busy(plan: &Plan) -> String {
    let file = quoting::of_value(plan.file.as_os_str());
    let program = quoting::of_value(&plan.command.program);
    let when = match plan.wait {
        WaitLimit::AtMost(_) => "the time has expired, and somebody still has the lock",
        _ => "somebody has the lock",
    };
    format!("{file}: {when}; {program} was not run")
}

fn refusal(path: &Path, program: &str, error: &Failure) -> String {
    words::failed(error, &quoting::of_value(path.as_os_str()), program)
}
