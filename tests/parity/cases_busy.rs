//! Somebody else holds the lock: refusing, waiting, and who is kept out.

use std::fs::File;

use withlock_platform::backend::{self, Attempt, Choice, Mode};

use super::cases::{Case, Need};
use super::observation::Seen;
use super::stage::Stage;
use crate::support;

pub const CASES: &[Case] = &[
    Case::new("busy", |stage| busy(stage, &[])),
    Case::new("busy-message-names-the-lock-file", busy_message),
    Case::new("busy-quiet", |stage| busy(stage, &["-q"])),
    Case::new("busy-quiet-long", |stage| busy(stage, &["--quiet"])),
    Case::new("busy-quiet-verbose", |stage| busy(stage, &["-q", "-v"])),
    Case::new("busy-verbose", |stage| busy(stage, &["-v"])),
    Case::new("busy-wait-0", |stage| busy(stage, &["-w", "0"])),
    Case::new("busy-wait-0-quiet", |stage| busy(stage, &["-q", "-w", "0"])),
    Case::new("busy-wait-1", |stage| busy(stage, &["-w", "1"])),
    Case::new("busy-wait-1-in-one-word", |stage| busy(stage, &["-w1"])),
    Case::new("busy-wait-1-long", |stage| busy(stage, &["--wait", "1"])),
    Case::new("busy-wait-1-long-in-one-word", |stage| busy(stage, &["--wait=1"])),
    Case::new("busy-wait-1-quiet", |stage| busy(stage, &["-w", "1", "-q"])),
    Case::new("busy-options-in-one-word", |stage| busy(stage, &["-qw1"])),
    Case::new("busy-last-wait-counts", |stage| busy(stage, &["-w", "60", "-w", "0"])),
    Case::new("wait-is-empty", |stage| busy(stage, &["-w", ""])),
    Case::new("wait-is-negative", |stage| busy(stage, &["-w", "-1"])),
    Case::new("wait-is-no-number", |stage| stage.see(stage.words(&["-w", "soon"], ["echo", "hi"]))),
    Case::new("wait-is-a-fraction", |stage| busy(stage, &["-w", "0.2"])),
    Case::new("wait-has-a-unit", |stage| busy(stage, &["-w", "1s"])),
    Case::new("wait-that-is-not-needed", |stage| {
        stage.see(stage.words(&["-w", "60"], ["echo", "hi"]))
    }),
    Case::new("wait-gets-the-lock", wait_gets_the_lock),
    Case::new("wait-then-a-third-run", wait_then_a_third_run),
    Case::new("one-after-the-other", one_after_the_other),
    Case::new("daemon-left-behind", daemon_left_behind),
    Case::new("nested-two-locks", nested_two_locks),
    Case::new("nested-same-lock", nested_same_lock),
    Case::new("kept-out-by-a-posix-lock", kept_out_by_posix).not_promised_by("flock"),
    Case::new("keeps-a-posix-lock-out", keeps_posix_out).not_promised_by("flock"),
    Case::new("kept-out-by-flock", kept_out_by_flock).needs(Need::Program("flock")),
    Case::new("keeps-flock-out", keeps_flock_out).needs(Need::Program("flock")),
];

/// A run that meets a held lock, and then what is left when the holder has ended.
fn busy(stage: &Stage, options: &[&str]) -> Seen {
    let holder = stage.hold();
    let seen = stage.see(stage.words(options, ["echo", "ran"]));
    let (status, ..) = holder.finish();
    seen.fact("holder", status.code().unwrap_or(-1)).lock(&stage.lock())
}

fn busy_message(stage: &Stage) -> Seen {
    let holder = stage.hold();
    let finished = stage.finish(stage.words(&[], ["echo", "ran"]));
    holder.finish();
    Seen::new().names("lock file", &finished.stderr, &stage.lock().to_string_lossy())
}

