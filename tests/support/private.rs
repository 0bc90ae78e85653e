//! Mounts that nobody else sees, and that are gone with the shell that made them.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{Scratch, find_program, forced_backend, is_root, program, skip};

/// Runs a shell script in a mount namespace of its own, with `W` as the program under test with its options, in a
/// directory of its own. `None`, having said why, where that can't be.
pub fn with_mounts(scratch: &Scratch, script: &str) -> Option<Output> {
    let unshare =
        find_program("unshare").filter(|_| is_root() && Path::new("/proc/mounts").exists());
    let may = unshare.as_ref().is_some_and(|unshare| {
        let mount = format!("mount -t tmpfs tmpfs {}", scratch.path().display());
        Command::new(unshare)
            .args(["-m", "sh", "-c", &mount])
            .status()
            .is_ok_and(|status| status.success())
    });
    let (true, Some(unshare)) = (may, unshare) else {
        skip("needs root on Linux, and the right to mount in a namespace");
        return None;
    };
    let backend = forced_backend().map_or_else(String::new, |name| format!("--backend {name}"));
    let script = format!("set -e; W() {{ \"$PROGRAM\" {backend} \"$@\"; }}\numask 022\n{script}");
    let mut command = Command::new(unshare);
    command.args(["-m", "sh", "-c", &script]).current_dir(scratch.path()).env("PROGRAM", program());
    for name in ["WITHLOCK_LOCKFILE", "WITHLOCK_PID", "WITHLOCK_HELD", "WITHLOCK_NOWARN"] {
        command.env_remove(name);
    }
    Some(command.stdin(Stdio::null()).output().unwrap())
}
