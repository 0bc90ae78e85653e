//! Waits: how they end, and what happens to the lock file meanwhile.

use std::process::{Child, Command};

use super::command::{CLOSED, OPEN};
use super::scenery::{Stranger, asleep, becomes, until};
use crate::faces::case::{Case, scene};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::procfs::{has_ended, has_taken_all, is_settled, state};
use crate::support::{Running, kill, signals, wait_until, waits_for_lock};
use withlock_platform::backend::Mode;

pub const CASES: &[Case] = &[
    scene("served", served),
    scene("served-by-the-other", served_by_the_other),
    scene("served-within-the-limit", served_in_time),
    scene("a-huge-limit-is-a-wait", huge_limit),
    scene("the-holder-removes-the-file", removed),
    scene("the-holder-replaces-the-file", replaced),
    scene("removed-within-the-limit", removed_in_time),
    scene("the-waiter-of-a-removed-file-holds-the-new-one", new_file_is_held),
    scene("the-descriptor-of-a-removed-file-is-used-again", same_descriptor),
    scene("killed-by-term", |stage| killed(stage, libc::SIGTERM)),
    scene("killed-by-int", |stage| killed(stage, libc::SIGINT)),
    scene("killed-by-hup", |stage| killed(stage, libc::SIGHUP)),
    scene("killed-by-usr1", |stage| killed(stage, libc::SIGUSR1)),
    scene("killed-by-alrm", |stage| killed(stage, libc::SIGALRM)),
    scene("killed-within-the-limit", killed_in_time),
    scene("an-alarm-within-the-limit", alarm_in_time),
    scene("an-alarm-within-the-limit-quietly", alarm_in_time_quietly),
    scene("an-ignored-signal-does-not-end-it", ignored),
    scene("stopped-and-continued", continued),
    scene("the-limit-with-the-alarm-blocked", blocked_alarm),
    scene("the-limit-with-the-alarm-ignored", ignored_alarm),
    scene("two-that-wait-for-each-other", deadlock),
    scene("readers-keep-it-waiting", readers),
];

fn waiter(stage: &Stage, options: &[&str]) -> Command {
    stage.run([options, &["lock", "sh", "-c", "echo ran; cat lock"]].concat())
}

/// How a waiter ends, when the holder has ended.
fn after(stage: &Stage, waiter: Child, holder: Running) -> Seen {
    holder.finish();
    let finished = stage.end(waiter);
    Seen::new().run(&finished, stage).left(stage)
}

fn served(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    after(stage, asleep(waiter(stage, &["-w"])), holder)
}

fn served_by_the_other(stage: &Stage) -> Seen {
    let holder = stage.held(&[], "lock");
    after(stage, asleep(stage.peer(["-w", "lock", "echo", "ran"])), holder)
}

fn served_in_time(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    after(stage, asleep(waiter(stage, &["-q", "-t", "600"])), holder)
}

fn huge_limit(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    after(stage, asleep(waiter(stage, &["-t", "9223372036854775807"])), holder)
}

/// The holder does something before it ends.
fn held_until(stage: &Stage, at_the_end: &str) -> Running {
    let script = format!("echo $$; read line; {at_the_end}");
    Running::of(stage.peer(["-w", "lock", "sh", "-c", &script]))
}

fn removed(stage: &Stage) -> Seen {
    let holder = held_until(stage, "rm lock");
    after(stage, asleep(waiter(stage, &["-w"])), holder)
}

fn replaced(stage: &Stage) -> Seen {
    let holder = held_until(stage, "echo new >new; mv new lock");
    after(stage, asleep(waiter(stage, &["-w"])), holder)
}

fn removed_in_time(stage: &Stage) -> Seen {
    let holder = held_until(stage, "rm lock");
    after(stage, asleep(waiter(stage, &["-t", "600"])), holder)
}

fn new_file_is_held(stage: &Stage) -> Seen {
    let holder = held_until(stage, "rm lock");
    let inner = "with-lock-ex -q lock echo both; echo ran";
    let waiter = asleep(stage.run(["-w", "lock", "sh", "-c", inner]));
    after(stage, waiter, holder)
}

