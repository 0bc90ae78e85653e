//! Every system call of a run fails, one at a time, each in every way that it may fail: strace(1) sees to it. Then the job
//! has run, once and under the lock, and its status is the run's; or it has not run, and the run says why in one line and
//! ends with a status that stands for it. Nothing hangs, and the next run works and leaves no file.
#![cfg(target_os = "linux")]

mod apart;
mod calls;
mod campaign;
mod company;
mod faults;
#[cfg(target_pointer_width = "64")]
mod leaver;
mod many;
mod scene;
mod starting;
mod verdict;

use crate::support::before::Before;
use campaign::{fail_every_call, interrupt_every_call, interrupt_for_good};
use company::Company;
use scene::{End, Scene, Way};

#[test]
fn a_failing_call_loses_neither_job_nor_lock_of_a_plain_run() {
    fail_every_call(&Scene::PLAIN);
}

#[test]
fn a_failing_call_does_no_harm_to_a_file_of_somebody_else() {
    fail_every_call(&Scene { before: Before::Foreign, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_leave_the_file_of_a_killed_run_for_good() {
    fail_every_call(&Scene { before: Before::Stale, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_leave_a_file_for_good_that_a_killed_run_has_only_begun() {
    fail_every_call(&Scene { before: Before::Begun, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_let_a_waiter_hang_or_run_too_early() {
    let company = Company::HolderWhoLeaves;
    fail_every_call(&Scene { options: &["-w", "inf"], company, ..Scene::PLAIN });
}

#[test]
fn a_call_that_is_interrupted_is_no_reason_not_to_run() {
    let company = Company::HolderWhoLeaves;
    let waiter = Scene { options: &["-w", "inf"], company, ..Scene::PLAIN };
    for scene in [Scene::PLAIN, waiter] {
        for way in [Way::Absolute, Way::Relative, Way::Link] {
            interrupt_every_call(&Scene { way, ..scene });
        }
    }
}

#[test]
fn a_call_that_is_interrupted_again_and_again_does_not_outlast_the_wait() {
    let company = Company::HolderWhoStays;
    interrupt_for_good(&Scene { options: &["-w", "0.05"], company, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_let_a_run_that_gives_up_run_all_the_same() {
    let company = Company::HolderWhoStays;
    fail_every_call(&Scene { options: &["-w", "0.02"], company, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_let_a_run_that_does_not_wait_run_all_the_same() {
    fail_every_call(&Scene { company: Company::HolderWhoStays, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_loses_neither_job_nor_lock_of_a_reader() {
    fail_every_call(&Scene { options: &["-s"], ..Scene::PLAIN });
}

#[test]
fn a_failing_call_of_one_reader_does_not_harm_the_other() {
    fail_every_call(&Scene { options: &["-s"], company: Company::Reader, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_change_the_status_of_a_job_that_fails() {
    fail_every_call(&Scene { end: End::Exit(3), ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_hide_that_the_job_died_of_a_signal() {
    fail_every_call(&Scene { end: End::Signal(libc::SIGTERM), ..Scene::PLAIN });
}

#[test]
fn a_failing_call_on_the_way_from_the_working_directory_is_noticed() {
    fail_every_call(&Scene { way: Way::Relative, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_on_the_way_through_a_link_is_noticed() {
    fail_every_call(&Scene { way: Way::Link, ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_matter_more_when_the_file_is_to_stay() {
    fail_every_call(&Scene { options: &["-k"], ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_matter_more_when_the_run_says_what_it_does() {
    fail_every_call(&Scene { options: &["-v"], ..Scene::PLAIN });
}

#[test]
fn a_failing_call_does_not_matter_more_when_the_job_has_no_descriptor_of_the_lock() {
    fail_every_call(&Scene { options: &["-o"], ..Scene::PLAIN });
}