fn wait_gets_the_lock(stage: &Stage) -> Seen {
    let holder = stage.hold();
    let mut waiter = stage.wait_for_lock("echo got it; read line; exit 7\n");
    let (status, ..) = holder.finish();
    let line = waiter.first_line();
    let seen = Seen::new().fact("holder", status.code().unwrap_or(-1)).fact("waiter's job", line);
    seen.end(Some(waiter.finish())).lock(&stage.lock())
}

/// The holder ends, the waiter's job runs: now a third comes.
fn wait_then_a_third_run(stage: &Stage) -> Seen {
    let holder = stage.hold();
    let mut waiter = stage.wait_for_lock("echo got it; read line; exit 0\n");
    holder.finish();
    let line = waiter.first_line();
    let seen = Seen::new()
        .fact("waiter's job", line)
        .lock(&stage.lock())
        .fact("third run", stage.second_run(&[]));
    seen.end(Some(waiter.finish())).lock(&stage.lock())
}

fn one_after_the_other(stage: &Stage) -> Seen {
    (0..3).fold(Seen::new(), |seen, _| seen.fact("run", stage.second_run(&[])).lock(&stage.lock()))
}

/// A job that ends and leaves a process in the background, which has inherited all that it can.
fn daemon_left_behind(stage: &Stage) -> Seen {
    let fifo = stage.path("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success(), "mkfifo");
    let job = format!("{{ read line <{}; }} >/dev/null 2>&1 &\nexit 0\n", fifo.display());
    let seen = stage.see(stage.job(&[], &job));
    // Opens when the daemon does: it is alive, and lives until this is closed.
    let daemon = File::options().write(true).open(&fifo).unwrap();
    let seen = seen.fact("second run", stage.second_run(&[])).lock(&stage.lock());
    drop(daemon);
    seen
}

fn nested_two_locks(stage: &Stage) -> Seen {
    let other = stage.path("other");
    let inner = stage.words(&[], ["ls"]);
    let mut outer = stage.withlock([&other]);
    outer.arg(inner.get_program()).args(inner.get_args());
    stage.see(outer).there("other", &other)
}

/// The inner run meets the lock that its own wrapper holds.
fn nested_same_lock(stage: &Stage) -> Seen {
    let inner = stage.words(&[], ["echo", "ran"]);
    let mut outer = stage.withlock([stage.lock()]);
    outer.arg(inner.get_program()).args(inner.get_args());
    stage.see(outer)
}

/// POSIX record locks, as with-lock-ex, lckdo and the original take them.
fn kept_out_by_posix(stage: &Stage) -> Seen {
    let file = File::create(stage.lock()).unwrap();
    assert!(posix_lock(&file), "nobody else has it");
    let finished = stage.finish(stage.words(&[], ["echo", "ran"]));
    Seen::new().run(&finished, stage.dir())
}

fn keeps_posix_out(stage: &Stage) -> Seen {
    let holder = stage.hold();
    let file = File::options().write(true).open(stage.lock()).unwrap();
    let got = posix_lock(&file);
    holder.finish();
    Seen::new().fact("the other", if got { "starts" } else { "refused" })
}

/// Tries a POSIX write lock on a whole file, which this process then holds until the file is closed.
fn posix_lock(file: &File) -> bool {
    let fcntl = backend::select(Choice::Fcntl, true).unwrap();
    fcntl.try_lock(file, Mode::Exclusive).unwrap() == Attempt::Granted
}

fn kept_out_by_flock(stage: &Stage) -> Seen {
    let script = stage.file("holder", support::JOB);
    let mut flock = std::process::Command::new(support::find_program("flock").unwrap());
    flock.arg(stage.lock()).arg("sh").arg(script);
    let holder = support::Running::of(flock);
    let seen = Seen::new().fact("second run", stage.second_run(&[]));
    holder.finish();
    seen
}

fn keeps_flock_out(stage: &Stage) -> Seen {
    let holder = stage.hold();
    let mut flock = std::process::Command::new(support::find_program("flock").unwrap());
    let status = flock.arg("-n").arg(stage.lock()).arg("true").status().unwrap();
    holder.finish();
    Seen::new().fact("the other", if status.success() { "starts" } else { "refused" })
}
