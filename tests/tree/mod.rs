//! The rules of the source tree that no compiler checks. A place that breaks one is named as `FILE:LINE: what is wrong and
//! what to do`.

mod broken;
mod circles;
mod code;
mod dependencies;
mod exceptions;
mod floors;
mod imports;
mod lexer;
mod licences;
mod modules;
mod source;
mod surface;
mod text;
mod words;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use exceptions::{EXCEPTIONS, without_exceptions};
use source::{Finding, Tree};

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn this_tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| Tree::read(top()))
}

fn assert_kept(rule: &str, check: impl Fn(&Tree) -> Vec<Finding>) {
    let mut found = without_exceptions(rule, check(this_tree()), EXCEPTIONS);
    found.sort();
    let found: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}

#[test]
fn unsafe_code_stands_where_a_reviewer_looks_for_it() {
    assert_kept("unsafe", code::unsafe_code);
}

#[test]
fn the_tool_reads_as_if_there_were_one_unix() {
    assert_kept("target_os", code::target_os);
}

#[test]
fn which_file_a_system_gets_is_seen_in_its_folder() {
    assert_kept("cfg", code::cfg);
}

#[test]
fn all_code_is_finished() {
    assert_kept("unfinished", code::unfinished);
}

#[test]
fn every_test_runs() {
    assert_kept("ignored", code::ignored);
}

#[test]
fn every_module_lies_where_its_name_says() {
    assert_kept("path", code::path);
}

#[test]
fn which_lints_do_not_count_is_said_once_a_test_program() {
    assert_kept("allow", code::allow);
}

#[test]
fn every_file_is_read_at_a_sitting() {
    assert_kept("length", text::length);
}

#[test]
fn nothing_tells_on_whose_machine_it_was_written() {
    assert_kept("machine", text::machine);
}

#[test]
fn whoever_updates_finds_what_has_changed() {
    assert_kept("changelog", text::changelog);
}

#[test]
fn the_top_of_the_tree_is_seen_at_a_glance() {
    assert_kept("top", text::top);
}

#[test]
fn the_words_are_plain() {
    assert_kept("words", words::words);
}

#[test]
fn no_file_needs_itself_by_way_of_others() {
    assert_kept("circle", circles::circles);
}

#[test]
fn no_import_runs_upwards() {
    assert_kept("floor", |tree| floors::floors(tree, floors::FLOORS));
}

#[test]
fn every_dependency_builds_with_the_rust_that_we_promise() {
    assert_kept("rust-version", |tree| {
        let text = |name: &str| tree.files.get(name).map_or("", |source| &source.text);
        let facts = dependencies::metadata(top());
        dependencies::rust_version(text("Cargo.toml"), text("Cargo.lock"), &facts)
    });
}

#[test]
fn whoever_hands_the_program_out_may_hand_out_what_is_in_it() {
    assert_kept("licence", |tree| {
        let lock = tree.files.get("Cargo.lock").map_or("", |source| &source.text);
        licences::licences(lock, &dependencies::metadata(top()))
    });
}

#[test]
fn a_change_of_what_the_library_offers_is_seen() {
    let found = surface::surface(this_tree()).join("\n") + "\n";
    let list = top().join("tests/tree/surface.txt");
    if std::env::var_os("WITHLOCK_TEST_UPDATE").is_some() {
        std::fs::write(&list, &found).unwrap();
    }
    let known = std::fs::read_to_string(&list).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (known, found) = (lines(&known), lines(&found));
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "new: {new:#?}\ngone: {gone:#?}\nIf that is meant, say so in CHANGELOG.md, and set WITHLOCK_TEST_UPDATE=1"
    );
}
