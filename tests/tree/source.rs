//! The files of the tree, and what is found in them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use super::lexer::{self, Token};

/// A place that breaks a rule: what is wrong there, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Finding {
    pub fn new(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// A file: its text, and its tokens if it is Rust.
#[derive(Debug)]
pub struct Source {
    pub name: String,
    pub text: String,
    pub tokens: Vec<Token>,
}

impl Source {
    pub fn is_rust(&self) -> bool {
        self.name.ends_with(".rs")
    }

    /// Whether it lies in one of these folders.
    pub fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.name.starts_with(folder))
    }

    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(before, line)| (before + 1, line))
    }
}

/// All files of a tree, by their names from its top.
#[derive(Debug)]
pub struct Tree {
    pub files: BTreeMap<String, Source>,
    /// Beginnings of paths that give away whose machine they come from.
    pub telling: Vec<String>,
}

impl Tree {
    /// A tree that is nowhere but here.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let source = |(name, text): (&str, &str)| {
            let tokens = if name.ends_with(".rs") { lexer::tokens(text) } else { Vec::new() };
            let source = Source { name: name.to_owned(), text: text.to_owned(), tokens };
            (name.to_owned(), source)
        };
        Self { files: files.into_iter().map(source).collect(), telling: Vec::new() }
    }

    /// The tree at `top`, as far as `ci/files` lists it.
    pub fn read(top: &Path) -> Self {
        let listed = Command::new("sh").arg(top.join("ci/files")).arg(top).output().unwrap();
        assert!(listed.status.success(), "ci/files: {}", String::from_utf8_lossy(&listed.stderr));
        let texts: Vec<(String, String)> = String::from_utf8_lossy(&listed.stdout)
            .lines()
            .filter_map(|name| Some((name.to_owned(), std::fs::read(top.join(name)).ok()?)))
            .map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned()))
            .collect();
        let mut tree = Self::of(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        tree.telling = telling(top, std::env::var("HOME").ok().as_deref());
        tree
    }

    pub fn rust(&self) -> impl Iterator<Item = &Source> {
        self.files.values().filter(|source| source.is_rust())
    }
}

/// Where every system has trees of source: the folder above the tree gives nothing away there.
const COMMON: [&str; 13] = [
    "/",
    "/tmp",
    "/var/tmp",
    "/home",
    "/Users",
    "/root",
    "/mnt",
    "/opt",
    "/srv",
    "/usr/src",
    "/usr/local",
    "/usr/local/src",
    "/var",
];

/// Where this tree lies, and the user's dot files.
fn telling(top: &Path, home: Option<&str>) -> Vec<String> {
    let (top, parent) =
        (top.display().to_string(), top.parent().map(|up| up.display().to_string()));
    let mut telling = match parent {
        Some(parent) if !COMMON.contains(&parent.as_str()) => vec![format!("{parent}/")],
        Some(parent) if parent != "/" => vec![format!("{top}/")],
        _ => Vec::new(),
    };
    if let Some(home) = home.filter(|home| !["", "/", "/tmp", "/nonexistent"].contains(home)) {
        telling.push(format!("{home}/."));
    }
    telling
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::telling;

    #[test]
    fn the_folder_of_the_tree_tells_whose_it_is() {
        let of = |top: &str, home| telling(Path::new(top), home);
        assert_eq!(of("/data/alice/tree", Some("/home/alice")), ["/data/alice/", "/home/alice/."]);
        assert_eq!(of("/tmp/tree", Some("/")), ["/tmp/tree/"]);
        assert_eq!(of("/tree", None), Vec::<String>::new());
    }
}
