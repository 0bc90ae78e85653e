//! Carrying a plan out, and what is said meanwhile.

use std::io;
use std::time::Duration;

use withlock_platform::backend::{Attempt, ByteLock, LockBackend, Mode, Ownership, flock_alone};
use withlock_platform::failure::{self, Failure as Kind};
use withlock_platform::process::{self, Deadline, Status};

use super::plan::{Plan, Target, Wait};
use super::texts::{Exit, NAME};
use crate::cli::quoting;
use crate::cli::words;
use crate::file_lock::{Access, Command, Creation, Failure, LockFile, Opening, Result};

/// How a run ends that does not end with the status of its command: what to say, if anything, and the status.
pub(super) struct Refusal {
    words: Option<String>,
    status: u8,
}

/// Does it, says what is to be said, and returns the exit status.
pub(super) fn run(plan: &Plan) -> u8 {
    let done = match plan.bytes {
        None => carry_out(plan, flock_alone()),
        Some(bytes) => match ByteLock::of_description(bytes) {
            Some(call) => carry_out(plan, &call),
            None => Err(Refusal::new("--fcntl: this system has no such locks", Exit::Data)),
        },
    };
    done.unwrap_or_else(Refusal::say)
}

fn carry_out(plan: &Plan, call: &dyn LockBackend) -> std::result::Result<u8, Refusal> {
    let keeps = plan.command.is_some() || call.ownership() == Ownership::Description;
    if !keeps {
        let why = "the lock of a descriptor would end at once here, with this process: give a command, or use withlock";
        return Err(Refusal::new(why, Exit::Unavailable));
    }
    let mut file = open(plan).map_err(|error| refusal(plan, &error))?;
    // Without --verbose, nobody is told.
    let begun = if plan.verbose { process::moment() } else { Duration::ZERO };
    if lock(plan, &mut file, call)? == Attempt::Busy {
        return Err(busy(plan));
    }
    let told =
        if plan.verbose { tell(plan, process::moment().saturating_sub(begun)) } else { Ok(()) };
    let status = match &plan.command {
        Some(command) => start(plan, &file, command).map_err(|error| refusal(plan, &error))?,
        None => 0,
    };
    // Last, as who does not want to know of it wants the command all the same.
    told.map(|()| status)
}

/// What `--verbose` says of the lock, and of what is run.
fn tell(plan: &Plan, waited: Duration) -> std::result::Result<(), Refusal> {
    let what = if plan.mode.is_some() { "locked" } else { "unlocked" };
    let (seconds, micros) = (waited.as_secs(), waited.subsec_micros());
    let mut lines = format!("{NAME}: {what} after {seconds}.{micros:06} seconds\n");
    if let Some(command) = &plan.command {
        lines.push_str(&format!("{NAME}: running {}\n", quoting::of_value(&command.program)));
    }
    print(&lines)
}

/// Prints on standard output. Nobody misses what is printed on one that is closed, or into a pipe that nobody reads.
pub(super) fn print(text: &str) -> std::result::Result<(), Refusal> {
    let is_unread = |error: &io::Error| {
        Kind::of(error) == Kind::Closed || error.kind() == io::ErrorKind::BrokenPipe
    };
    match words::print(text) {
        Err(error) if !is_unread(&error) => {
            let said = failure::words(&error);
            let why = format!("writing to standard output failed: {said}");
            Err(Refusal::new(&why, Exit::General))
        }
        _ => Ok(()),
    }
}

fn open(plan: &Plan) -> Result<LockFile> {
    match &plan.target {
        Target::Descriptor(number) => LockFile::inherited(*number),
        Target::File(path) => {
            // fcntl(2) wants the right to write for an exclusive lock.
            let writes = plan.bytes.is_some() && plan.mode == Some(Mode::Exclusive);
            let access = if writes { Access::Write } else { Access::Read };
            let creation = Creation::ByUmask;
            LockFile::open(path, Opening { access, creation, directories: true, compares: false })
        }
    }
}

fn lock(
    plan: &Plan,
    file: &mut LockFile,
    call: &dyn LockBackend,
) -> std::result::Result<Attempt, Refusal> {
    let until = match plan.wait {
        Wait::No => Some(Deadline::PASSED),
        Wait::AtMost(time) => Deadline::after(time),
        Wait::Forever => None,
        Wait::Impossible => {
            return Err(Refusal::new(
                "no timer can be set to that number of seconds",
                Exit::System,
            ));
        }
    };
    let done = match plan.mode {
        Some(mode) => file.lock(call, mode, until),
        None => file.unlock(call).map(|()| Attempt::Granted),
    };
    done.map_err(|error| refusal(plan, &error))
}

fn start(plan: &Plan, file: &LockFile, command: &Command) -> Result<u8> {
    if plan.no_fork {
        return Err(file.execute(command));
    }
    let status = file.run(command, !plan.closes)?;
    Ok(match status {
        Status::Exited(code) => code as u8,
        Status::Signaled(signal) => (128 + signal) as u8,
    })
}

fn busy(plan: &Plan) -> Refusal {
    let words = plan.verbose.then(|| match plan.wait {
        Wait::AtMost(_) => "timeout: the lock is still busy".to_owned(),
        _ => "the lock is busy".to_owned(),
    });
    Refusal { words, status: plan.conflict }
}

fn refusal(plan: &Plan, failure: &Failure) -> Refusal {
    let target = match &plan.target {
        Target::File(path) => quoting::of_value(path.as_os_str()),
        Target::Descriptor(number) => format!("descriptor {number}"),
    };
    let program = plan.command.as_ref().map(|command| quoting::of_value(&command.program));
    let words = words::failed(failure, &target, program.as_deref().unwrap_or_default());
    Refusal::new(&words, exit(failure))
}

fn exit(failure: &Failure) -> Exit {
    match (failure, Kind::of(failure.io())) {
        (Failure::Open(_), Kind::NoMemory | Kind::TooManyOpen | Kind::TooManyOpenInSystem) => {
            Exit::System
        }
        (Failure::Open(_), Kind::ReadOnly | Kind::NoSpace) => Exit::CannotCreate,
        (Failure::Open(_), _) => Exit::NoInput,
        (Failure::Lock(_), Kind::NoLocks | Kind::NoMemory) => Exit::System,
        (Failure::NoDescriptor(_) | Failure::Lock(_) | Failure::Compare(_), _) => Exit::Data,
        (Failure::Signals(_) | Failure::Process(_), _) => Exit::System,
        (Failure::Program(_), Kind::NoMemory) => Exit::System,
        (Failure::Program(_), _) => Exit::Unavailable,
        (Failure::Wait(_), _) => Exit::General,
    }
}

impl Refusal {
    /// Says what there is to say, and returns the exit status.
    pub(super) fn say(self) -> u8 {
        if let Some(words) = &self.words {
            words::say_as(NAME, words);
        }
        self.status
    }

    fn new(words: &str, exit: Exit) -> Self {
        Self { words: Some(words.to_owned()), status: exit as u8 }
    }
}

#[cfg(test)]
mod tests;
