//! Every rule is broken once in a made-up tree, and found; a tree that barely keeps them all passes.

use super::exceptions::without_exceptions;
use super::source::{Finding, Tree};
use super::{circles, code, dependencies, floors, text, words};

type Rule = fn(&Tree) -> Vec<Finding>;

/// The floors of the made-up trees.
const FLOORS: &[&[&str]] = &[&["main"], &["lib"], &["upper"], &["lower", "beside"]];

fn floors_of(tree: &Tree) -> Vec<Finding> {
    // A tree that is about something else has no rooms.
    if tree.files.contains_key("src/upper.rs") { floors::floors(tree, FLOORS) } else { Vec::new() }
}

const RULES: [Rule; 14] = [
    code::unsafe_code,
    code::target_os,
    code::cfg,
    code::unfinished,
    code::ignored,
    code::path,
    code::allow,
    text::length,
    text::machine,
    text::changelog,
    text::top,
    words::words,
    circles::circles,
    floors_of,
];

/// What all rules find in a tree of these files, and of a CHANGELOG.md.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let mut tree = Tree::of(files.iter().copied().chain([("CHANGELOG.md", "")]));
    tree.telling = vec!["/data/alice/".to_owned()];
    let mut found: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    found.sort();
    found.iter().map(Finding::to_string).collect()
}

/// Exactly one thing is found in the tree, and it begins so.
fn assert_found(files: &[(&str, &str)], beginning: &str) {
    let found = found(files);
    assert!(found.len() == 1 && found[0].starts_with(beginning), "{beginning}: {found:#?}");
}

#[test]
fn a_tree_that_barely_keeps_the_rules_passes() {
    let table = format!("const A: &[u8] = &[\n{}];\n{}", "1,\n".repeat(200), "//\n".repeat(198));
    let tree = [
        (
            "src/lib.rs",
            "#![forbid(unsafe_code)]\n//! unsafe { } and target_os = \"linux\" and todo!()\n\
             const HINT: &str = \"unsafe fn\"; /* unsafe { } */ const C: char = '\"';\n\
             mod upper; mod lower;\npub use upper::f;\n#[cfg(test)]\nmod tests { use crate::upper::g; }",
        ),
        ("src/main.rs", "use withlock::f;\n"),
        ("src/upper.rs", "use crate::lower;\npub fn f() { lower::g() }"),
        ("src/lower.rs", "pub fn g() {}\n#[cfg(test)] use crate::f;"),
        ("src/beside.rs", &"//\n".repeat(300)),
        ("tests/table.rs", &table),
        ("tests/a.rs", "#![allow(dead_code)]\n// #[path = \"x\"] and #[ignore]\n"),
        ("tests/support/mod.rs", "fn pid() -> i32 { unsafe { getpid() } }"),
        ("platform/src/lib.rs", "mod lock;"),
        (
            "platform/src/lock/mod.rs",
            "#[cfg(unix)]\nmod flock;\ncfg_if::cfg_if! {}\npub struct S; fn f() { flock::f(S) }",
        ),
        (
            "platform/src/lock/flock.rs",
            "use super::S;\nunsafe fn f(_: S) {}\n#[cfg(test)]\nmod tests {}",
        ),
        (
            "README.md",
            "Shall it? Not if /home/alice/backup.sh and ~/.cargo and /mnt/data/alice/x stand here.\n",
        ),
    ];
    assert_eq!(found(&tree), Vec::<String>::new());
}

