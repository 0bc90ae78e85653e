//! What becomes of withlock with one mistake in it: the promise that is broken, with how many runs, and on what way. A
//! proof that finds nothing wrong in these would be worth nothing.

use std::fmt::Debug;

use super::explore::{Counterexample, Scene};
use super::is_rerun;
use super::mistakes::Mistake;
use super::program::{Backend, Program, Wait};
use super::scenes::{FOREIGN, choices};

const ENDLESS: Program = Program::new(Backend::Pair, Wait::Forever);
const LIMITED: Program = Program::new(Backend::Pair, Wait::Limited);
const PROMPT: Program = Program::new(Backend::Pair, Wait::No);

/// Those that show only when somebody is killed.
const NEED_KILLS: [Mistake; 2] = [Mistake::JobWithoutDescriptor, Mistake::CreatedPlainly];

/// Explores with the mistake: none of fewer runs than `count`, of these kinds, finds anything; so many do.
pub(super) fn leads_to(mistake: Mistake, kinds: &[Program], count: usize, violation: &str) {
    shows(&mistake, count, violation, |count| {
        let of = |programs: Vec<Program>| {
            let scene = Scene::of(&programs).making(mistake);
            let scene = if NEED_KILLS.contains(&mistake) { scene } else { scene.without_kills() };
            // What is looked for here comes after the foreign file was removed, and after somebody found the name gone.
            match mistake {
                Mistake::RemovesForeignFiles => scene.with(FOREIGN).for_exclusion_only(),
                Mistake::UnlinkWithoutComparing => scene.for_exclusion_only(),
                Mistake::LeavesWhatHasLostItsPath => scene.redirected(),
                _ => scene,
            }
        };
        let scenes = choices(kinds, count).into_iter().map(of);
        scenes.filter_map(|scene| scene.explore().counterexample).collect()
    });
}

/// Finds the shortest way on which a mistake shows: with so many runs, and with no fewer.
pub(super) fn shows(
    mistake: &impl Debug,
    count: usize,
    violation: &str,
    explore: impl Fn(usize) -> Vec<Counterexample>,
) {
    for fewer in 1..count {
        assert!(explore(fewer).is_empty(), "{mistake:?} shows with {fewer} runs");
    }
    let shortest = explore(count).into_iter().min_by_key(|found| found.trace.len());
    let Some(counterexample) = shortest else { panic!("{mistake:?} does not show") };
    println!("{mistake:?} needs {count} runs:\n{counterexample}\n");
    let found = &counterexample.violation;
    assert!(found.contains(violation), "{mistake:?} leads to another violation: {found}");
    let cited = counterexample.trace.iter().filter(|line| line.contains('[')).count();
    assert!(cited >= count, "the trace does not cite the steps");
}

#[test]
fn without_a_comparison_two_run_at_once() {
    leads_to(Mistake::NoComparison, &[ENDLESS], 3, "at once");
}

#[test]
fn with_the_comparison_before_the_lock_two_run_at_once() {
    leads_to(Mistake::ComparisonBeforeLocking, &[ENDLESS], 3, "at once");
}

#[test]
fn with_busy_said_of_a_stale_file_a_run_is_left_out() {
    leads_to(Mistake::BusyOnStaleFile, &[ENDLESS, PROMPT], 2, "nobody held the lock");
}

#[test]
fn without_a_last_try_the_file_stays() {
    leads_to(Mistake::NoLastTry, &[ENDLESS, LIMITED], 2, "the file stays");
}

#[test]
fn with_a_removal_without_a_comparison_two_run_at_once() {
    leads_to(Mistake::UnlinkWithoutComparing, &[ENDLESS], 3, "at once");
}

#[test]
fn with_the_removal_after_the_unlock_two_run_at_once() {
    leads_to(Mistake::UnlinkAfterUnlock, &[ENDLESS], 3, "at once");
}

#[test]
fn with_a_foreign_file_removed_a_tool_that_does_not_compare_runs_beside_the_next() {
    let flock = Program::flock_tool(Wait::Forever);
    leads_to(Mistake::RemovesForeignFiles, &[ENDLESS, flock], 3, "at once");
}

#[test]
fn with_a_close_instead_of_the_unlock_a_daemon_keeps_the_lock() {
    let kinds = [ENDLESS, ENDLESS.leaving_a_daemon()];
    leads_to(Mistake::CloseInsteadOfUnlock, &kinds, 2, "waits for ever");
}

#[test]
fn with_the_unlock_before_the_job_s_end_two_run_at_once() {
    leads_to(Mistake::UnlockBeforeJobEnd, &[ENDLESS], 2, "at once");
}

#[test]
fn without_a_second_look_the_file_stays() {
    leads_to(Mistake::NoSecondLook, &[ENDLESS, LIMITED], 2, "the file stays");
}

#[test]
fn with_a_lock_upgraded_in_place_two_readers_leave_the_file() {
    leads_to(Mistake::UpgradeInPlace, &[ENDLESS.shared()], 2, "the file stays");
}

#[test]
fn with_a_timer_that_fires_once_a_run_waits_for_ever() {
    leads_to(Mistake::OneShotDeadline, &[ENDLESS.running_for_ever(), LIMITED], 2, "waits for ever");
}

#[test]
fn with_a_job_that_does_not_inherit_the_lock_two_run_at_once_after_a_kill() {
    leads_to(Mistake::JobWithoutDescriptor, &[ENDLESS], 2, "at once");
}

#[test]
fn with_files_created_as_any_other_file_is_a_kill_leaves_one_for_ever() {
    leads_to(Mistake::CreatedPlainly, &[ENDLESS], 1, "the next run leaves the file");
}

#[test]
fn with_an_unlock_after_a_death_by_signal_the_next_one_runs_beside_what_the_job_has_left() {
    leads_to(Mistake::UnlockAfterDeathBySignal, &[ENDLESS.dying()], 2, "at once");
}

#[test]
fn with_a_signature_before_the_lock_a_slow_creator_writes_over_what_the_holder_has_written() {
    leads_to(Mistake::SignsBeforeLocking, &[ENDLESS], 2, "that somebody else holds");
}

#[test]
fn with_what_has_lost_its_path_left_the_file_of_whoever_waited_stays() {
    let violation = "stays in the directory that the path has led to";
    leads_to(Mistake::LeavesWhatHasLostItsPath, &[ENDLESS], 2, violation);
}

#[test]
fn with_trust_in_having_created_the_file_what_a_job_has_written_is_lost() {
    leads_to(Mistake::TrustsCreation, &[ENDLESS.writing()], 1, "is not withlock's own");
}

#[test]
#[should_panic(expected = "the code knows more than was thought")]
fn a_proof_that_forgets_what_the_code_knows_is_noticed() {
    let scene = Scene::of(&[ENDLESS; 2]).making(Mistake::ForgetsWhyTheFileStays);
    scene.without_kills().explore();
}

#[test]
fn without_the_marker_every_promise_but_the_order_holds() {
    let kinds = [PROMPT, LIMITED, ENDLESS, ENDLESS.shared()];
    for programs in choices(&kinds, if is_rerun() { 2 } else { 3 }) {
        Scene::of(&programs).making(Mistake::NoMarker).hold();
    }
    let in_turn = Scene::of(&[ENDLESS; 3]).in_turn();
    in_turn.hold();
    let found = in_turn.making(Mistake::NoMarker).explore();
    let Some(counterexample) = found.counterexample else { panic!("the marker serves nothing") };
    println!("NoMarker costs the order:\n{counterexample}\n");
    assert!(counterexample.violation.contains("waited longer"));
}
