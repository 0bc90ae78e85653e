//! Who excludes whom, and in which order: this program, the original, and others.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use crate::faces::case::{Case, Need, scene, script};
use crate::faces::seen::Seen;
use crate::faces::stage::{Stage, end_of};
use crate::support::{JOB, Running, wait_until, waits_for_lock, withlock};

pub const CASES: &[Case] = &[
    script(
        "exclusive-against-all",
        "flock lock sh -c '../peer/flock -n lock true; echo $?; ../peer/flock -ns lock true; echo $?'",
    ),
    script(
        "shared-against-exclusive",
        "flock -s lock sh -c '../peer/flock -n lock true; echo $?; ../peer/flock -ns lock true; echo $?'",
    ),
    script(
        "exclusive-in-the-others",
        "../peer/flock lock sh -c 'flock -n lock true; echo $?; flock -ns lock true; echo $?'",
    ),
    script(
        "shared-in-the-others",
        "../peer/flock -s lock sh -c 'flock -n lock true; echo $?; flock -ns lock true; echo $?'",
    ),
    script(
        "a-dozen-readers",
        "echo '[ $# -gt 0 ] || exec echo ran; shift; flock -sn lock ../peer/flock -sn lock sh f $@' >f; sh f 1 2 3 4 5 6; rm f",
    ),
    script(
        "within-itself",
        "flock lock flock -n lock echo ran; echo $?; flock -s lock flock -ns lock echo ran; echo $?",
    ),
    script(
        "on-a-descriptor-of-its-own",
        "exec 9>lock; flock 9; flock -n lock echo ran; echo $?; flock -n -s lock echo ran; echo $?",
    ),
    script(
        "two-files-at-once",
        "flock one flock two sh -c '../peer/flock -n one true; echo $?; ../peer/flock -n two true; echo $?'",
    ),
    script(
        "by-another-path",
        "mkdir d; flock d/../lock sh -c '../peer/flock -n \"$PWD/lock\" true; echo $?'",
    ),
    script(
        "free-after-the-command",
        "flock lock true; ../peer/flock -n lock echo ran; ../peer/flock lock true; flock -n lock echo ran",
    ),
    script(
        "unlock-leaves-others-alone",
        "../peer/flock lock sh -c 'flock -u lock echo ran; flock -n lock echo ran; echo $?'",
    ),
    script("unlock-does-not-lock", "flock -u lock sh -c '../peer/flock -n lock echo ran'"),
    // Who inherits it.
    script(
        "what-is-left-running-keeps-it",
        "flock lock sh -c 'sleep 100 >&- & echo $! >pid'; ../peer/flock -n lock echo ran; echo $?; \
         kill $(cat pid); ../peer/flock lock echo ran; rm pid",
    ),
    script(
        "what-is-left-running-with-close-has-not",
        "flock -o lock sh -c 'sleep 100 >&- & echo $! >pid'; ../peer/flock -n lock echo ran; echo $?; kill $(cat pid); rm pid",
    ),
    script(
        "what-is-left-running-without-fork-keeps-it",
        "flock -F lock sh -c 'sleep 100 >&- & echo $! >pid'; ../peer/flock -n lock echo ran; echo $?; \
         kill $(cat pid); ../peer/flock lock echo ran; rm pid",
    ),
    script(
        "what-is-left-running-by-a-killed-command-keeps-it",
        "flock lock sh -c 'sleep 100 >&- & echo $! >pid; kill -9 $$'; echo $?; ../peer/flock -n lock echo ran; echo $?; \
         kill $(cat pid); ../peer/flock lock echo ran; rm pid",
    ),
    script(
        "close-holds-while-the-command-runs",
        "flock -o lock ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "no-fork-holds-while-the-command-runs",
        "flock -F lock ../peer/flock -n lock echo ran; echo $?",
    ),
    script(
        "a-command-that-unlocks-its-descriptor",
        "exec 3>&-; flock lock sh -c 'for n in 3 4 5; do ../peer/flock -u $n 2>&-; done; ../peer/flock -n lock echo ran; echo $?'",
    ),
    script(
        "a-command-that-closes-its-descriptors",
        "flock lock sh -c 'exec 3>&- 4>&- 5>&-; ../peer/flock -n lock echo ran; echo $?'",
    ),
    scene("killed-beside-its-command", |stage| killed(stage, &[])),
    scene("killed-beside-its-command-with-close", |stage| killed(stage, &["-o"])),
    // Waiting.
    scene("a-waiter-gets-it", |stage| waiter(stage, &[], &[])),
    scene("a-waiter-with-a-limit-gets-it", |stage| waiter(stage, &["-w", "3600"], &[])),
    scene("a-waiting-reader-gets-it", |stage| waiter(stage, &["-s"], &[])),
    scene("a-writer-waits-for-readers", |stage| waiter(stage, &["-x"], &["-s"])),
    scene("a-waiter-without-fork-gets-it", |stage| waiter(stage, &["-F"], &[])),
    scene("first-come-first-served", first_come),
    scene("a-file-replaced-meanwhile", |stage| meanwhile(stage, "rm lock; echo new >lock")),
    scene("a-file-removed-meanwhile", |stage| meanwhile(stage, "rm lock")),
    scene("a-file-renamed-meanwhile", |stage| meanwhile(stage, "mv lock other")),
    scene("a-waiter-on-a-descriptor", waiter_on_a_descriptor),
    // Others.
    scene("withlock-is-excluded", withlock_is_excluded),
    scene("withlock-excludes", withlock_excludes),
    script(
        "locks-of-fcntl-do-not-count",
        "with-lock-ex -w lock sh -c 'flock -n lock echo ran; echo $?'",
    )
    .needs(&[Need::Program("with-lock-ex")]),
    script("fcntl-is-not-locked", "flock lock with-lock-ex -f lock echo ran; echo $?")
        .needs(&[Need::Program("with-lock-ex")]),
];

