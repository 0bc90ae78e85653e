//! Mounts that nobody else sees, and that are gone with the shell that made them.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{Scratch, find_program, forced_backend, is_root, people, program, skip};

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

/// The same with a `/run` that is empty, and with an ordinary user in the user database whose home directory, `$HOME_OF_A`,
/// is empty. `A` is the program under test, run by that user, with a program that sets its environment in front of it if
/// `WITH` is not empty.
pub fn with_own_run(scratch: &Scratch, script: &str) -> Option<Output> {
    if find_program("setpriv").is_none() {
        skip("needs setpriv");
        return None;
    }
    let backend = forced_backend().map_or_else(String::new, |name| format!("--backend {name}"));
    let user = people::ALICE;
    let before = format!(
        r#"chmod 0755 .; cp "$PROGRAM" program; PLACE=$PWD; HOME_OF_A=$PWD/home
mount -t tmpfs -o mode=0755 tmpfs /run; rm -rf home; mkdir -m 0700 home; chown {user}:{user} home
printf 'root:x:0:0::/root:/bin/sh\na:x:{user}:{user}::%s:/bin/sh\n' "$HOME_OF_A" >passwd
mount --bind passwd /etc/passwd
AS_A="setpriv --reuid={user} --regid={user} --clear-groups"
A() {{ $AS_A $WITH "$PLACE/program" {backend} "$@"; }}
unset XDG_RUNTIME_DIR XDG_CACHE_HOME"#
    );
    with_mounts(scratch, &format!("{before}\n{script}"))
}
