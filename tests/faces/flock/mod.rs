//! flock(1) of util-linux.

mod arguments;
mod commands;
mod descriptors;
mod differences;
mod exclusion;
mod files;
mod idioms;
mod newer;
mod numbers;
mod output;
mod people;
mod shells;
mod signals;

use std::process::Command;
use std::sync::OnceLock;

use super::side_by_side::{Both, Suite, Version};
use super::stage::Tool;
use crate::support::skip;

const FLOCK: Tool = Tool { names: &["flock"], variable: "WITHLOCK_TEST_FLOCK", hold: &[] };

const SUITE: Suite = Suite {
    tool: &FLOCK,
    cases: &[
        arguments::CASES,
        numbers::CASES,
        descriptors::CASES,
        files::CASES,
        people::CASES,
        commands::CASES,
        exclusion::CASES,
        signals::CASES,
        output::CASES,
        newer::CASES,
    ],
    differences: differences::DIFFERENCES,
};

/// Seen once for all tests.
fn seen() -> Option<&'static Both> {
    static SEEN: OnceLock<Option<Both>> = OnceLock::new();
    SEEN.get_or_init(|| SUITE.observe(Some(version()?))).as_ref()
}

/// The original's, which says `flock from util-linux 2.38.1`. None, having said why, where it is not there.
fn version() -> Option<Version> {
    let version = FLOCK.original().and_then(|original| {
        let output = Command::new(original).arg("--version").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = text.trim().strip_prefix("flock from util-linux ")?.split(['.', '-']);
        let mut next = || numbers.next()?.parse().ok();
        Some((next()?, next()?))
    });
    if version.is_none() {
        skip("flock(1) of util-linux: first in PATH, or named by WITHLOCK_TEST_FLOCK");
    }
    version
}

/// A script that was written for flock(1) sees no difference, but for the listed ones.
#[test]
fn all_else_is_as_with_util_linux() {
    if let Some(both) = seen() {
        SUITE.assert_same(both);
    }
}

/// Whoever reads the list can rely on it.
#[test]
fn every_difference_is_real_and_is_as_described() {
    if let Some(both) = seen() {
        SUITE.assert_real(both);
    }
}

/// A difference can be cited, and its reason is told.
#[test]
fn the_list_is_complete() {
    SUITE.assert_complete(120);
}