/// Whether another run would get the lock now.
pub fn free(stage: &Stage) -> &'static str {
    let status = stage.peer(["-n", "lock", "true"]).status().unwrap();
    if status.success() { "free" } else { "held" }
}

/// Waits until whoever has the lock has ended.
pub fn freed(stage: &Stage) {
    assert!(stage.peer(["lock", "true"]).status().unwrap().success());
}

fn killed(stage: &Stage, options: &[&str]) -> Seen {
    let mut run = stage.held(options, "lock");
    run.signal(libc::SIGKILL);
    run.child.wait().unwrap();
    let seen = Seen::new().fact("then", free(stage));
    run.finish();
    // Its output ends a moment before its other descriptors are closed.
    freed(stage);
    seen.left(stage)
}

/// Starts a run that sleeps for the lock.
pub fn begin_to_wait(mut command: Command) -> Child {
    let mut waiter = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = waiter.id();
    wait_until("it sleeps for the lock", || {
        assert_eq!(waiter.try_wait().unwrap(), None, "it waits");
        waits_for_lock(pid)
    });
    waiter
}

fn waiter(stage: &Stage, options: &[&str], held: &[&str]) -> Seen {
    let holder = stage.held_by_peer(held, "lock");
    let waiter = begin_to_wait(stage.run([options, &["lock", "echo", "ran"]].concat()));
    holder.finish();
    Seen::new().run(&stage.end(waiter), stage).left(stage)
}

/// Both programs in one line, in turns.
fn first_come(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "lock");
    let mut waiters = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let words = ["lock", "sh", "-c", "echo $0 >>order", name];
        let is_peer = name == "b" || name == "d";
        waiters.push(begin_to_wait(if is_peer { stage.peer(words) } else { stage.run(words) }));
    }
    holder.finish();
    let mut ends = waiters.iter_mut().map(|waiter| end_of(waiter).unwrap().success());
    assert!(ends.all(|is_fine| is_fine));
    Seen::new().left(stage)
}

/// The holder's command does this to the file, for which another run waits, which the first will not find there again.
fn meanwhile(stage: &Stage, deed: &str) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let waiter = begin_to_wait(stage.run(["lock", "echo", "ran"]));
    assert!(stage.script(deed).status().unwrap().success());
    holder.finish();
    Seen::new().run(&stage.end(waiter), stage).left(stage)
}

fn waiter_on_a_descriptor(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let waiter = begin_to_wait(stage.begun_by("exec 9>>lock; exec", &stage.run(["9"])));
    holder.finish();
    Seen::new().run(&stage.end(waiter), stage).left(stage)
}

/// By its own name, in the stage's directory.
fn withlock_here(stage: &Stage, words: &[&str]) -> Command {
    let mut command = withlock(words);
    command.current_dir(stage.dir()).process_group(0);
    command
}

fn withlock_is_excluded(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "lock");
    let other = stage.finish(withlock_here(stage, &["-w", "0", "lock", "echo", "ran"]));
    holder.finish();
    Seen::new().end(other.status).left(stage)
}

fn withlock_excludes(stage: &Stage) -> Seen {
    let holder = Running::of(withlock_here(stage, &["lock", "sh", "-c", JOB]));
    let busy = stage.finish(stage.run(["-n", "-E", "9", "lock", "echo", "ran"]));
    let waiter = begin_to_wait(stage.run(["lock", "echo", "ran"]));
    holder.finish();
    let seen = Seen::new().run(&busy, stage).run(&stage.end(waiter), stage);
    let again = stage.finish(withlock_here(stage, &["-w", "0", "lock", "echo", "ran"]));
    seen.end(again.status)
}
