//! Users other than root, and what they may not.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::FLOCK;
use crate::faces::case::{Case, Need, scene};
use crate::faces::seen::Seen;
use crate::faces::side_by_side::sides;
use crate::faces::stage::Stage;
use crate::support::is_root;
use crate::support::people::{ALICE, BOB, chmod, directory, give};

const ROOT: &[Need] = &[Need::Root];

pub const CASES: &[Case] = &[
    scene("own-file-that-may-only-be-read", |stage| file(stage, 0o400, ALICE)).needs(ROOT),
    scene("own-file-that-may-only-be-written", |stage| file(stage, 0o200, ALICE)).needs(ROOT),
    scene("own-file-with-no-rights", |stage| file(stage, 0o000, ALICE)).needs(ROOT),
    scene("own-file-that-may-only-be-executed", |stage| file(stage, 0o100, ALICE)).needs(ROOT),
    scene("a-file-of-root-for-all-to-read", |stage| file(stage, 0o644, 0)).needs(ROOT),
    scene("a-file-of-root-for-all-to-write", |stage| file(stage, 0o666, 0)).needs(ROOT),
    scene("a-file-of-root-alone", |stage| file(stage, 0o600, 0)).needs(ROOT),
    scene("a-file-of-root-that-others-may-only-write", |stage| file(stage, 0o622, 0)).needs(ROOT),
    scene("a-descriptor-that-may-only-be-written", descriptor).needs(ROOT),
    scene("own-directory", |stage| in_directory(stage, ALICE, 0o700, "d/lock")).needs(ROOT),
    scene("a-directory-of-root", |stage| in_directory(stage, 0, 0o755, "d/lock")).needs(ROOT),
    scene("a-directory-of-root-itself", |stage| in_directory(stage, 0, 0o755, "d")).needs(ROOT),
    scene("a-directory-that-may-not-be-read", |stage| in_directory(stage, ALICE, 0o300, "d"))
        .needs(ROOT),
    scene("a-directory-that-may-not-be-searched", |stage| {
        in_directory(stage, ALICE, 0o600, "d/lock")
    })
    .needs(ROOT),
    scene("a-directory-for-all", |stage| in_directory(stage, 0, 0o777, "d/lock")).needs(ROOT),
    scene("a-sticky-directory-for-all", |stage| in_directory(stage, 0, 0o1777, "d/lock"))
        .needs(ROOT),
    scene("a-reader-s-lock-keeps-root-out", keeps_root_out).needs(ROOT),
    scene("a-command-that-the-user-may-not-execute", |stage| {
        see(
            stage,
            "echo >prog; chmod 700 prog",
            &["lock", "./prog"],
            &["./prog", "Permission denied"],
        )
    })
    .needs(ROOT),
    scene("no-process-for-the-user", no_process).needs(&[Need::Root, Need::Program("bash")]),
];

/// The same command as another user, with that user's group only.
fn as_alice(mut command: Command) -> Command {
    command.gid(ALICE).uid(ALICE);
    command
}

/// After preparations by root, a run by Alice, and what her message names; she has no right to the directory.
fn see(stage: &Stage, prepare: &str, words: &[&str], names: &[&str]) -> Seen {
    stage.open_to_all();
    assert!(stage.script(&format!("echo text >lock; {prepare}")).status().unwrap().success());
    let finished = stage.finish(as_alice(stage.run(words)));
    Seen::new().run(&finished, stage).names(&finished.stderr, names).left(stage)
}

/// Alice locks a file.
fn file(stage: &Stage, mode: u32, owner: u32) -> Seen {
    stage.open_to_all();
    let lock = stage.file("lock", "text\n");
    give(&lock, owner);
    chmod(&lock, mode);
    let exclusive = stage.finish(as_alice(stage.run(["lock", "echo", "ran"])));
    let shared = stage.finish(as_alice(stage.run(["-sn", "lock", "echo", "ran"])));
    Seen::new()
        .run(&exclusive, stage)
        .names(&exclusive.stderr, &["lock"])
        .run(&shared, stage)
        .left(stage)
}

/// A shell's `>` asks for the right to write, and no other.
fn descriptor(stage: &Stage) -> Seen {
    stage.open_to_all();
    let lock = stage.file("lock", "");
    give(&lock, ALICE);
    chmod(&lock, 0o200);
    stage.see(as_alice(stage.script("exec 9>lock; flock -n 9; echo $?")))
}

/// Alice locks what is or will be in a directory.
fn in_directory(stage: &Stage, owner: u32, mode: u32, lock: &str) -> Seen {
    stage.open_to_all();
    directory(&stage.dir(), "d", owner, mode);
    let finished = stage.finish(as_alice(stage.run([lock, "echo", "ran"])));
    let file = fs::metadata(stage.path("d/lock"));
    let owner = file.map_or("nobody", |file| if file.uid() == ALICE { "Alice" } else { "others" });
    Seen::new().run(&finished, stage).names(&finished.stderr, &[lock]).fact("made by", owner)
}

/// Whoever may read a file can lock it, and all others wait.
fn keeps_root_out(stage: &Stage) -> Seen {
    stage.open_to_all();
    stage.file("lock", "text\n");
    let held = ["-s", "lock", "sh", "-c", crate::support::JOB];
    let holder = crate::support::Running::of(as_alice(stage.run(held)));
    let seen = stage.see(stage.peer(["-n", "-E", "9", "lock", "echo", "ran"]));
    holder.finish();
    seen
}

fn no_process(stage: &Stage) -> Seen {
    stage.open_to_all();
    stage.file("lock", "");
    let script = "ulimit -u 0; exec flock lock echo ran";
    stage.see(as_alice(stage.program("bash", ["-c", script])))
}

/// What a stranger has put into a directory like /tmp, nobody may open there with the wish to create it, where
/// fs.protected_regular is set: the original, which always has that wish, is refused then, even if it is root's.
#[test]
fn a_lock_file_in_tmp_is_shared_by_users() {
    let Some(sides) = sides(&FLOCK).filter(|_| is_root()) else { return };
    let setting = fs::read_to_string("/proc/sys/fs/protected_regular").unwrap_or_default();
    let is_protected = !["", "0"].contains(&setting.trim());
    for (side, is_ours) in sides.iter().zip([false, true]) {
        let stage = Stage::new(side);
        stage.open_to_all();
        let sticky = directory(&stage.dir(), "d", 0, 0o1777);
        fs::write(sticky.join("lock"), "").unwrap();
        give(&sticky.join("lock"), BOB);
        chmod(&sticky.join("lock"), 0o666);
        let words = ["d/lock", "echo", "ran"];
        for command in [stage.run(words), as_alice(stage.run(words))] {
            let finished = stage.finish(command);
            let expected = if is_ours || !is_protected { 0 } else { 66 };
            let status = finished.status.and_then(|status| status.code());
            assert_eq!(status, Some(expected), "ours: {is_ours}, fs.protected_regular: {setting}");
        }
    }
}
