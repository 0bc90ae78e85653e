//! What to do about a failure. It depends on what was being done and on what the system says; and it never sends anybody
//! to the place that has just failed.

use std::path::Path;

use withlock_platform::failure::{ATTRIBUTE_TOOLS, Failure};
use withlock_platform::process;

use super::command;
use crate::error::{Error, Step};
use crate::trust::Reason;

/// Who reads the message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    /// Root has every permission that a mode can give.
    pub(super) is_root: bool,
}

const POLICY: &str = "check for a security policy that forbids it (SELinux, AppArmor, a sandbox)";

const INSTEAD_OF_NAME: &str = "give a LOCKFILE that you may create, instead of -N";

const JUST_REMOVED: &str = "it has just been removed: try again";

const MORE_PROCESSES: &str =
    "raise the limit on processes (ulimit -u, or TasksMax= of the service)";

impl Reader {
    /// Whoever runs this.
    pub(super) fn this_user() -> Self {
        Self { is_root: process::effective_user() == 0 }
    }

    /// What to do about an error; empty if there is nothing to be done.
    pub(super) fn cure(self, error: &Error) -> String {
        let cure = match error {
            Error::Unsafe { at, reason, .. } => {
                return format!("{}, or use --insecure", unsafe_place(at, *reason));
            }
            Error::Unreachable { path, step, error } => {
                return self.on_the_way(*step, path, Failure::of(error));
            }
            Error::Open { path, step, error } => {
                return self.at_the_file(*step, path, Failure::of(error));
            }
            Error::Lock { error, .. } => return self.locking(Failure::of(error.io())),
            Error::Start { program, error, has_arguments } => {
                let failure = Failure::of(error);
                let hint = command::hint(program, *has_arguments, failure);
                return hint.unwrap_or_else(|| self.starting(failure));
            }
            Error::System { step, error } => elsewhere(*step, Failure::of(error)),
            Error::Mandatory { .. } => "run chmod g-s on it",
            Error::NotAFile { .. } => "name a regular file, or one that does not exist yet",
            Error::TooManyLinks { .. } => "check where they lead",
            Error::NoWorkingDirectory { .. } => {
                "change to another directory, or give an absolute path"
            }
            Error::NoHome { .. } => "set HOME, or give a LOCKFILE instead of -N",
            Error::Leased { .. } => "wait for it with -w",
            Error::Absent { .. } => "create it first, or omit --no-create",
            Error::NoBackend { .. } => "omit --backend",
            Error::NotInheritable { .. } => "omit -F",
            Error::Unstable { .. } => "use a path that nobody changes, or another file system",
        };
        cure.to_owned()
    }

    /// On the way to the lock file.
    fn on_the_way(self, step: Step, at: &Path, failure: Failure) -> String {
        match failure {
            // The place for locks with a name, which nobody has chosen.
            Failure::Missing if step == Step::FindPlaceOfNames => INSTEAD_OF_NAME.to_owned(),
            Failure::ReadOnly if step == Step::CreateDirectory => INSTEAD_OF_NAME.to_owned(),
            Failure::Denied if step == Step::CreateDirectory => self.denied(INSTEAD_OF_NAME),
            Failure::Missing if step != Step::OpenDirectory => JUST_REMOVED.to_owned(),
            // Where a boot empties it, the directory would be missing again tomorrow.
            Failure::Missing if at.starts_with("/run") || at.starts_with("/var/run") => {
                "create the directory, and again at each boot, because /run is empty then"
                    .to_owned()
            }
            Failure::Missing => "create the directory first".to_owned(),
            Failure::Denied => {
                self.denied("you need search permission (x) on each directory of the path")
            }
            Failure::NotPermitted => POLICY.to_owned(),
            _ => anywhere(failure).to_owned(),
        }
    }

    /// At the lock file itself, other than in a lock call.
    fn at_the_file(self, step: Step, path: &Path, failure: Failure) -> String {
        match step {
            Step::Create => self.creating(failure),
            Step::Open => self.opening(failure),
            Step::Remove => self.removing(failure),
            _ => self.on_the_way(step, path, failure),
        }
    }

    fn creating(self, failure: Failure) -> String {
        match failure {
            Failure::Missing => {
                "the directory has been removed, or takes no new files: use another one".to_owned()
            }
            Failure::Denied => self.denied("use a directory that you may write to"),
            Failure::NotPermitted => {
                format!(
                    "the directory may be immutable ({ATTRIBUTE_TOOLS}), or a security policy forbids it"
                )
            }
            Failure::Invalid => {
                "the file system may not allow such a name: choose another".to_owned()
            }
            Failure::Unsupported => "use another file system".to_owned(),
            _ => anywhere(failure).to_owned(),
        }
    }

    fn opening(self, failure: Failure) -> String {
        match failure {
            Failure::Denied => self.denied("use a file that you may write to (or, for -s, read)"),
            Failure::NotPermitted => {
                format!(
                    "the file may be immutable or append-only ({ATTRIBUTE_TOOLS}), or a security policy forbids it"
                )
            }
            Failure::Missing => JUST_REMOVED.to_owned(),
            Failure::ProgramInUse => "it is a running program: name another file".to_owned(),
            Failure::TryAgain => {
                "a file server has given a client a lease on it: try again".to_owned()
            }
            Failure::Invalid | Failure::Unsupported => "use another file system".to_owned(),
            _ => anywhere(failure).to_owned(),
        }
    }

