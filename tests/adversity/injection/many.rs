//! The same for locks of several slots and what goes with them: who is first in line, and who stands behind; places to
//! wait in, and nobody else's; readers that leave; runs that replace others, and that end their job.

use super::campaign::fail_every_call;
use super::company::Company;
use super::scene::{End, Scene};
use crate::support::process_owned;

/// With two slots, where children sleep for them.
fn fail_with_slots(options: &'static [&'static str], company: Company) {
    if !process_owned() {
        fail_every_call(&Scene { options, company, ..Scene::PLAIN });
    }
}

#[test]
fn a_failing_call_loses_neither_job_nor_slot_of_a_run_that_finds_the_first_one_held() {
    fail_every_call(&Scene { options: &["-j", "2"], company: Company::OneOfTwo, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_let_the_first_in_line_hang_or_run_as_the_third() {
    fail_with_slots(&["-j", "2", "-w", "inf"], Company::OneOfTwoLeaves);
}

#[test]
fn a_failing_call_of_who_is_behind_it_does_not_disturb_the_first_in_line() {
    fail_with_slots(&["-j", "2", "-w", "inf"], Company::Line);
}

#[test]
fn a_failing_call_does_not_let_who_gives_up_in_line_run_all_the_same() {
    fail_with_slots(&["-j", "2", "-w", "0.02"], Company::BothStay);
}

#[test]
fn a_failing_call_does_not_keep_the_place_of_who_waits_in_it() {
    let options = &["-w", "inf", "--max-waiters", "1"];
    fail_every_call(&Scene { options, company: Company::HolderWhoLeaves, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_lets_nobody_wait_for_whom_there_is_no_place() {
    let options = &["-w", "inf", "--max-waiters", "1"];
    fail_every_call(&Scene { options, company: Company::Crowd, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_let_two_run_where_one_replaces_the_other() {
    fail_every_call(&Scene {
        options: &["--replace"],
        company: Company::HolderToReplace,
        ..Scene::PLAIN
    });
}

#[cfg(target_pointer_width = "64")]
#[test]
fn a_failing_call_of_a_reader_does_not_harm_one_that_is_leaving() {
    if !process_owned() {
        fail_every_call(&Scene {
            options: &["-s"],
            company: Company::ReaderWhoLeaves,
            ..Scene::PLAIN
        });
    }
}

#[test]
fn a_failing_call_does_not_keep_a_job_from_being_ended_when_its_time_is_over() {
    fail_every_call(&Scene {
        options: &["--max-runtime", "0.05"],
        end: End::Never,
        ..Scene::PLAIN
    });
}
