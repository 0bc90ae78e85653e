//! with-lock-ex(1) of chiark-utils.

mod arguments;
mod command;
mod differences;
mod exclusion;
mod files;
mod looking;
mod scenery;
mod waiting;

use std::sync::OnceLock;

use super::side_by_side::{Both, Suite};
use super::stage::Tool;

const WITH_LOCK_EX: Tool = Tool {
    names: &["with-lock-ex", "with-lock"],
    variable: "WITHLOCK_TEST_WITH_LOCK_EX",
    hold: &["-w"],
};

const SUITE: Suite = Suite {
    tool: &WITH_LOCK_EX,
    cases: &[
        arguments::CASES,
        files::CASES,
        command::CASES,
        exclusion::CASES,
        waiting::CASES,
        looking::CASES,
    ],
    differences: differences::DIFFERENCES,
};

/// Seen once for all tests.
fn seen() -> Option<&'static Both> {
    static SEEN: OnceLock<Option<Both>> = OnceLock::new();
    SEEN.get_or_init(|| SUITE.observe(None)).as_ref()
}

/// A script that was written for with-lock-ex(1) sees no difference, but for the listed ones.
#[test]
fn all_else_is_as_with_chiark_utils() {
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
    SUITE.assert_complete(40);
}
