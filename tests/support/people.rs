//! Other users, and a place that all of them can reach: for tests that run as root.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::programs::copy_program;
use crate::support::{Scratch, is_root, program, skip, withlock};

/// A user without rights; needs no entry in the user database.
pub const ALICE: u32 = 65_533;
/// Another one.
pub const BOB: u32 = 65_532;

/// A directory of root's that everybody may enter (0755), with a copy of the program that everybody may run.
pub struct Public {
    scratch: Scratch,
    /// The copy.
    pub program: PathBuf,
}

impl Public {
    /// `None`, having said why, where the tests do not run as root.
    pub fn new() -> Option<Self> {
        if !is_root() {
            skip("needs root, to act as other users");
            return None;
        }
        let scratch = Scratch::new();
        chmod(scratch.path(), 0o755);
        let copy = scratch.join("program");
        copy_program(&program(), &copy);
        Some(Self { scratch, program: copy })
    }

    pub fn path(&self) -> &Path {
        self.scratch.path()
    }

    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.scratch.join(name)
    }

    /// A new directory in it.
    pub fn directory(&self, name: &str, owner: u32, mode: u32) -> PathBuf {
        directory(self.path(), name, owner, mode)
    }

    /// A run of the program as this user (and group of the same number); 0 stays root.
    pub fn withlock_as<S: AsRef<OsStr>>(
        &self,
        user: u32,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = again_with(&self.program, &withlock(arguments));
        command.current_dir(self.path());
        if user != 0 {
            command.gid(user).uid(user);
        }
        command
    }
}

/// A new directory.
pub fn directory(parent: &Path, name: &str, owner: u32, mode: u32) -> PathBuf {
    let path = parent.join(name);
    fs::create_dir(&path).unwrap();
    give(&path, owner);
    chmod(&path, mode);
    path
}

/// The same command line and environment for another program.
pub fn again_with(program: &Path, command: &Command) -> Command {
    let mut again = Command::new(program);
    again.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => again.env(name, value),
            None => again.env_remove(name),
        };
    }
    again
}

pub fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Makes it this user's; a link itself, not what it points to.
pub fn give(path: &Path, owner: u32) {
    if fs::symlink_metadata(path).unwrap().uid() != owner {
        std::os::unix::fs::lchown(path, Some(owner), Some(owner)).unwrap();
    }
}
