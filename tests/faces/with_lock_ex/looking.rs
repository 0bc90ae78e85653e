//! `-l`: who has a lock on the file.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use withlock_platform::backend::Mode;

use super::scenery::{Stranger, becomes, mkfifo};
use crate::faces::case::{Case, Need, scene, words};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::finished::Finished;
use crate::support::people::{ALICE, chmod, give};
use crate::support::procfs::{has_ended, is_settled};
use crate::support::{JOB, Running, wait_until, waits_for_lock, withlock};

pub const CASES: &[Case] = &[
    words("look-at-nothing", &["-l", "lock"]).names(&["lock", "no such file"]),
    words("look-without-a-name", &["-l"]).names(&["usage"]),
    words("look-below-a-file", &["-l", "/dev/null/lock"]).names(&["not a directory"]),
    scene("look-at-a-free-file", free),
    scene("look-at-a-free-file-a-hundred-times", always_free),
    scene("look-with-words-behind", words_behind),
    scene("look-at-a-directory", directory),
    scene("look-at-a-held-file", held),
    scene("look-at-what-the-other-holds", held_by_the_other),
    scene("look-from-inside", from_inside),
    scene("look-from-the-holder-itself", from_the_holder),
    scene("look-at-a-reader", reader),
    scene("look-at-an-open-file-description", description),
    scene("look-at-a-reading-open-file-description", reading_description),
    scene("look-at-a-lock-on-other-bytes", other_bytes),
    scene("look-at-withlock", by_withlock),
    scene("look-at-withlock-and-a-waiter", by_withlock_and_waiter),
    scene("look-at-a-holder-in-another-pid-namespace", namespace)
        .needs(&[Need::Root, Need::Program("unshare")]),
    scene("look-changes-nothing", unchanged),
    scene("look-at-what-may-only-be-read", read_only).needs(&[Need::Root]),
    scene("look-at-what-may-not-be-read", unreadable).needs(&[Need::Root]),
    scene("look-at-a-fifo", fifo),
    scene("look-with-a-full-output", full_output),
    scene("look-with-a-closed-output", closed_output),
];

/// What `-l` prints. The original prints "unknown", and a number, of some of the files that nobody has locked: see the list
/// of differences. That one is looked at again.
fn look(stage: &Stage, mut command: impl FnMut() -> Command) -> Finished {
    let mut finished = stage.finish(command());
    for _ in 0..100 {
        if !finished.stdout.starts_with(b"unknown ") {
            break;
        }
        finished = stage.finish(command());
    }
    finished
}

/// What it prints of `lock`, with HOLDER instead of this process id.
fn looked(stage: &Stage, holder: u32) -> Seen {
    let mut finished = look(stage, || stage.run(["-l", "lock"]));
    let text = String::from_utf8_lossy(&finished.stdout);
    let holder = format!(" {holder}\n");
    finished.stdout = text.replace(&holder, " HOLDER\n").into_bytes();
    Seen::new().run(&finished, stage)
}

fn free(stage: &Stage) -> Seen {
    stage.file("lock", "content\n");
    looked(stage, 0).left(stage)
}

/// What fcntl(2) has not said may not be shown.
fn always_free(stage: &Stage) -> Seen {
    stage.file("lock", "");
    let script = "for i in $(seq 100); do with-lock-ex -l lock; done | sed 's/ .*//' | sort -u";
    stage.see(stage.script(script))
}

fn words_behind(stage: &Stage) -> Seen {
    stage.file("lock", "");
    let finished = look(stage, || stage.run(["-l", "lock", "echo", "ran"]));
    Seen::new().run(&finished, stage)
}

fn directory(stage: &Stage) -> Seen {
    let finished = look(stage, || stage.run(["-l", "."]));
    Seen::new().run(&finished, stage)
}

fn during(stage: &Stage, holder: Running) -> Seen {
    let seen = looked(stage, holder.child.id());
    holder.finish();
    seen
}

fn held(stage: &Stage) -> Seen {
    during(stage, stage.held(&[], "lock"))
}

fn held_by_the_other(stage: &Stage) -> Seen {
    during(stage, stage.held_by_peer(&[], "lock"))
}

fn from_inside(stage: &Stage) -> Seen {
    let script = "with-lock-ex -l lock | sed s/$$/HOLDER/";
    stage.see(stage.run(["-w", "lock", "sh", "-c", script]))
}