#[test]
fn a_line_that_breaks_a_rule_is_named() {
    let home = format!("\nPATH=/{}/alice/.cargo/bin\n", "home");
    let root = format!("/{}/.profile", "root");
    let registry = format!("see https://{}.io/\n", "crates");
    let lines = [
        ("src/a.rs", "\nfn pid() -> i32 { unsafe { getpid() } }", "src/a.rs:2: unsafe"),
        ("tests/a.rs", "#[unsafe(no_mangle)]", "tests/a.rs:1: unsafe"),
        ("src/a.rs", "#[cfg(any(\n  target_os = \"linux\"))]", "src/a.rs:2: target_os"),
        ("platform/src/lock/a.rs", "#[cfg(not(unix))]", "platform/src/lock/a.rs:1: cfg"),
        ("platform/src/lock/a.rs", "fn f() { if cfg!(unix) {} }", "platform/src/lock/a.rs:1: cfg"),
        ("platform/src/lock/a.rs", "cfg_if::cfg_if! {}", "platform/src/lock/a.rs:1: cfg"),
        ("platform/src/lock/a.rs", "#![cfg_attr(unix, x)]", "platform/src/lock/a.rs:1: cfg"),
        ("src/a.rs", "fn f() { todo!() }", "src/a.rs:1: unfinished"),
        ("src/a.rs", "fn f() { unimplemented!(\"later\") }", "src/a.rs:1: unfinished"),
        ("tests/a.rs", "#[test]\n#[ignore]\nfn f() {}", "tests/a.rs:2: ignored"),
        ("tests/a.rs", "#[ignore = \"slow\"]", "tests/a.rs:1: ignored"),
        ("tests/a.rs", "#[cfg_attr(unix, ignore)]", "tests/a.rs:1: ignored"),
        ("platform/src/mod.rs", "#[path = \"b.rs\"]\nmod a;", "platform/src/mod.rs:1: #[path]"),
        ("tests/support/a.rs", "#![allow(dead_code)]", "tests/support/a.rs:1: #![allow]"),
        ("tests/a.rs", "#![allow(x)]\n#![expect(y)]", "tests/a.rs:2: #![allow]"),
        ("ci/build", &home, "ci/build:2: path of a developer"),
        ("ci/build", &root, "ci/build:1: path of a developer"),
        ("ci/cd", "cd /data/alice/tree", "ci/cd:1: path of a developer"),
        ("fuzz/Cargo.toml", "", "fuzz:1: at the top"),
        ("README.md", &registry, "README.md:1: host name"),
        ("README.md", "It shall not wait.", "README.md:1: \"shall not\""),
        ("src/a.rs", "//! One that shall\n//! not wait.", "src/a.rs:1: \"shall not\""),
        ("src/a.rs", "\n/// Answers whether it is.", "src/a.rs:2: \"answers whether\""),
    ];
    for (file, text, beginning) in lines {
        assert_found(&[(file, text)], beginning);
    }
}

#[test]
fn a_long_file_is_named_unless_it_is_a_table() {
    assert_found(&[("src/a.rs", &"//\n".repeat(301))], "src/a.rs:301: 301 lines");
    let half = format!("const A: &[u8] = &[\n{}];\n{}", "1,\n".repeat(148), "//\n".repeat(151));
    assert_found(&[("src/a.rs", &half)], "src/a.rs:301: 301 lines");
    let body = format!("const fn f() {{\n{}}}", "g();\n".repeat(300));
    assert_found(&[("src/a.rs", &body)], "src/a.rs:301: 302 lines");
}

#[test]
fn a_missing_changelog_is_named() {
    let found = text::changelog(&Tree::of([]));
    assert!(
        found.len() == 1 && found[0].to_string().starts_with("CHANGELOG.md:1: missing"),
        "{found:?}"
    );
}

/// A crate with a library of these modules.
fn circle_of(declared: &str, files: &[(&str, &str)], beginning: &str) {
    let files = [&[("src/lib.rs", declared)], files].concat();
    assert_found(&files, beginning);
}

#[test]
fn a_circle_of_imports_is_named_with_its_arrows() {
    let two = "src/a.rs:1: circle of imports: src/a.rs -> src/b.rs (src/a.rs:1) -> src/a.rs (src/b.rs:2): ";
    let b = "\nuse super::a::A; pub struct B;";
    let both = "mod a; mod b;";
    circle_of(both, &[("src/a.rs", "use crate::b::B; struct A;"), ("src/b.rs", b)], two);
    // Braces, an alias, a glob, a path in the code, and a module that is only named before.
    for a in [
        "use crate::{x, b::{self as c, B as D}}; struct A;",
        "use crate::b::*; struct A;",
        "fn f() { crate::b::B; } struct A;",
        "use crate::b; struct A(b::B);",
        "fn f() { crate::b::made_by_a_macro(); } struct A;",
        "mod inner { use super::super::b::B; } struct A;",
    ] {
        circle_of(both, &[("src/a.rs", a), ("src/b.rs", b)], two);
    }
    // By way of what the library re-exports.
    let re_exported = "mod a; mod b; pub use b::B as E;";
    circle_of(re_exported, &[("src/a.rs", "use crate::E; struct A;"), ("src/b.rs", b)], two);
    // A longer one, and a file of its own for each system.
    circle_of(
        "mod a; mod c; #[cfg(unix)] mod b { }",
        &[
            ("src/a.rs", "use crate::c::m; pub fn f() {}"),
            ("src/c/mod.rs", "mod d; pub use d::m;"),
            ("src/c/d.rs", "pub fn m() { super::super::a::f() }"),
        ],
        "src/a.rs:1: circle of imports: src/a.rs -> src/c/d.rs",
    );
}

#[test]
fn a_circle_between_folders_is_named() {
    let files = [
        ("platform/src/lib.rs", "mod one; mod two;"),
        ("platform/src/one/mod.rs", "mod a; mod b;"),
        ("platform/src/one/a.rs", "pub struct A;"),
        ("platform/src/one/b.rs", "use crate::two::C;"),
        ("platform/src/two/mod.rs", "use crate::one::a::A; pub struct C;"),
    ];
    assert_found(
        &files,
        "platform/src/one/b.rs:1: circle of imports: platform/src/one/ -> platform/src/two/",
    );
}

