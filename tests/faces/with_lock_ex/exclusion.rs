//! Who keeps whom out: each of the two programs, and the tools that have locks of another kind.

use withlock_platform::backend::Mode;

use super::scenery::{Stranger, until};
use crate::faces::case::{Case, Need, scene};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::{self, JOB, Running, withlock};

pub const CASES: &[Case] = &[
    scene("itself", itself),
    scene("the-other-of-the-two", the_other),
    scene("the-other-of-the-two-is-kept-out", the_other_is_kept_out),
    scene("free-after-the-end", free_after_the_end),
    scene("free-after-a-kill", free_after_a_kill),
    scene("what-is-left-in-the-background-holds-nothing", background),
    scene("nested", nested),
    scene("nested-by-a-shell", nested_by_a_shell),
    scene("the-command-closes-the-descriptor", closed_by_the_command),
    scene("the-command-reads-the-lock-file", read_by_the_command),
    scene("withlock-keeps-it-out", withlock_holds),
    scene("withlock-is-kept-out", withlock_is_kept_out),
    scene("flock-does-not-see-it", flock).needs(&[Need::Program("flock")]),
    scene("lckdo-keeps-it-out", lckdo).needs(&[Need::Program("lckdo")]),
    scene("lckdo-is-kept-out", lckdo_is_kept_out).needs(&[Need::Program("lckdo")]),
    scene("a-reader-of-the-first-byte", first_byte_read),
    scene("a-writer-of-the-first-byte", first_byte_written),
    scene("a-reader-of-the-whole-file", whole_file_read),
    scene("a-writer-of-the-second-byte", second_byte),
    scene("another-file", another_file),
    scene("what-the-kernel-lists", listed),
];

/// One that does not wait, while somebody holds the lock.
fn beside(stage: &Stage, holder: Running) -> Seen {
    let seen = stage.see(stage.run(["-f", "lock", "echo", "ran"]));
    let (status, ..) = holder.finish();
    seen.fact("holder", status)
}

fn itself(stage: &Stage) -> Seen {
    beside(stage, stage.held(&[], "lock"))
}

fn the_other(stage: &Stage) -> Seen {
    beside(stage, stage.held_by_peer(&[], "lock"))
}

fn the_other_is_kept_out(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "lock");
    let seen = stage.see(stage.peer(["-q", "lock", "echo", "ran"]));
    holder.finish();
    until(seen, stage.see(stage.peer(["-q", "lock", "echo", "ran"])))
}

fn free_after_the_end(stage: &Stage) -> Seen {
    stage.held(&[], "lock").finish();
    stage.see(stage.peer(["-f", "lock", "echo", "ran"]))
}

fn free_after_a_kill(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "lock");
    holder.signal(libc::SIGKILL);
    let (status, ..) = holder.wait();
    stage.see(stage.peer(["-f", "lock", "echo", "ran"])).fact("holder", status)
}

/// The lock is the process's, and not that of those who have its descriptor.
fn background(stage: &Stage) -> Seen {
    let script = "with-lock-ex -f lock sh -c 'sleep 1000 >/dev/null 2>&1 & echo $! >pid'
        with-lock-ex -f lock echo ran; kill $(cat pid); rm pid";
    stage.see(stage.script(script))
}

/// The same process may lock what it has locked.
fn nested(stage: &Stage) -> Seen {
    stage.see(stage.run(["-f", "lock", "with-lock-ex", "-f", "lock", "echo", "ran"]))
}

fn nested_by_a_shell(stage: &Stage) -> Seen {
    stage.see(stage.run(["-f", "lock", "sh", "-c", "with-lock-ex -q lock echo ran; echo $?"]))
}

/// That ends the lock.
fn closed_by_the_command(stage: &Stage) -> Seen {
    let script = "exec 3>&-; with-lock-ex -f lock echo ran; echo $?";
    let command = stage.run(["-w", "lock", "sh", "-c", script]);
    stage.see(stage.begun_by("exec 3<&-; exec", &command))
}

/// That ends it, too, where the command itself does it (fcntl(2)).
fn read_by_the_command(stage: &Stage) -> Seen {
    let script = "with-lock-ex -q lock echo kept; : <lock; with-lock-ex -q lock echo lost";
    stage.see(stage.run(["-w", "lock", "sh", "-c", script]))
}

fn withlock_holds(stage: &Stage) -> Seen {
    let mut holder = withlock([stage.path("lock")]);
    let holder = Running::of({
        holder.args(["sh", "-c", JOB]);
        holder
    });
    let finished = stage.finish(stage.run(["-f", "lock", "echo", "ran"]));
    let (status, ..) = holder.finish();
    // The file has a record of who holds it, and is gone afterwards.
    Seen::new().run(&finished, stage).fact("holder", status).left(stage)
}

fn withlock_is_kept_out(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "lock");
    let output = withlock([stage.path("lock")]).args(["echo", "ran"]).output().unwrap();
    let own = output.stderr.starts_with(b"withlock: ");
    holder.finish();
    Seen::new().end(Some(output.status)).fact("withlock says so:", own).left(stage)
}

/// flock(2) and fcntl(2) have locks of their own each, on Linux.
fn flock(stage: &Stage) -> Seen {
    let holder = Running::of(stage.program("flock", ["lock", "sh", "-c", JOB]));
    beside(stage, holder)
}

fn lckdo(stage: &Stage) -> Seen {
    let holder = Running::of(stage.program("lckdo", ["lock", "sh", "-c", JOB]));
    beside(stage, holder)
}

fn lckdo_is_kept_out(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "lock");
    let output = stage.program("lckdo", ["lock", "echo", "ran"]).output().unwrap();
    holder.finish();
    Seen::new()
        .end(Some(output.status))
        .fact("lckdo says so:", !support::stderr(&output).is_empty())
}

fn beside_a_stranger(stage: &Stage, mode: Mode, start: u64, length: u64) -> Seen {
    let stranger = Stranger::locks(stage, mode, start, length);
    let seen = stage.see(stage.run(["-f", "lock", "echo", "ran"]));
    drop(stranger);
    seen
}

fn first_byte_read(stage: &Stage) -> Seen {
    beside_a_stranger(stage, Mode::Shared, 0, 1)
}

fn first_byte_written(stage: &Stage) -> Seen {
    beside_a_stranger(stage, Mode::Exclusive, 0, 1)
}

fn whole_file_read(stage: &Stage) -> Seen {
    beside_a_stranger(stage, Mode::Shared, 0, 0)
}

fn second_byte(stage: &Stage) -> Seen {
    beside_a_stranger(stage, Mode::Exclusive, 1, 0)
}

fn another_file(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "other");
    let seen = stage.see(stage.run(["-f", "lock", "echo", "ran"]));
    holder.finish();
    seen
}

/// The first byte, as the manual says it to whoever makes locks that are to go with these.
fn listed(stage: &Stage) -> Seen {
    let script = "grep :$(stat -c %i lock) /proc/locks | sed \"s/.*: //; s/ $$ .*:[0-9]* / PID /\"";
    stage.see(stage.run(["-w", "lock", "sh", "-c", script]))
}