/// Whoever counts on its number finds it, however often it was opened.
fn same_descriptor(stage: &Stage) -> Seen {
    let holder = held_until(stage, "rm lock");
    let command = stage.run(["-w", "lock", "sh", "-c", OPEN]);
    let waiter = asleep(stage.begun_by(&format!("{CLOSED} exec"), &command));
    after(stage, waiter, holder)
}

/// How a waiter ends at a signal, while the holder goes on.
fn at_signal(stage: &Stage, command: Command, signal: i32) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let waiter = asleep(command);
    kill(waiter.id(), signal);
    let finished = stage.end(waiter);
    let seen = Seen::new().run(&finished, stage).names(&finished.stderr, &["expired"]);
    let (status, ..) = holder.finish();
    seen.fact("holder", status).left(stage)
}

fn killed(stage: &Stage, signal: i32) -> Seen {
    at_signal(stage, waiter(stage, &["-w"]), signal)
}

fn killed_in_time(stage: &Stage) -> Seen {
    at_signal(stage, waiter(stage, &["-qt", "600"]), libc::SIGTERM)
}

/// What somebody sends is not the end of the time; what ends a program ends the wait.
fn early_alarm(stage: &Stage, options: &[&str]) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let waiter = asleep(waiter(stage, options));
    kill(waiter.id(), libc::SIGALRM);
    let pid = waiter.id();
    wait_until("it has ended, or waits again", || {
        has_ended(pid) || has_taken_all(pid) && waits_for_lock(pid)
    });
    kill(pid, libc::SIGTERM);
    let finished = stage.end(waiter);
    holder.finish();
    Seen::new().run(&finished, stage).names(&finished.stderr, &["expired"])
}

fn alarm_in_time(stage: &Stage) -> Seen {
    early_alarm(stage, &["-t", "600"])
}

fn alarm_in_time_quietly(stage: &Stage) -> Seen {
    early_alarm(stage, &["-qt", "600"])
}

fn ignored(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let mut command = waiter(stage, &["-w"]);
    signals::with(&mut command, &[libc::SIGHUP], &[]);
    let waiter = asleep(command);
    kill(waiter.id(), libc::SIGHUP);
    wait_until("the signal has had its effect", || has_taken_all(waiter.id()));
    after(stage, waiter, holder)
}

fn continued(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let waiter = asleep(waiter(stage, &["-w"]));
    kill(waiter.id(), libc::SIGTSTP);
    wait_until("it has stopped", || state(waiter.id()) == Some('T'));
    kill(waiter.id(), libc::SIGCONT);
    wait_until("it waits again", || is_settled(waiter.id()) && waits_for_lock(waiter.id()));
    after(stage, waiter, holder)
}

/// A limit of a second, for a caller that has something of its own in mind with SIGALRM.
fn limited(stage: &Stage, ignored: &[i32], blocked: &[i32]) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let mut command = waiter(stage, &["-t", "1"]);
    signals::with(&mut command, ignored, blocked);
    let finished = stage.finish(command);
    holder.finish();
    Seen::new().run(&finished, stage).names(&finished.stderr, &["expired"])
}

fn blocked_alarm(stage: &Stage) -> Seen {
    limited(stage, &[], &[libc::SIGALRM])
}

fn ignored_alarm(stage: &Stage) -> Seen {
    limited(stage, &[libc::SIGALRM], &[])
}

/// The kernel sees it, and the one that comes second fails.
fn deadlock(stage: &Stage) -> Seen {
    let script = "echo $$; read line; exec with-lock-ex -w b echo ran";
    let mut one = Running::of(stage.run(["-w", "a", "sh", "-c", script]));
    let other = asleep(stage.run(["-w", "b", "with-lock-ex", "-w", "a", "echo", "ran"]));
    one.go_on();
    if !becomes(|| has_ended(one.child.id())) {
        one.signal(libc::SIGKILL);
    }
    let (status, output, errors) = one.wait();
    let seen = Seen::new().end(Some(status)).fact("out", format!("{output:?}"));
    let seen = seen.names(errors.as_bytes(), &["deadlock"]);
    let finished = stage.end(other);
    until(seen, Seen::new().run(&finished, stage))
}

fn readers(stage: &Stage) -> Seen {
    let reader = Stranger::locks(stage, Mode::Shared, 0, 1);
    let waiter = asleep(waiter(stage, &["-w"]));
    drop(reader);
    let finished = stage.end(waiter);
    Seen::new().run(&finished, stage).left(stage)
}
