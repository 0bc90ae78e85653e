//! Which file needs which: the arrows that `use` and paths in the code draw, followed through re-exports to the file that
//! defines what they name.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::{Crate, Mention, Module, Names};
use super::source::Tree;

/// From a file to those that it needs, with the place of the first mention.
pub type Arrows = BTreeMap<String, BTreeMap<String, Place>>;

/// A file and a line.
pub type Place = (String, usize);

/// What the library of the tool is called by its program.
const LIBRARY: &str = "withlock";

/// The arrows between the files of `src/`, those of the program among them.
pub fn of_tool(tree: &Tree) -> Arrows {
    let library = Crate::read(tree, "src/lib.rs");
    let program = Crate::read(tree, "src/main.rs");
    let mut arrows = arrows(&library, None);
    for (file, needed) in self::arrows(&program, Some(&library)) {
        arrows.entry(file).or_default().extend(needed);
    }
    arrows
}

/// The arrows between the files of `platform/src/`.
pub fn of_platform(tree: &Tree) -> Arrows {
    arrows(&Crate::read(tree, "platform/src/lib.rs"), None)
}

fn arrows(crate_: &Crate, library: Option<&Crate>) -> Arrows {
    let mut arrows = Arrows::new();
    for (names, module) in &crate_.modules {
        for mention in module.mentions.iter().chain(&module.globs) {
            if is_facade(module, mention) {
                continue;
            }
            let needed = match library.filter(|_| mention.path[0] == LIBRARY) {
                Some(library) => {
                    Resolver { crate_: library }.defining(&Names::new(), &mention.path[1..])
                }
                None => Resolver { crate_ }.needed(names, mention),
            };
            // A file of several for one module mentions its own, not the other system's.
            if needed.contains(&mention.file) {
                continue;
            }
            let from = arrows.entry(mention.file.clone()).or_default();
            for file in needed {
                let place = (mention.file.clone(), mention.line);
                let first = from.entry(file).or_insert_with(|| place.clone());
                *first = place.min(first.clone());
            }
        }
    }
    arrows
}

/// Whether a module only hands on what a part of it has: that is no need of its own, unless its code mentions it.
fn is_facade(module: &Module, mention: &Mention) -> bool {
    let is_part = |name: &String| module.children.contains(name);
    let first = mention.path.iter().find(|name| *name != "self");
    let is_used = mention
        .alias
        .as_ref()
        .is_some_and(|alias| module.words.contains(&(mention.file.clone(), alias.clone())));
    mention.is_re_export && first.is_some_and(is_part) && !is_used
}

struct Resolver<'a> {
    crate_: &'a Crate,
}

/// Re-exports of re-exports are followed so far.
const FARTHEST: usize = 12;

impl Resolver<'_> {
    /// The files that a mention needs. A module as such is only a name: what is mentioned of it counts.
    fn needed(&self, at: &Names, mention: &Mention) -> BTreeSet<String> {
        if mention.alias.is_some() && self.names_module(at, &mention.path) {
            return BTreeSet::new();
        }
        self.find(at, &mention.path, 0)
            .or_else(|| self.hidden(at, &mention.path))
            .unwrap_or_default()
    }

    /// The files of the module of which a path names something that only a macro defines.
    fn hidden(&self, at: &Names, path: &[String]) -> Option<BTreeSet<String>> {
        let (mut names, rest) = self.start(at, path);
        if rest.len() == path.len() {
            return None;
        }
        for name in rest {
            let inner: Names = names.iter().cloned().chain([name.clone()]).collect();
            if !self.crate_.modules.contains_key(&inner) {
                break;
            }
            names = inner;
        }
        Some(self.crate_.modules.get(&names)?.files.clone())
    }

    /// The files that define what a path from the crate's root names.
    fn defining(&self, at: &Names, path: &[String]) -> BTreeSet<String> {
        if path.is_empty() || self.names_module(at, path) {
            return BTreeSet::new();
        }
        self.find(at, path, 0).unwrap_or_default()
    }

    fn names_module(&self, at: &Names, path: &[String]) -> bool {
        let (start, rest) = self.start(at, path);
        let names: Names = start.into_iter().chain(rest.iter().cloned()).collect();
        self.crate_.modules.contains_key(&names)
            && !self.crate_.modules[&names[..names.len().saturating_sub(1)]]
                .items
                .contains_key(names.last().map_or("", String::as_str))
    }

    /// The module from which a path goes on, and how.
    fn start<'p>(&self, at: &Names, path: &'p [String]) -> (Names, &'p [String]) {
        let (mut module, mut rest) = (at.clone(), path);
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => drop(module.pop()),
                _ => break,
            }
            rest = others;
        }
        (module, rest)
    }

    /// The files that define what a path names; none if it leads out of the crate.
    fn find(&self, at: &Names, path: &[String], depth: usize) -> Option<BTreeSet<String>> {
        let (start, rest) = self.start(at, path);
        let module = self.crate_.modules.get(&start)?;
        let Some((name, others)) = rest.split_first() else { return Some(module.files.clone()) };
        if depth > FARTHEST {
            return None;
        }
        if module.children.contains(name)
            && (!others.is_empty() || !module.items.contains_key(name))
        {
            let inner: Names = start.iter().cloned().chain([name.clone()]).collect();
            return self.find(&inner, &[&["self".to_owned()][..], others].concat(), depth + 1);
        }
        let own = module.items.get(name).filter(|_| others.is_empty()).cloned();
        own.or_else(|| self.aliased(&start, module, rest, depth))
            .or_else(|| module.items.get(name).cloned())
            .or_else(|| self.globbed(&start, module, rest, depth))
    }

    /// What a `use` of the module has made known under the first name.
    fn aliased(
        &self,
        at: &Names,
        module: &Module,
        path: &[String],
        depth: usize,
    ) -> Option<BTreeSet<String>> {
        let aliases =
            module.mentions.iter().filter(|mention| mention.alias.as_ref() == Some(&path[0]));
        let paths = aliases
            .filter(|mention| mention.path.first() != Some(&path[0]) || mention.path.len() > 1);
        let found: Vec<_> = paths
            .filter_map(|mention| {
                self.find(at, &[&mention.path[..], &path[1..]].concat(), depth + 1)
            })
            .collect();
        (!found.is_empty()).then(|| found.into_iter().flatten().collect())
    }

    fn globbed(
        &self,
        at: &Names,
        module: &Module,
        path: &[String],
        depth: usize,
    ) -> Option<BTreeSet<String>> {
        module
            .globs
            .iter()
            .find_map(|glob| self.find(at, &[&glob.path[..], path].concat(), depth + 1))
    }
}
