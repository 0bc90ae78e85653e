//! What to do about a failure. It depends on what was being done and on what the system says; and it never sends anybody
//! to the place that has just failed.

use std::path::Path;

use withlock_platform::failure::{ATTRIBUTE_TOOLS, Failure};

use crate::place::trust::Reason;

/// Who reads the message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    /// Root has every permission that a mode can give.
    pub(super) is_root: bool,
}

const POLICY: &str = "check for a security policy that forbids it (SELinux, AppArmor, a sandbox)";

impl Reader {
    /// On the way to the lock file.
    pub(super) fn on_the_way(self, step: &str, at: &Path, failure: Failure) -> String {
        match failure {
            Failure::Missing if step != "opening the directory" => {
                "somebody has just removed it: try again".to_owned()
            }
            // Where a boot empties it, the directory would be missing again tomorrow.
            Failure::Missing if at.starts_with("/run") || at.starts_with("/var/run") => {
                "create the directory first, and at each boot, which empties /run".to_owned()
            }
            Failure::Missing => "create the directory first".to_owned(),
            Failure::Denied => {
                self.denied("you need search permission (x) for each directory on the way")
            }
            Failure::NotPermitted => POLICY.to_owned(),
            _ => anywhere(failure).to_owned(),
        }
    }

    /// At the lock file itself, other than in a lock call.
    pub(super) fn at_the_file(self, step: &str, path: &Path, failure: Failure) -> String {
        match step {
            "creating" => self.creating(failure),
            "opening" => self.opening(failure),
            "removing" => self.removing(failure),
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
                "somebody has just removed it: there is nothing left to do".to_owned()
            }
            Failure::Denied => {
                self.denied("the file stays: make its directory writable for you, and remove it")
            }
            Failure::NotPermitted => {
                format!(
                    "the file stays: it or its directory may be immutable or append-only ({ATTRIBUTE_TOOLS})"
                )
            }
            Failure::ReadOnly => {
                "the file stays: remove it when the file system is mounted read-write".to_owned()
            }
            Failure::Busy => "the file stays: something is mounted on it, or uses it".to_owned(),
            _ => anywhere(failure).to_owned(),
        }
    }

    /// In a lock call.
    pub(super) fn locking(self, failure: Failure) -> String {
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
    pub(super) fn starting(self, failure: Failure) -> String {
        match failure {
            Failure::Denied => {
                "it must be an executable file (chmod +x), and not on a file system mounted noexec"
                    .to_owned()
            }
            Failure::NotPermitted => POLICY.to_owned(),
            Failure::TooManyArguments => "pass fewer or shorter arguments".to_owned(),
            Failure::TryAgain => {
                "raise the limit on processes (ulimit -u, or TasksMax= of the service)".to_owned()
            }
            Failure::ProgramInUse => "someone is writing to the program: try again".to_owned(),
            Failure::NotAProgram | Failure::Invalid => {
                "the program is damaged, or made for another system".to_owned()
            }
            Failure::IsADirectory => {
                "its interpreter is a directory: check its first line (#!)".to_owned()
            }
            _ => anywhere(failure).to_owned(),
        }
    }

    /// In all other calls: signals, timers, waiting, standard output.
    pub(super) fn elsewhere(self, step: &str, failure: Failure) -> String {
        match (step, failure) {
            ("passing a signal on to the command", Failure::NotPermitted) => {
                "it now runs as another user: signal it as that user".to_owned()
            }
            ("setting up the time limit", Failure::TryAgain) => {
                "raise the limit on pending signals (ulimit -i)".to_owned()
            }
            ("starting the command", Failure::TryAgain) => {
                "raise the limit on processes (ulimit -u, or TasksMax= of the service)".to_owned()
            }
            ("writing to standard output", Failure::Closed) => "it is closed: open it".to_owned(),
            ("writing to standard output", Failure::NoSpace) => "make room there".to_owned(),
            (_, Failure::Denied | Failure::NotPermitted) => POLICY.to_owned(),
            (
                _,
                Failure::TryAgain
                | Failure::NoMemory
                | Failure::TooManyOpen
                | Failure::TooManyOpenInSystem,
            ) => anywhere(failure).to_owned(),
            _ => String::new(),
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

/// At a directory or link that is refused.
pub(super) fn unsafe_place(at: &Path, reason: Reason) -> &'static str {
    let at_root = at.parent().is_none();
    match reason {
        _ if at_root => "every path starts there, so root must fix it",
        Reason::OwnedByStranger(_) => "use a path whose directories all belong to you or root",
        Reason::Writable(_) => "use another path, remove that permission (chmod go-w)",
        // Taking the right away from the others would break /tmp for all of them.
        Reason::StickyWritable(_) => "use a directory of your own in it (mkdir -m 700)",
        Reason::ListGrants(_) | Reason::ListHandsDown(_) => "use another path, remove that entry",
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
            "remove files of yours there, or have the quota on space and inodes raised"
        }
        Failure::TooManyOpen => "raise the limit on open files (ulimit -n)",
        Failure::TooManyOpenInSystem => {
            "find what holds so many files open, or raise the system's limit (sysctl)"
        }
        Failure::NameTooLong => "use a shorter name",
        Failure::Loop => "check where the symbolic links lead",
        Failure::ProgramInUse | Failure::Busy | Failure::TryAgain => "try again",
        Failure::Broken => "look for errors of the disk or the file server (dmesg)",
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