/// Its own lock is none.
fn from_the_holder(stage: &Stage) -> Seen {
    let finished = look(stage, || stage.run(["-w", "lock", "with-lock-ex", "-l", "lock"]));
    Seen::new().run(&finished, stage)
}

fn reader(stage: &Stage) -> Seen {
    stage.file("lock", "");
    let mut holder = Command::new(crate::support::program());
    holder.args(["--backend", "fcntl", "-s"]).arg(stage.path("lock")).args(["sh", "-c", JOB]);
    during(stage, Running::of(holder))
}

fn at_a_stranger(stage: &Stage, mode: Mode, start: u64, length: u64) -> Seen {
    let stranger = Stranger::locks(stage, mode, start, length);
    let seen = looked(stage, std::process::id());
    drop(stranger);
    seen
}

/// Such a lock belongs to no process, and the kernel says -1.
fn description(stage: &Stage) -> Seen {
    at_a_stranger(stage, Mode::Exclusive, 0, 1)
}

fn reading_description(stage: &Stage) -> Seen {
    at_a_stranger(stage, Mode::Shared, 0, 1)
}

/// Shown, although the first byte is free.
fn other_bytes(stage: &Stage) -> Seen {
    at_a_stranger(stage, Mode::Exclusive, 5, 2)
}

fn withlock_with(stage: &Stage, options: &[&str]) -> Command {
    let mut command = withlock(options);
    command.arg(stage.path("lock")).args(["sh", "-c", JOB]);
    command
}

fn by_withlock(stage: &Stage) -> Seen {
    during(stage, Running::of(withlock_with(stage, &[])))
}

/// A waiter has a lock of its own on the file, by which withlock knows that somebody waits.
fn by_withlock_and_waiter(stage: &Stage) -> Seen {
    let holder = Running::of(withlock_with(stage, &[]));
    let mut waiter = withlock_with(stage, &["-w", "inf"]);
    let mut waiter = waiter.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    wait_until("withlock waits", || waits_for_lock(waiter.id()));
    let seen = looked(stage, holder.child.id());
    holder.finish();
    waiter.wait().unwrap();
    seen
}

/// It is held, even if its holder has no process id here.
fn namespace(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let words = ["--pid", "--fork", "with-lock-ex", "-l", "lock"];
    let finished = look(stage, || stage.program("unshare", words));
    holder.finish();
    Seen::new().run(&finished, stage)
}

fn unchanged(stage: &Stage) -> Seen {
    chmod(&stage.file("lock", "content\n"), 0o604);
    let holder = stage.held(&[], "lock");
    let seen = looked(stage, holder.child.id());
    let seen = seen.fact("still held:", stage.see(stage.peer(["-q", "lock", "echo", "ran"])));
    holder.finish();
    seen.left(stage)
}

fn as_alice(stage: &Stage, mode: u32) -> Seen {
    chmod(&stage.file("lock", ""), mode);
    stage.open_to_all();
    give(&stage.dir(), ALICE);
    let finished = look(stage, || {
        let mut command = stage.run(["-l", "lock"]);
        command.gid(ALICE).uid(ALICE);
        command
    });
    Seen::new().run(&finished, stage).names(&finished.stderr, &["permission denied"])
}

fn read_only(stage: &Stage) -> Seen {
    as_alice(stage, 0o444)
}

fn unreadable(stage: &Stage) -> Seen {
    as_alice(stage, 0o222)
}

fn fifo(stage: &Stage) -> Seen {
    mkfifo(&stage.path("lock"));
    let mut command = stage.run(["-l", "lock"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pid = child.id();
    let is_seen = becomes(|| is_settled(pid) || has_ended(pid));
    let waits = !has_ended(pid);
    child.kill().unwrap();
    child.wait().unwrap();
    Seen::new().fact("seen:", is_seen).fact("waits for a writer:", waits)
}

fn full_output(stage: &Stage) -> Seen {
    stage.file("lock", "");
    stage.see(stage.script("with-lock-ex -l lock >/dev/full"))
}

fn closed_output(stage: &Stage) -> Seen {
    stage.file("lock", "");
    stage.see(stage.script("with-lock-ex -l lock >&-"))
}
