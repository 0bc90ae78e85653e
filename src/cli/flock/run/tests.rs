use std::ffi::OsString;

use withlock_platform::backend::{ByteLock, Bytes};

use super::carry_out;
use crate::cli::flock::plan::{Plan, Request};
use crate::cli::flock::reading::parse;

fn plan(line: &[&str]) -> Plan {
    let words: Vec<OsString> = line.iter().map(OsString::from).collect();
    match parse(&words) {
        Request::Run(plan) => *plan,
        other => panic!("{line:?}: {other:?}"),
    }
}

/// As it is on Solaris.
#[test]
fn a_lock_that_would_end_with_this_process_is_not_said_to_be_the_caller_s() {
    let call = ByteLock::of_process(Bytes::default());
    for line in [&["0"][..], &["-s", "-n", "0"], &["-u", "0"]] {
        let refusal = carry_out(&plan(line), &call).err().unwrap();
        assert_eq!(refusal.status, 69, "{line:?}");
        assert!(refusal.words.unwrap().contains("would end at once"), "{line:?}");
    }
}