    /// The job has ended, and the lock becomes free all the same.
    fn removing(self, failure: Failure) -> String {
        match failure {
            Failure::Missing => {
                "somebody else has just removed it: nothing is left to do".to_owned()
            }
            Failure::Denied => {
                self.denied("the file stays: give yourself write permission on its directory, and remove the file")
            }
            Failure::NotPermitted => {
                format!(
                    "the file stays: it or its directory may be immutable or append-only ({ATTRIBUTE_TOOLS})"
                )
            }
            Failure::ReadOnly => {
                "the file stays: remove it when the file system is mounted read-write again".to_owned()
            }
            Failure::Busy => "the file stays, because something is mounted on it or uses it: remove it later".to_owned(),
            _ => anywhere(failure).to_owned(),
        }
    }

    /// In a lock call.
    fn locking(self, failure: Failure) -> String {
        match failure {
            Failure::NoLocks => {
                "start the lock service of the file server (NFS: rpc.statd), or use a local directory".to_owned()
            }
            Failure::Denied | Failure::NotPermitted => POLICY.to_owned(),
            Failure::Deadlock => "two jobs wait for each other's locks: take them in the same order".to_owned(),
            Failure::Closed => "this lock needs a file that you may write to".to_owned(),
            Failure::Invalid | Failure::Unsupported => {
                "use another file system, or another --backend in every run of this lock".to_owned()
            }
            _ => anywhere(failure).to_owned(),
        }
    }

    /// At the start of a program that was found, or was named by its path.
    fn starting(self, failure: Failure) -> String {
        match failure {
            Failure::Denied => {
                "it must be an executable file (chmod +x), and not on a file system mounted noexec"
                    .to_owned()
            }
            Failure::NotPermitted => POLICY.to_owned(),
            Failure::TooManyArguments => "pass fewer or shorter arguments".to_owned(),
            Failure::TryAgain => MORE_PROCESSES.to_owned(),
            Failure::ProgramInUse => "somebody is writing to the program: try again".to_owned(),
            Failure::NotAProgram | Failure::Invalid => {
                "the program is damaged, or made for another system".to_owned()
            }
            Failure::IsADirectory => {
                "its interpreter is a directory: check its first line (#!)".to_owned()
            }
            _ => anywhere(failure).to_owned(),
        }
    }

    /// Root is not told to ask for a permission.
    fn denied(self, advice: &str) -> String {
        if self.is_root {
            format!("{POLICY}, or a file server that denies it to root (root_squash)")
        } else {
            advice.to_owned()
        }
    }
}

/// In all other calls: signals, timers, waiting, standard output.
fn elsewhere(step: Step, failure: Failure) -> &'static str {
    match (step, failure) {
        (Step::ForwardSignal, Failure::NotPermitted) => {
            "the command runs as another user now: send it the signal as that user"
        }
        (Step::SetTimeLimit, Failure::TryAgain) => "raise the limit on pending signals (ulimit -i)",
        (Step::StartCommand, Failure::TryAgain) => MORE_PROCESSES,
        (Step::WriteOutput, Failure::Closed) => "it is closed: redirect it to a file or a terminal",
        (Step::WriteOutput, Failure::NoSpace) => "make room on the disk that it goes to",
        (Step::WriteOutput, Failure::Broken) => "check the file or terminal that it goes to",
        (_, Failure::Denied | Failure::NotPermitted) => POLICY,
        (
            _,
            Failure::TryAgain
            | Failure::NoMemory
            | Failure::TooManyOpen
            | Failure::TooManyOpenInSystem,
        ) => anywhere(failure),
        _ => "",
    }
}

/// At a directory or link that is refused.
fn unsafe_place(at: &Path, reason: Reason) -> &'static str {
    let at_root = at.parent().is_none();
    match reason {
        _ if at_root => "every path starts there, so ask root to fix it",
        Reason::OwnedByStranger(_) => "use a path whose directories all belong to you or root",
        Reason::Writable(_) => "use another path, or remove that permission (chmod go-w)",
        // Taking the right away from the others would break /tmp for all of them.
        Reason::StickyWritable(_) => "use a directory of your own in it (mkdir -m 700)",
        Reason::ListGrants(_) | Reason::ListHandsDown(_) => {
            "use another path, or remove that entry"
        }
        Reason::LinkOwnedByStranger(_) | Reason::LinkInStickyDirectory => {
            "use a path without that link"
        }
        _ => "use another file system",
    }
}

/// What helps at any file.
fn anywhere(failure: Failure) -> &'static str {
    match failure {
        Failure::NotADirectory => "check the path",
        Failure::IsADirectory => "name a file",
        Failure::Denied | Failure::NotPermitted => POLICY,
        Failure::ReadOnly => "use a file system that is mounted read-write",
        Failure::NoSpace => {
            "make room there (space: df, inodes: df -i), or use another file system"
        }
        Failure::OverQuota => {
            "remove some of your files there, or ask for a higher quota (space and inodes)"
        }
        Failure::TooManyOpen => "raise the limit on open files (ulimit -n)",
        Failure::TooManyOpenInSystem => {
            "close files in other programs, or raise the limit of the whole system (sysctl)"
        }
        Failure::NameTooLong => "use a shorter name",
        Failure::Loop => "check where the symbolic links lead",
        Failure::ProgramInUse | Failure::Busy | Failure::TryAgain => "try again",
        Failure::Broken => {
            "look for errors of the disk or the file server in the system's log (dmesg)"
        }
        Failure::Stale => "its server no longer knows it: remount the file system",
        Failure::Unreachable => {
            "its server is out of reach: check it and the network, or remount the file system"
        }
        Failure::NoMemory => {
            "free memory, or raise the limit on it (ulimit -v, or MemoryMax= of the service)"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests;