#[test]
fn a_circle_by_way_of_the_file_of_one_system_is_named() {
    let files = [
        ("platform/src/lib.rs", "mod one;"),
        (
            "platform/src/one/mod.rs",
            "mod a; cfg_if! { if #[cfg(x)] { #[path = \"s_x.rs\"] mod s; } else { #[path = \"s_y.rs\"] mod s; } }",
        ),
        ("platform/src/one/a.rs", "use super::s; pub fn f() { s::g() }"),
        ("platform/src/one/s_x.rs", "pub fn g() { Self::own() }"),
        ("platform/src/one/s_y.rs", "pub fn g() { super::a::f() }"),
    ];
    let found = circles::circles(&Tree::of(files));
    let found: Vec<String> = found.iter().map(Finding::to_string).collect();
    let circle = "platform/src/one/a.rs:1: circle of imports: platform/src/one/a.rs -> platform/src/one/s_y.rs ";
    assert!(found.len() == 1 && found[0].starts_with(circle), "{found:#?}");
}

#[test]
fn an_import_that_runs_upwards_or_sidewards_is_named() {
    let lib = ("src/lib.rs", "mod upper; mod lower; mod beside; pub use upper::F;");
    let rooms = |lower, beside| {
        [
            ("src/main.rs", ""),
            lib,
            ("src/upper.rs", "pub struct F;"),
            ("src/lower.rs", lower),
            ("src/beside.rs", beside),
        ]
    };
    assert_found(&rooms("\nuse crate::F;", ""), "src/lower.rs:2: lower imports upper");
    assert_found(&rooms("fn f() { crate::upper::F; }", ""), "src/lower.rs:1: lower imports upper");
    assert_found(
        &rooms("use crate::beside::G;", "pub struct G;"),
        "src/lower.rs:1: lower imports beside",
    );
    let attic = [&rooms("", "")[..], &[("src/attic/mod.rs", "")]].concat();
    assert_found(&attic, "tests/tree/floors.rs:");
    assert_found(&rooms("", "")[..4], "tests/tree/floors.rs:");
    // A file with a floor of its own, below that of its folder.
    let files = [
        ("src/lib.rs", "mod upper; mod lower;"),
        ("src/upper/mod.rs", "pub mod part; use crate::lower::L;"),
        ("src/upper/part.rs", "pub struct P;"),
        ("src/lower.rs", "use crate::upper::part::P; pub struct L;"),
    ];
    let found = |floors| floors::floors(&Tree::of(files), floors);
    assert_eq!(found(&[&["lib"], &["upper"], &["lower"], &["upper/part"]]), []);
    assert_eq!(found(&[&["lib"], &["upper"], &["lower"]]).len(), 1);
}

#[test]
fn a_dependency_that_asks_for_a_newer_rust_is_named() {
    let manifest = "[package]\nrust-version = \"1.85\"\n";
    let lock = "version = 4\n\n[[package]]\nname = \"newer\"\nversion = \"1.2.3\"\n";
    let facts = |rust: &str| {
        Ok(format!(
            r#"{{"packages":[{{"name":"newer","version":"1.2.3","rust_version":"{rust}"}}]}}"#
        ))
    };
    let found = |manifest, facts: Result<String, String>| {
        let found = dependencies::rust_version(manifest, lock, &facts);
        found.iter().map(Finding::to_string).collect::<String>()
    };
    for rust in ["1.85", "1.85.0", "1.9", "1.84.7"] {
        assert_eq!(found(manifest, facts(rust)), "");
    }
    for rust in ["1.86", "1.85.1", "1.100", "2.0"] {
        let found = found(manifest, facts(rust));
        assert!(found.starts_with("Cargo.lock:4: newer 1.2.3 asks for Rust"), "{rust}: {found}");
    }
    assert!(found("[package]\n", facts("1.0")).starts_with("Cargo.toml:1: no rust-version"));
    let failed =
        found(manifest, Err("warning: x\nerror: the lock file needs to be updated".to_owned()));
    assert!(
        failed.starts_with("Cargo.lock:1: cargo metadata --locked fails: error: the lock"),
        "{failed}"
    );
}

#[test]
fn an_exception_is_known_and_named_when_it_is_needed_no_longer() {
    let findings =
        || vec![Finding::new("src/a/b.rs", 7, "bad"), Finding::new("src/c.rs", 1, "bad")];
    let left = |exceptions: &[(&str, &str)]| -> String {
        without_exceptions("path", findings(), exceptions).iter().map(Finding::to_string).collect()
    };
    assert_eq!(left(&[("path", "src/a/"), ("path", "src/c.rs"), ("other", "src/")]), "");
    assert_eq!(left(&[("path", "src/a/")]), "src/c.rs:1: bad");
    assert_eq!(
        left(&[("path", "src/a"), ("path", "src/")]).matches("take that exception out").count(),
        1
    );
}
