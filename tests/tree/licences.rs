//! The rule on licences: all that is built into the program may be handed out under our terms.

use serde_json::Value;

use super::dependencies::line_of;
use super::source::Finding;

/// What goes with Apache-2.0, and asks for nothing that README and LICENSE do not give.
const ALLOWED: [&str; 4] = ["Apache-2.0", "MIT", "Unicode-3.0", "Unlicense"];

/// The packages among these facts, for whatever system and purpose, that can't be used under such licences alone.
pub fn licences(lock: &str, facts: &Result<String, String>) -> Vec<Finding> {
    let facts = facts.as_ref().map_err(Clone::clone);
    let facts: Value =
        match facts.and_then(|facts| serde_json::from_str(facts).map_err(|e| e.to_string())) {
            Ok(facts) => facts,
            Err(error) => return vec![Finding::new("Cargo.lock", 1, format!("no facts: {error}"))],
        };
    let packages = facts["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages.iter().filter_map(|package| refused(package, lock)).collect()
}

fn refused(package: &Value, lock: &str) -> Option<Finding> {
    let (name, version) = (package["name"].as_str()?, package["version"].as_str()?);
    let licence = package["license"].as_str().unwrap_or("no licence that cargo knows");
    let what = format!("{name} {version}: {licence}; only {} are allowed", ALLOWED.join(", "));
    let line = line_of(name, version, lock);
    (!is_allowed(licence)).then(|| Finding::new("Cargo.lock", line, what))
}

/// Whether one may choose allowed licences only. The slash is what `OR` was once written as.
fn is_allowed(licence: &str) -> bool {
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    either(&mut words) == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// What an expression comes to, or none if it can't be read, such as one that has an exception (`WITH`).
fn either(words: &mut Words<'_>) -> Option<bool> {
    let mut is_allowed = all(words)?;
    while words.next_if_eq(&"OR").is_some() {
        is_allowed |= all(words)?;
    }
    Some(is_allowed)
}

fn all(words: &mut Words<'_>) -> Option<bool> {
    let mut is_allowed = one(words)?;
    while words.next_if_eq(&"AND").is_some() {
        is_allowed &= one(words)?;
    }
    Some(is_allowed)
}

fn one(words: &mut Words<'_>) -> Option<bool> {
    if words.next_if_eq(&"(").is_some() {
        let is_allowed = either(words)?;
        return words.next_if_eq(&")").map(|_| is_allowed);
    }
    words.next().map(|word| ALLOWED.contains(&word))
}

#[test]
fn a_licence_that_asks_for_more_is_seen() {
    for licence in [
        "MIT",
        "MIT OR Apache-2.0",
        "MIT/Apache-2.0",
        "Unlicense OR GPL-3.0-only",
        "(MIT OR GPL-2.0-only) AND Unicode-3.0",
        "GPL-3.0-only OR (Apache-2.0 AND MIT)",
    ] {
        assert!(is_allowed(licence), "{licence}");
    }
    for licence in [
        "",
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "MIT OR",
        "(MIT OR Apache-2.0) AND Unicode-DFS-2016",
        "MIT AND (BSD-3-Clause OR ISC)",
        "(MIT",
        "MIT Apache-2.0",
        "no licence that cargo knows",
    ] {
        assert!(!is_allowed(licence), "{licence}");
    }
    let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n";
    let found = |facts: &str| -> String {
        licences(lock, &Ok(facts.to_owned())).iter().map(Finding::to_string).collect()
    };
    let of = |licence: &str| {
        format!(r#"{{"packages":[{{"name":"a","version":"1.0.0","license":{licence}}}]}}"#)
    };
    assert_eq!(found(&of(r#""MIT""#)), "");
    assert!(found(&of("null")).starts_with("Cargo.lock:4: a 1.0.0: no licence"));
    assert!(found(&of(r#""AGPL-3.0-only""#)).starts_with("Cargo.lock:4: a 1.0.0: AGPL-3.0-only;"));
    assert!(found("").starts_with("Cargo.lock:1: no facts"));
}
