//! Signals: for the tool, for its command, for both; what is ignored and blocked.

use super::exclusion::{begin_to_wait, free, freed};
use crate::faces::case::{Case, scene, script};
use crate::faces::seen::Seen;
use crate::faces::stage::{Stage, end_of};
use crate::support::{JOB, Running, kill, kill_group, procfs, signals, wait_until};

pub const CASES: &[Case] = &[
    scene("TERM-for-the-tool-alone", |stage| alone(stage, &[], libc::SIGTERM)),
    scene("HUP-for-the-tool-alone", |stage| alone(stage, &[], libc::SIGHUP)),
    scene("INT-for-the-tool-alone", |stage| alone(stage, &[], libc::SIGINT)),
    scene("USR1-for-the-tool-alone", |stage| alone(stage, &[], libc::SIGUSR1)),
    scene("ALRM-for-the-tool-alone", |stage| alone(stage, &[], libc::SIGALRM)),
    scene("PIPE-for-the-tool-alone", |stage| alone(stage, &[], libc::SIGPIPE)),
    scene("TERM-with-a-limit-for-the-tool-alone", |stage| {
        alone(stage, &["-w", "3600"], libc::SIGTERM)
    }),
    scene("TERM-with-close-for-the-tool-alone", |stage| alone(stage, &["-o"], libc::SIGTERM)),
    scene("TERM-without-fork", |stage| alone(stage, &["-F"], libc::SIGTERM)),
    scene("INT-for-both", |stage| both(stage, libc::SIGINT)),
    scene("TERM-for-both", |stage| both(stage, libc::SIGTERM)),
    scene("INT-for-both-and-the-command-cleans-up", cleans_up),
    scene("WINCH-and-CHLD-for-the-tool", |stage| {
        unmoved(stage, &[libc::SIGWINCH, libc::SIGCHLD, libc::SIGURG])
    }),
    scene("STOP-and-CONT-for-the-tool", |stage| unmoved(stage, &[libc::SIGSTOP, libc::SIGCONT])),
    scene("TSTP-and-CONT-for-the-tool", |stage| unmoved(stage, &[libc::SIGTSTP, libc::SIGCONT])),
    scene("the-command-is-stopped-and-goes-on", command_stops),
    // While it waits.
    scene("TERM-while-waiting", |stage| waiting(stage, &[], libc::SIGTERM)),
    scene("INT-while-waiting", |stage| waiting(stage, &["-s"], libc::SIGINT)),
    scene("HUP-while-waiting-with-a-limit", |stage| waiting(stage, &["-w", "3600"], libc::SIGHUP)),
    scene("ALRM-while-waiting", |stage| waiting(stage, &[], libc::SIGALRM)),
    scene("USR2-while-waiting-with-a-limit", |stage| {
        waiting(stage, &["-w", "3600"], libc::SIGUSR2)
    }),
    scene("ALRM-while-waiting-with-a-limit", |stage| {
        waits_on(stage, &["-w", "3600"], &[libc::SIGALRM])
    }),
    scene("WINCH-while-waiting", |stage| waits_on(stage, &[], &[libc::SIGWINCH, libc::SIGCHLD])),
    scene("STOP-and-CONT-while-waiting", |stage| {
        waits_on(stage, &[], &[libc::SIGSTOP, libc::SIGCONT])
    }),
    scene("STOP-and-CONT-while-waiting-with-a-limit", |stage| {
        waits_on(stage, &["-w", "3600"], &[libc::SIGSTOP, libc::SIGCONT])
    }),
    // What the caller ignores or blocks.
    scene("nothing-ignored", |stage| handed_on(stage, &[], &[], &[])),
    scene("INT-and-QUIT-ignored", |stage| {
        handed_on(stage, &[], &[libc::SIGINT, libc::SIGQUIT], &[])
    }),
    scene("HUP-TERM-and-PIPE-ignored", |stage| {
        handed_on(stage, &[], &[libc::SIGHUP, libc::SIGTERM, libc::SIGPIPE], &[])
    }),
    scene("USR1-ignored-without-fork", |stage| handed_on(stage, &["-F"], &[libc::SIGUSR1], &[])),
    scene("CHLD-ignored", |stage| handed_on(stage, &[], &[libc::SIGCHLD], &[])),
    scene("CHLD-ignored-without-fork", |stage| handed_on(stage, &["-F"], &[libc::SIGCHLD], &[])),
    scene("ALRM-ignored", |stage| handed_on(stage, &[], &[libc::SIGALRM], &[])),
    scene("ALRM-ignored-with-a-limit", |stage| {
        handed_on(stage, &["-w", "3600"], &[libc::SIGALRM], &[])
    }),
    scene("TTOU-and-TSTP-ignored", |stage| {
        handed_on(stage, &[], &[libc::SIGTTOU, libc::SIGTSTP], &[])
    }),
    scene("a-real-time-signal-ignored", |stage| handed_on(stage, &[], &[40, 64], &[])),
    scene("INT-and-TERM-blocked", |stage| {
        handed_on(stage, &[], &[], &[libc::SIGINT, libc::SIGTERM])
    }),
    scene("all-sorts-blocked-with-a-limit", |stage| {
        handed_on(stage, &["-w", "3600"], &[], &[libc::SIGHUP, libc::SIGUSR1, libc::SIGCHLD, 40])
    }),
    scene("ALRM-blocked-with-a-limit", blocked),
    scene("status-with-CHLD-ignored", |stage| {
        let mut command = stage.run(["lock", "sh", "-c", "exit 7"]);
        signals::with(&mut command, &[libc::SIGCHLD], &[]);
        stage.see(command)
    }),
    scene("status-with-CHLD-blocked", |stage| {
        let mut command = stage.run(["lock", "sh", "-c", "exit 7"]);
        signals::with(&mut command, &[], &[libc::SIGCHLD]);
        stage.see(command)
    }),
    scene("TERM-ignored-by-the-caller", |stage| ignored(stage, libc::SIGTERM)),
    script("under-nohup", "nohup flock lock sh -c 'kill -HUP $PPID; echo ran' 2>&-; echo $?"),
    script(
        "under-timeout",
        "timeout 100 flock lock echo ran; echo $?; timeout 0.05 flock lock sleep 100; echo $?; ../peer/flock lock echo ran",
    ),
    script(
        "timed-out-while-waiting",
        "../peer/flock lock timeout 0.05 flock lock echo ran; echo $?",
    ),
];

