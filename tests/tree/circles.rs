//! No file needs itself by way of others: what is below can be read, tested and changed without what is above.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::{self, Arrows};
use super::source::{Finding, Tree};

/// No circle of imports between the files of `src/`, nor between those of `platform/src/`, nor between folders there; the
/// rooms of `src/` have their floors.
pub fn circles(tree: &Tree) -> Vec<Finding> {
    let (tool, platform) = (imports::of_tool(tree), imports::of_platform(tree));
    let mut found = circles_of(&without_faces(&platform));
    if found.is_empty() {
        // A circle of files of several folders is one of these folders, too: once is enough.
        found = circles_of(&folders(&platform));
    }
    found.extend(circles_of(&tool));
    found
}

/// In the platform, the `mod.rs` of a folder is its face: it has the types, and chooses the file that fills them in on this
/// system. So each needs the other, and that the face needs its own parts does not count. All else does.
fn without_faces(arrows: &Arrows) -> Arrows {
    let mut arrows = arrows.clone();
    for (file, needed) in &mut arrows {
        if let Some(folder) = file.strip_suffix("mod.rs") {
            needed.retain(|other, _| !other.starts_with(folder));
        }
    }
    arrows
}

/// The arrows between what lies side by side in a folder: files, and folders with all that is in them.
fn folders(arrows: &Arrows) -> Arrows {
    let is_folder = |name: &str| arrows.keys().any(|file| file.starts_with(name));
    let mut between = Arrows::new();
    for (file, needed) in arrows {
        for (other, place) in needed {
            // A file beside the folder of its parts is the face of that folder.
            let [file, other] = [file, other].map(|file| {
                let folder = file.replace(".rs", "/");
                if is_folder(&folder) { folder + "mod.rs" } else { file.clone() }
            });
            let (from, to) = side_by_side(&file, &other);
            // Two files are seen file by file.
            let is_of_folders = from.ends_with('/') || to.ends_with('/');
            if from != to && is_of_folders && !is_face(&from) && !is_face(&to) {
                between.entry(from).or_default().entry(to).or_insert_with(|| place.clone());
            }
        }
    }
    between
}

/// The names of two files up to where they part, with a slash at the end if that is a folder.
fn side_by_side(one: &str, other: &str) -> (String, String) {
    let pairs = one.split('/').zip(other.split('/'));
    let shared = pairs.take_while(|(one, other)| one == other).count();
    let of = |name: &str| name.split_inclusive('/').take(shared + 1).collect();
    (of(one), of(other))
}

/// Whether a file speaks for the folder that it lies in: it is not one of its own parts.
fn is_face(file: &str) -> bool {
    ["/mod.rs", "/lib.rs", "/main.rs"].iter().any(|face| file.ends_with(face))
}

fn circles_of(arrows: &Arrows) -> Vec<Finding> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        arrows.keys().map(|file| (file, reached_from(arrows, file))).collect();
    let mut seen: BTreeSet<&String> = BTreeSet::new();
    let mut findings = Vec::new();
    for (file, below) in reached.iter().filter(|(file, below)| below.contains(*file)) {
        let is_above = |other: &&&String| reached.get(**other).is_some_and(|of| of.contains(file));
        let knot: Vec<&String> = below.iter().filter(is_above).copied().collect();
        if seen.insert(file) {
            let shortest = knot.iter().filter_map(|file| circle(arrows, file)).min_by_key(Vec::len);
            findings.extend(shortest.map(|way| describe(arrows, &way, &knot)));
        }
        seen.extend(knot);
    }
    findings
}

fn reached_from<'a>(arrows: &'a Arrows, file: &str) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&str> = vec![file];
    while let Some(next) = waiting.pop() {
        for needed in arrows.get(next).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(needed) {
                waiting.push(needed);
            }
        }
    }
    reached
}

/// The shortest way from a file to itself.
fn circle<'a>(arrows: &'a Arrows, file: &'a String) -> Option<Vec<&'a String>> {
    let mut before: BTreeMap<&String, &String> = BTreeMap::new();
    let mut waiting = VecDeque::from([file]);
    while let Some(next) = waiting.pop_front() {
        for needed in arrows.get(next).into_iter().flat_map(BTreeMap::keys) {
            if needed == file {
                let mut way = vec![next];
                while let Some(previous) = before.get(way[way.len() - 1]) {
                    way.push(previous);
                }
                way.reverse();
                return Some(way);
            }
            if needed != file && !before.contains_key(needed) {
                before.insert(needed, next);
                waiting.push_back(needed);
            }
        }
    }
    None
}

/// `a.rs -> b.rs -> a.rs`, each with the line that says so.
fn describe(arrows: &Arrows, way: &[&String], knot: &[&String]) -> Finding {
    let place = |at: usize| &arrows[way[at]][way[(at + 1) % way.len()]];
    let arrow = |at: usize| {
        let (file, line) = place(at);
        format!(" -> {} ({file}:{line})", way[(at + 1) % way.len()])
    };
    let arrows: String = (0..way.len()).map(arrow).collect();
    let mut what = format!("circle of imports: {}{arrows}: take out what both need", way[0]);
    if knot.len() > way.len() {
        what += &format!("; {} hang together: {}", knot.len(), join(knot));
    }
    Finding::new(&place(0).0, place(0).1, what)
}

fn join(files: &[&String]) -> String {
    files.iter().map(|file| file.as_str()).collect::<Vec<_>>().join(", ")
}
