//! Parity with withlock 0.5: the same cases on both, every difference listed, and every listed difference real.
//!
//! `parity/recorded-0.5.txt` says what the original did; `parity/differences.rs` where, why and how this program
//! differs on purpose. In everything else the two must look the same from outside.

mod cases;
mod cases_busy;
mod cases_job;
mod cases_places;
mod cases_signals;
mod cases_status;
mod differences;
mod observation;
mod record;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::support;
use differences::{DIFFERENCES, Difference};
use record::recorded;
use stage::Subject;

/// What the program under test does, looked at once for all tests.
fn seen() -> &'static BTreeMap<&'static str, String> {
    static SEEN: OnceLock<BTreeMap<&'static str, String>> = OnceLock::new();
    SEEN.get_or_init(|| cases::observe_all(&Subject::under_test()))
}

/// The differences that the lock in use can keep, case by case.
fn intended() -> BTreeMap<&'static str, (&'static Difference, &'static str)> {
    let kept = DIFFERENCES
        .iter()
        .filter(|difference| !(difference.unless_process_owned && support::process_owned()));
    kept.flat_map(|difference| {
        difference.shows.iter().map(move |(case, shown)| (*case, (difference, *shown)))
    })
    .collect()
}

/// Fails with a list of everything that is wrong, not only the first.
fn fail_with(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} of the cases:\n{}", complaints.len(), complaints.join("\n"));
}

/// A crontab written for 0.5 goes on working: whatever is no intended difference is as it was.
#[test]
fn all_else_is_as_in_0_5() {
    if record::recording() {
        return record::write();
    }
    let (recorded, intended) = (recorded(), intended());
    let same = seen().iter().filter(|(case, _)| !intended.contains_key(*case));
    let complaints: Vec<String> = same
        .filter(|(case, seen)| recorded.get(*case) != Some(&seen.as_str()))
        .map(|(case, seen)| {
            format!(
                "{case}\n  0.5:  {}\n  seen: {seen}",
                recorded.get(case).unwrap_or(&"no record")
            )
        })
        .collect();
    fail_with(&complaints);
}

/// A listed difference is a promise: exactly this happens now, and it did not in 0.5.
#[test]
fn every_intended_difference_is_real_and_is_as_described() {
    if record::recording() {
        return;
    }
    let recorded = recorded();
    let complaints: Vec<String> = intended()
        .iter()
        .filter_map(|(case, (difference, shown))| {
            let number = difference.number;
            let seen = seen().get(case).map_or(*shown, String::as_str);
            if recorded.get(case) == Some(shown) {
                Some(format!("{number} {case}: 0.5 does the same: {shown}"))
            } else if seen != *shown {
                Some(format!("{number} {case}\n  must show: {shown}\n  seen:      {seen}"))
            } else {
                None
            }
        })
        .collect();
    fail_with(&complaints);
}

/// The list can be cited by number, says why, and speaks of cases that there are.
#[test]
fn the_list_and_the_record_are_complete() {
    if record::recording() {
        return;
    }
    let names: Vec<&str> = cases::all().map(|case| case.name).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), unique.len(), "a case has two entries");
    assert!(names.len() >= 40, "only {} cases", names.len());
    assert_eq!(unique, recorded().keys().copied().collect(), "cases, and what is recorded");
    let mut cited = BTreeSet::new();
    for (difference, number) in DIFFERENCES.iter().zip(1..) {
        assert_eq!(difference.number, number, "numbers are 1, 2, 3 and so on");
        assert!(difference.why.len() > 40, "{number}: why?");
        assert!(!difference.shows.is_empty(), "{number}: where?");
        for (case, _) in difference.shows {
            assert!(unique.contains(case), "{number}: no case {case}");
            assert!(cited.insert(*case), "{number}: {case} is cited twice");
        }
    }
}

/// The record is true: the original, where there is one (it can't be had without a network), still does all that.
#[test]
fn the_record_is_what_the_original_does() {
    let Some(original) = std::env::var_os("WITHLOCK_PARITY_ORIGINAL") else {
        // Not support::skip: no machine is required to have it.
        eprintln!("skipped: WITHLOCK_PARITY_ORIGINAL names no copy of withlock 0.5");
        return;
    };
    let recorded = recorded();
    let complaints: Vec<String> = cases::observe_all(&Subject::original(original.into()))
        .iter()
        .filter(|(case, seen)| recorded.get(*case) != Some(&seen.as_str()))
        .map(|(case, seen)| {
            format!(
                "{case}\n  recorded: {}\n  seen:     {seen}",
                recorded.get(case).unwrap_or(&"-")
            )
        })
        .collect();
    fail_with(&complaints);
}