/// The tool alone is sent a signal while its command runs: what becomes of both, and of the lock?
fn alone(stage: &Stage, options: &[&str], signal: i32) -> Seen {
    let mut run = stage.held(options, "lock");
    run.signal(signal);
    let status = end_of(&mut run.child);
    let seen = Seen::new().end(status);
    let seen = seen.fact("command", if procfs::has_ended(run.job) { "ended" } else { "lives" });
    let seen = seen.fact("lock", free(stage));
    run.finish();
    freed(stage);
    seen.left(stage)
}

/// A terminal's ^C, and what else is for a whole group.
fn both(stage: &Stage, signal: i32) -> Seen {
    let mut run = Running::of(stage.run(["lock", "sh", "-c", JOB]));
    kill_group(run.child.id(), signal);
    let seen = Seen::new().end(end_of(&mut run.child));
    wait_until("the command has ended", || procfs::has_ended(run.job));
    let (_, output, errors) = run.wait();
    freed(stage);
    seen.fact("out", output.len()).fact("err", errors.len()).left(stage)
}

/// The command takes its time: the tool is gone, the lock is not.
fn cleans_up(stage: &Stage) -> Seen {
    let job = "trap 'kill $!; echo told; read x; echo cleaned up; exit 9' INT; sleep 100 >&- & echo $$; wait";
    let mut run = Running::of(stage.run(["lock", "sh", "-c", job]));
    kill_group(run.child.id(), libc::SIGINT);
    let seen = Seen::new().end(end_of(&mut run.child));
    let seen = seen.fact("command", run.line()).fact("lock", free(stage));
    let (_, output, _) = run.finish();
    freed(stage);
    seen.fact("then", output.trim_end())
}

