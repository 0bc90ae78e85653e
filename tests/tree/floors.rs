//! No import runs upwards between the rooms of `src/`.

use std::collections::BTreeSet;

use super::imports;
use super::source::{Finding, Tree};

/// Where the table stands.
const LINE: usize = line!() as usize;

/// The rooms of `src/`, its folders and files, from the top floor to the ground. What a room needs lies on floors below its
/// own; rooms on one floor do not know each other.
pub const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["report"],
    &["job"],
    &["lib"],
    &["acquire", "supervision", "system"],
    &["held", "sight", "relay"],
    &["content"],
    &["lockfile", "walk", "answer"],
    &["kernel"],
    &["settings", "nested"],
    &["event"],
    &["error", "holder"],
    &["record", "trust", "exit"],
    &["form", "mistake"],
];

fn room_of(file: &str) -> Option<&str> {
    let room = file.strip_prefix("src/")?;
    Some(room.split('/').next()?.trim_end_matches(".rs"))
}

/// Every import goes down, every room has its floor, and every floor its rooms.
pub fn floors(tree: &Tree, floors: &[&[&str]]) -> Vec<Finding> {
    let floor_of = |room: &str| floors.iter().position(|rooms| rooms.contains(&room));
    let mut findings = Vec::new();
    for (file, needed) in imports::of_tool(tree) {
        let Some(from) = room_of(&file) else { continue };
        let Some(floor) = floor_of(from) else { continue };
        for (other, (_, line)) in needed {
            let Some(to) = room_of(&other).filter(|to| *to != from) else { continue };
            if floor_of(to).is_some_and(|below| below <= floor) {
                let what = format!(
                    "{from} imports {to} ({other}), which is no floor below it: see tests/tree/floors.rs"
                );
                findings.push(Finding::new(&file, line, what));
            }
        }
    }
    let rooms: BTreeSet<&str> = tree.rust().filter_map(|source| room_of(&source.name)).collect();
    for room in rooms.iter().filter(|room| floor_of(room).is_none()) {
        let what = format!("no floor is given for src/{room}: give it one in this table");
        findings.push(Finding::new("tests/tree/floors.rs", LINE, what));
    }
    for room in floors.iter().copied().flatten().filter(|room| !rooms.contains(*room)) {
        let what = format!("there is no src/{room} any more: take it out of this table");
        findings.push(Finding::new("tests/tree/floors.rs", LINE, what));
    }
    findings
}
