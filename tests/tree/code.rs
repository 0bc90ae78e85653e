//! Rules that the code of a file shows by itself.

use super::lexer::{Token, continues};
use super::source::{Finding, Source, Tree};

/// The findings at the tokens of which `is_wrong` says so.
fn at_tokens(
    source: &Source,
    what: &str,
    is_wrong: impl Fn(&[Token], usize) -> bool,
) -> Vec<Finding> {
    let wrong = (0..source.tokens.len()).filter(|at| is_wrong(&source.tokens, *at));
    wrong.map(|at| Finding::new(&source.name, source.tokens[at].line, what)).collect()
}

/// Unsafe code only where a reviewer looks for it.
pub fn unsafe_code(tree: &Tree) -> Vec<Finding> {
    let what = "unsafe outside platform/ and tests/support/: the call belongs there";
    let elsewhere = tree.rust().filter(|source| !source.is_in(&["platform/", "tests/support/"]));
    elsewhere
        .flat_map(|source| at_tokens(source, what, |tokens, at| tokens[at].is("unsafe")))
        .collect()
}

/// The tool reads as if there were one Unix.
pub fn target_os(tree: &Tree) -> Vec<Finding> {
    let what = "target_os in src/: what differs between systems belongs in platform/";
    let tool = tree.rust().filter(|source| source.is_in(&["src/"]));
    tool.flat_map(|source| at_tokens(source, what, |tokens, at| tokens[at].is("target_os")))
        .collect()
}

/// What is compiled where is decided in the mod.rs of a folder, where it is seen at a glance.
pub fn cfg(tree: &Tree) -> Vec<Finding> {
    let what = "cfg outside a mod.rs in platform/src/: choose between files there";
    let of_system = tree.rust().filter(|source| source.is_in(&["platform/src/"]));
    let files = of_system.filter(|source| !source.name.ends_with("/mod.rs"));
    let is_cfg = |tokens: &[Token], at: usize| {
        let is_for_tests = continues(tokens, at, &["cfg", "(", "test", ")"]);
        let is_cfg = ["cfg", "cfg_attr", "cfg_if"].iter().any(|name| tokens[at].is(name));
        is_cfg && !is_for_tests && !(at > 0 && tokens[at - 1].is("::"))
    };
    files.flat_map(|source| at_tokens(source, what, is_cfg)).collect()
}

/// No code that is yet to be written.
pub fn unfinished(tree: &Tree) -> Vec<Finding> {
    let is_unfinished = |tokens: &[Token], at: usize| {
        continues(tokens, at, &["todo", "!"]) || continues(tokens, at, &["unimplemented", "!"])
    };
    tree.rust()
        .flat_map(|source| at_tokens(source, "unfinished code: finish it", is_unfinished))
        .collect()
}

/// No test that never runs.
pub fn ignored(tree: &Tree) -> Vec<Finding> {
    let what = "ignored test: say what it misses and skip, or mend it";
    let is_ignored = |tokens: &[Token], at: usize| {
        continues(tokens, at, &["#", "[", "ignore"])
            || (continues(tokens, at, &["#", "[", "cfg_attr"])
                && tokens[at..].iter().take_while(|t| !t.is("]")).any(|t| t.is("ignore")))
    };
    tree.rust().flat_map(|source| at_tokens(source, what, is_ignored)).collect()
}

/// A module lies where its name says.
pub fn path(tree: &Tree) -> Vec<Finding> {
    let what = "#[path]: name the file after the module, and put it below the one that declares it";
    let places = ["src/", "tests/", "platform/"];
    let files = tree.rust().filter(|source| source.is_in(&places));
    let is_path = |tokens: &[Token], at: usize| continues(tokens, at, &["#", "[", "path", "="]);
    files.flat_map(|source| at_tokens(source, what, is_path)).collect()
}

/// Which lints do not count in a test program is said once, at its root.
pub fn allow(tree: &Tree) -> Vec<Finding> {
    let tests = tree.rust().filter(|source| source.is_in(&["tests/", "platform/tests/"]));
    let is_allow = |tokens: &[Token], at: usize| {
        ["allow", "expect"].iter().any(|name| continues(tokens, at, &["#", "!", "[", name, "("]))
    };
    let found = tests.flat_map(|source| {
        let allowed = usize::from(is_root_of_tests(&source.name));
        let what = "#![allow]: once a test program, in the file that is its root";
        at_tokens(source, what, is_allow).into_iter().skip(allowed)
    });
    found.collect()
}

/// Whether cargo makes a test program of it: `tests/NAME.rs` or `tests/NAME/main.rs`; or a fuzz target.
fn is_root_of_tests(name: &str) -> bool {
    let Some(name) = name.strip_prefix("platform/").unwrap_or(name).strip_prefix("tests/") else {
        return false;
    };
    let parts: Vec<_> = name.split('/').collect();
    matches!(parts[..], [_] | [_, "main.rs"] | ["fuzz", "targets", _])
}
