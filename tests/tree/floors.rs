//! No import runs upwards between the rooms of `src/`.

use std::collections::BTreeSet;

use super::imports;
use super::source::{Finding, Tree};

/// Where the table stands.
const LINE: usize = line!() as usize;

/// The rooms of `src/`, its folders and files, from the top floor to the ground. What a room needs lies on floors below its
/// own; rooms on one floor do not know each other. A file of a folder, `FOLDER/FILE`, may have a floor of its own.
pub const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["lib"],
    &["path"],
    &["job", "local"],
    &["lock", "place"],
    &["event", "name"],
    &["error"],
    &["trust", "holder"],
    &["random", "file_lock"],
];

/// The room that a file belongs to: its own, or that of its folder.
fn room_of<'a>(file: &'a str, floors: &[&[&str]]) -> Option<&'a str> {
    let path = file.strip_prefix("src/")?.trim_end_matches(".rs");
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let rooms: Vec<&str> = ends.map(|end| &path[..end]).collect();
    let has_floor = |room: &&&str| floors.iter().any(|rooms| rooms.contains(*room));
    rooms.iter().rev().find(has_floor).or(rooms.first()).copied()
}

/// Every import goes down, every room has its floor, and every floor its rooms.
pub fn floors(tree: &Tree, floors: &[&[&str]]) -> Vec<Finding> {
    let mut findings = upwards(tree, floors);
    let rooms: BTreeSet<&str> =
        tree.rust().filter_map(|source| room_of(&source.name, floors)).collect();
    let known: BTreeSet<&str> = floors.iter().copied().flatten().copied().collect();
    let mut complain =
        |what: String| findings.push(Finding::new("tests/tree/floors.rs", LINE, what));
    for room in rooms.difference(&known) {
        complain(format!("no floor is given for src/{room}: give it one in this table"));
    }
    for room in known.difference(&rooms) {
        complain(format!("there is no src/{room} any more: take it out of this table"));
    }
    findings
}

fn upwards(tree: &Tree, floors: &[&[&str]]) -> Vec<Finding> {
    let floor_of = |room: &str| floors.iter().position(|rooms| rooms.contains(&room));
    let arrows = imports::of_tool(tree);
    let each = arrows.iter().flat_map(|(file, needed)| needed.iter().map(move |to| (file, to)));
    let found = each.filter_map(|(file, (other, (_, line)))| {
        let (from, to) = (room_of(file, floors)?, room_of(other, floors)?);
        let is_upwards = from != to && floor_of(to)? <= floor_of(from)?;
        let what = format!(
            "{from} imports {to} ({other}), which is no floor below it: see tests/tree/floors.rs"
        );
        is_upwards.then(|| Finding::new(file, *line, what))
    });
    found.collect()
}
