//! SECURITY.md names a test for each promise, and the test is there.

use std::fs;
use std::path::{Path, PathBuf};

/// The rows of its tables: a promise, and the tests that it names.
fn promises(text: &str) -> Vec<(&str, Vec<&str>)> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.filter_map(|row| row.split_once(" | "));
    cells
        .filter(|(promise, _)| *promise != "promise")
        .map(|(promise, tests)| (promise, tests.split('`').skip(1).step_by(2).collect()))
        .collect()
}

/// Where the tests of a module are: in a file of its name, or in a folder.
fn files_of(module: &str) -> [PathBuf; 2] {
    let module =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(module.replace("::", "/"));
    [module.with_extension("rs"), module.join("mod.rs")]
}

fn exists(test: &str) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else { return false };
    files_of(module).iter().any(|file| {
        let text = fs::read_to_string(file).unwrap_or_default();
        text.contains(&format!("#[test]\nfn {name}() {{"))
    })
}

#[test]
fn no_promise_is_made_that_no_test_keeps() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md");
    let text = fs::read_to_string(path).unwrap();
    let promises = promises(&text);
    assert!(promises.len() > 15, "{promises:?}");
    for (promise, tests) in promises {
        assert!(!tests.is_empty(), "no test is named for: {promise}");
        for test in tests {
            assert!(exists(test), "there is no {test}");
        }
    }
}
