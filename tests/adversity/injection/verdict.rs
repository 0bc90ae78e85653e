//! What must be true after a run in which a call has failed.

use std::os::unix::process::ExitStatusExt;

use super::company::was_told;
use super::faults::Fault;
use super::scene::{End, Played, Scene};
use crate::support::before::{Before, Untouched};
use crate::support::full_house::use_all_parts;
use crate::support::{stderr, withlock};

/// What is not as it must be, or nothing.
pub(crate) fn judge(scene: &Scene, fault: &Fault, played: &Played) -> Result<(), String> {
    let at_the_end = match played.log.as_str() {
        _ if scene.end == End::Never => judge_having_been_ended(scene, fault, played),
        "begun\nrival 9\n" => judge_having_run(scene, fault, played),
        "" => judge_not_having_run(scene, fault, played),
        _ => Err("the job has not run once and under the lock"),
    };
    at_the_end.and_then(|()| judge_next(scene, played)).map_err(|what| {
        let errors = stderr(&played.output);
        let Played { output, log, trace, .. } = played;
        format!("{what}: {fault:?}, {:?}, log {log:?}\n{errors}{trace}", output.status)
    })
}

fn ensure(is_true: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if is_true { Ok(()) } else { Err(otherwise) }
}

fn judge_having_run(scene: &Scene, fault: &Fault, played: &Played) -> Result<(), &'static str> {
    ensure(!scene.company.stays(), "it has run beside a holder")?;
    ensure(played.told.is_none_or(was_told), "it has run beside a holder that was not told")?;
    let status = played.output.status;
    let is_jobs = match scene.end {
        End::Exit(code) => status.code() == Some(code),
        // As a shell says it, where the signal can't be raised.
        End::Signal(signal) => {
            status.signal() == Some(signal)
                || status.code() == Some(128 + signal) && is_for_dying(fault)
        }
        End::Never => status.code() == Some(124),
    };
    ensure(is_jobs, "the status is not the job's")?;
    let errors = stderr(&played.output);
    ensure(errors.lines().all(|line| line.starts_with("withlock: ")), "not withlock's own words")?;
    // One line is that the job's time was over.
    let most = 1 + usize::from(scene.end == End::Never);
    ensure(errors.lines().count() <= most || is_talkative(scene), "more than one complaint")
}

/// Its job may have been ended before it has written anything.
fn judge_having_been_ended(
    scene: &Scene,
    fault: &Fault,
    played: &Played,
) -> Result<(), &'static str> {
    if played.output.status.code() != Some(124) {
        ensure(played.log.is_empty(), "the job was left alone")?;
        return judge_not_having_run(scene, fault, played);
    }
    ensure("begun\nrival 9\n".starts_with(&played.log), "the job has not run under the lock")?;
    judge_having_run(scene, fault, played)
}

fn judge_not_having_run(scene: &Scene, fault: &Fault, played: &Played) -> Result<(), &'static str> {
    let code = played.output.status.code();
    // That somebody cleans up, and does not hold the lock, is seen by the record.
    let hides_reader = scene.options.contains(&"-s") && fault.call.name == "pread64";
    let is_busy = (scene.company.may_refuse() || hides_reader) && code == Some(1);
    let is_expected = is_busy || code.is_some_and(|code| fault.statuses.contains(&code));
    ensure(is_expected, "the status does not stand for the failure")?;
    let errors = stderr(&played.output);
    ensure(errors.lines().all(|line| line.starts_with("withlock: ")), "not withlock's own words")?;
    let is_heard = fault.call.name != "write";
    let complaints = errors.lines().count();
    ensure(!is_heard || complaints > 0, "no complaint")?;
    // What fails for good fails at the release as well.
    ensure(complaints <= 1 || fault.for_good || is_talkative(scene), "more than one complaint")
}

/// Whether this call has to do with dying of the job's signal.
fn is_for_dying(fault: &Fault) -> bool {
    let calls = ["kill", "tkill", "tgkill", "rt_sigprocmask", "rt_sigaction"];
    calls.contains(&fault.call.name.as_str())
}

fn is_talkative(scene: &Scene) -> bool {
    scene.options.contains(&"-v")
}

/// The next run is a plain one, and nothing fails.
fn judge_next(scene: &Scene, played: &Played) -> Result<(), &'static str> {
    let lock = played.stage.place.join("lock");
    let next = withlock([&lock]).args(["/bin/sh", "-c", "exit 42"]).output().unwrap();
    ensure(next.status.code() == Some(42) && stderr(&next).is_empty(), "the next run fails")?;
    if scene.before == Before::Nothing && !played.stage.place.names().is_empty() {
        use_all_parts(&lock, 2, 1);
    }
    if scene.before == Before::Foreign {
        ensure(Untouched::of(&lock) == played.before, "somebody else's file is not as it was")
    } else {
        ensure(played.stage.place.names().is_empty(), "a file stays")
    }
}