/// Signals after which all goes on.
fn unmoved(stage: &Stage, signals: &[i32]) -> Seen {
    let run = stage.held(&[], "lock");
    for signal in signals {
        run.signal(*signal);
    }
    wait_until("it has taken them", || procfs::is_settled(run.child.id()));
    let seen = Seen::new().fact("lock", free(stage));
    let (status, ..) = run.finish();
    seen.end(Some(status)).fact("lock", free(stage))
}

/// More than once, for a tool that takes a stop for an end may sleep through one.
fn command_stops(stage: &Stage) -> Seen {
    let run = stage.held(&[], "lock");
    let mut seen = Seen::new();
    for _ in 0..5 {
        kill(run.job, libc::SIGSTOP);
        wait_until("it has stopped", || procfs::state(run.job) == Some('T'));
        seen = seen.fact("lock", free(stage));
        kill(run.job, libc::SIGCONT);
        wait_until("it goes on", || procfs::state(run.job) != Some('T'));
    }
    let (status, ..) = run.finish();
    seen.end(Some(status))
}

/// A signal that ends a run that waits.
fn waiting(stage: &Stage, options: &[&str], signal: i32) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let waiter = begin_to_wait(stage.run([options, &["lock", "echo", "ran"]].concat()));
    kill(waiter.id(), signal);
    let seen = Seen::new().run(&stage.end(waiter), stage).fact("lock", free(stage));
    holder.finish();
    seen.fact("then", free(stage)).left(stage)
}

/// Signals that do not.
fn waits_on(stage: &Stage, options: &[&str], signals: &[i32]) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let waiter = begin_to_wait(stage.run([options, &["lock", "echo", "ran"]].concat()));
    for signal in signals {
        kill(waiter.id(), *signal);
    }
    wait_until("it has taken them", || procfs::has_taken_all(waiter.id()));
    holder.finish();
    Seen::new().run(&stage.end(waiter), stage).left(stage)
}

/// What the command finds ignored and blocked.
fn handed_on(stage: &Stage, options: &[&str], ignored: &[i32], blocked: &[i32]) -> Seen {
    let words = ["lock", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"];
    let mut command = stage.run([options, &words].concat());
    signals::with(&mut command, ignored, blocked);
    stage.see(command)
}

/// What the caller ignores does not end the tool.
fn ignored(stage: &Stage, signal: i32) -> Seen {
    let mut command = stage.run(["lock", "sh", "-c", JOB]);
    signals::with(&mut command, &[signal], &[]);
    let run = Running::of(command);
    run.signal(signal);
    kill(run.job, signal);
    wait_until("it has taken it", || procfs::is_settled(run.child.id()));
    let seen = Seen::new().fact("lock", free(stage));
    let (status, ..) = run.finish();
    seen.end(Some(status))
}

/// A caller that blocks the signal of the timer.
fn blocked(stage: &Stage) -> Seen {
    let holder = stage.held_by_peer(&[], "lock");
    let mut command = stage.run(["-w", "0.01", "-E", "9", "lock", "echo", "ran"]);
    signals::with(&mut command, &[], &[libc::SIGALRM]);
    let mut waiter = command.spawn().unwrap();
    let has = |pid, field| {
        let set = procfs::status(pid, field).and_then(|set| u64::from_str_radix(&set, 16).ok());
        set.is_some_and(|set| set & 1 << (libc::SIGALRM - 1) != 0)
    };
    let is_pending = |pid| has(pid, "SigBlk") && has(pid, "ShdPnd");
    wait_until("it ends, or its time is over and it does not know", || {
        waiter.try_wait().unwrap().is_some() || is_pending(waiter.id())
    });
    let waits_on = waiter.try_wait().unwrap().is_none();
    if waits_on {
        waiter.kill().unwrap();
    }
    let status = waiter.wait().unwrap();
    holder.finish();
    let seen = Seen::new().fact("waits on", waits_on);
    if waits_on { seen } else { seen.end(Some(status)) }
}
