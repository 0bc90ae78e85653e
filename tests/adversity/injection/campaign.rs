//! All faults of a scene, or a sample of them.

use super::calls::{self, Call};
use super::faults::{self, Fault};
use super::scene::{End, Scene};
use super::verdict;
use crate::support::{find_program, is_long, is_rerun, skip, stderr};

/// Of how many faults one is tried in a short check.
fn stride(scene: &Scene) -> usize {
    let stride = match (is_long(), is_rerun()) {
        (true, _) => return 1,
        (false, false) => 17,
        (false, true) => 41,
    };
    // Where there are many calls, and each play takes its time.
    let is_large = scene.company.is_large() || scene.options.len() > 2 || scene.end == End::Never;
    match (is_large, is_rerun()) {
        (true, true) => stride * 12,
        (true, false) => stride * 6,
        (false, _) => stride,
    }
}

/// The calls of the scene when it is played undisturbed, without the witness of the run's signals, which comes only where
/// the job takes its time, as on a busy machine, or is ended.
fn calls_of(scene: &Scene) -> Vec<Call> {
    let mut plays = (0..100).map(|_| calls::own(&scene.play(None).trace));
    let has_witness = |calls: &Vec<Call>| {
        let mut since_job = calls.iter().skip_while(|call| call.name != "rt_sigtimedwait");
        since_job.any(|call| call.name == "socketpair")
    };
    plays
        .find(|calls| !has_witness(calls) || scene.end == End::Never)
        .expect("a job that is short for once")
}

/// Plays the scene once undisturbed, and then once for each call that may be interrupted: as if nothing had happened.
pub(crate) fn interrupt_every_call(scene: &Scene) {
    if find_program("strace").is_none() {
        return skip("strace");
    }
    let calls = calls_of(scene);
    for fault in calls.iter().filter_map(faults::interruption) {
        let played = scene.play(Some(&fault));
        let verdict = verdict::judge(scene, &fault, &played);
        assert_eq!(verdict, Ok(()), "{scene:?}");
        assert_eq!(stderr(&played.output), "", "{scene:?}, {fault:?}");
    }
}

/// The same, but each call behind the beginning of the wait is interrupted from then on: the wait ends when its time is over.
pub(crate) fn interrupt_for_good(scene: &Scene) {
    if find_program("strace").is_none() {
        return skip("strace");
    }
    let calls = calls_of(scene);
    let waits = calls.iter().position(|call| call.name == "setitimer").expect("a wait");
    let faults: Vec<Fault> = calls[waits..].iter().filter_map(faults::interruption).collect();
    assert!(!faults.is_empty(), "it compares at least");
    for fault in faults {
        let fault = Fault { for_good: true, statuses: &[1], ..fault };
        let played = scene.play(Some(&fault));
        assert_eq!(verdict::judge(scene, &fault, &played), Ok(()), "{scene:?}");
        let told = stderr(&played.output);
        assert!(told.contains(" is held by "), "{fault:?}: {told}");
    }
}

/// Plays the scene once undisturbed, to learn its system calls, and then once for each fault.
pub(crate) fn fail_every_call(scene: &Scene) {
    if find_program("strace").is_none() {
        return skip("strace");
    }
    let calls = calls_of(scene);
    let mut faults: Vec<Fault> = calls.iter().flat_map(faults::of).collect();
    faults.extend(calls.iter().filter_map(faults::for_good));
    let mut tampered = 0;
    let mut tried = 0;
    let mut wrong = Vec::new();
    for fault in faults.iter().step_by(stride(scene)) {
        let played = scene.play(Some(fault));
        tried += 1;
        tampered += usize::from(calls::tampered(&played.trace) > 0);
        wrong.extend(verdict::judge(scene, fault, &played).err());
    }
    println!(
        "{scene:?}: {} calls, {} faults, {tried} tried, {tampered} met",
        calls.len(),
        faults.len()
    );
    assert!(wrong.is_empty(), "{scene:?}\n{} of {tried}: {}", wrong.len(), wrong.join("\n"));
    // Where others come and go, a call may be missing for once; more of them, where all processes are looked at.
    let most = if scene.company.may_be_replaced() { 6 } else { 9 };
    assert!(
        (tampered + 1) * 10 >= tried * most,
        "{scene:?}: only {tampered} of {tried} faults were met"
    );
}
