//! Signals for the wrapper, and death of the wrapper, while the job takes its time to clean up.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;

use withlock_platform::process::exists;

use super::cases::Case;
use super::observation::Seen;
use super::stage::Stage;
use crate::support::{Running, wait_until};

pub const CASES: &[Case] = &[
    Case::new("terminate-the-wrapper", |stage| signalled(stage, "TERM", libc::SIGTERM)),
    Case::new("hang-up-the-wrapper", |stage| signalled(stage, "HUP", libc::SIGHUP)),
    Case::new("interrupt-the-wrapper", |stage| signalled(stage, "INT", libc::SIGINT)),
    Case::new("quit-the-wrapper", |stage| signalled(stage, "QUIT", libc::SIGQUIT)),
    Case::new("user-signal-to-the-wrapper", |stage| signalled(stage, "USR1", libc::SIGUSR1)),
    Case::new("interrupt-from-the-terminal", interrupt_from_the_terminal),
    Case::new("terminate-and-the-job-dies-of-it", terminate_plain_job),
    Case::new("kill-the-wrapper", kill_wrapper),
    Case::new("kill-the-wrapper-and-the-job", kill_both),
    Case::new("terminate-a-waiting-run", |stage| end_waiting_run(stage, libc::SIGTERM)),
    Case::new("interrupt-a-waiting-run", |stage| end_waiting_run(stage, libc::SIGINT)),
];

/// A job that notes in a file that a signal has come, cleans up until it gets a line, and then ends with 9.
fn careful_job(signal: &str) -> String {
    // The line is read in the background, for every shell ends a `wait` at once to run its trap, and not all a `read`.
    // It ignores the signal, which a terminal sends to it as well.
    format!(
        "exec 3<&0\ntrap '' {signal}\nsh -c 'read line' <&3 &\nreader=$!\n\
         trap ': >told; wait $reader; echo cleaned up; exit 9' {signal}\necho $$\nwait $reader\nexit 0\n"
    )
}

/// A signal for the wrapper alone, as from kill(1).
fn signalled(stage: &Stage, name: &str, number: i32) -> Seen {
    let running = stage.hold_with(&careful_job(name));
    running.signal(number);
    aftermath(stage, running)
}

/// The terminal sends ^C to the whole process group.
fn interrupt_from_the_terminal(stage: &Stage) -> Seen {
    let script = stage.file("holder", &careful_job("INT"));
    let mut command = stage.words(&[], [OsStr::new("sh"), script.as_os_str()]);
    let running = {
        command.process_group(0);
        Running::of(command)
    };
    crate::support::kill_group(running.child.id(), libc::SIGINT);
    aftermath(stage, running)
}

/// Whether the job was told, whether a second run starts while it cleans up, and how it all ends.
fn aftermath(stage: &Stage, mut running: Running) -> Seen {
    let told = stage.path("told");
    wait_until("the job is told, or the wrapper ends", || {
        told.exists() || running.child.try_wait().unwrap().is_some()
    });
    let seen = Seen::new().fact("job", if told.exists() { "is told" } else { "is not told" });
    let seen = seen.fact("second run", stage.second_run(&["-w", "3"]));
    let (status, out, _) = running.finish();
    seen.end(Some(status)).fact("job said", format!("{:?}", out.trim_end())).lock(&stage.lock())
}

/// A job that does nothing about signals.
fn terminate_plain_job(stage: &Stage) -> Seen {
    let mut running = stage.hold();
    running.signal(libc::SIGTERM);
    wait_until("the wrapper ends", || running.child.try_wait().unwrap().is_some());
    let job = if exists(running.job) { "lives on" } else { "is gone" };
    let (status, ..) = running.finish();
    Seen::new().fact("job", job).end(Some(status)).lock(&stage.lock())
}

fn kill_wrapper(stage: &Stage) -> Seen {
    let mut running = stage.hold();
    running.signal(libc::SIGKILL);
    running.child.wait().unwrap();
    let seen = Seen::new().fact("second run", stage.second_run(&[]));
    running.finish();
    // The job's output ends a moment before its other descriptors are closed.
    seen.fact("after the job", stage.second_run(&["-w", "30"])).lock(&stage.lock())
}

/// What a crash leaves behind, and the next run.
fn kill_both(stage: &Stage) -> Seen {
    let running = stage.hold();
    running.signal(libc::SIGKILL);
    crate::support::kill(running.job, libc::SIGKILL);
    running.wait();
    Seen::new()
        .lock(&stage.lock())
        .fact("next run", stage.second_run(&["-w", "30"]))
        .lock(&stage.lock())
}

fn end_waiting_run(stage: &Stage, signal: i32) -> Seen {
    let holder = stage.hold();
    let waiter = stage.wait_for_lock("echo ran\n");
    crate::support::kill(waiter.child.id(), signal);
    let seen = Seen::new().end(Some(waiter.finish())).fact("second run", stage.second_run(&[]));
    let (status, ..) = holder.finish();
    seen.fact("holder", status.code().unwrap_or(-1)).lock(&stage.lock())
}
