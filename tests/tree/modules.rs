//! The modules of a crate as its files declare them, and what each of them mentions by a path.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::{self, Kind, Token, closing, continues};
use super::source::Tree;

/// The names from the crate's root down to a module.
pub type Names = Vec<String>;

/// A path in the code of a module.
#[derive(Debug, Clone)]
pub struct Mention {
    pub file: String,
    pub line: usize,
    pub path: Names,
    /// In a `use`: the name that it has from there on.
    pub alias: Option<String>,
    /// In a `pub use`.
    pub is_re_export: bool,
}

/// A module. It may have several files, one a system.
#[derive(Debug, Default)]
pub struct Module {
    pub files: BTreeSet<String>,
    pub children: BTreeSet<String>,
    /// What is defined in it, and in which of its files.
    pub items: BTreeMap<String, BTreeSet<String>>,
    pub mentions: Vec<Mention>,
    /// `use PATH::*`.
    pub globs: Vec<Mention>,
    /// The words of its code that are no part of a `use`, by file.
    pub words: BTreeSet<(String, String)>,
}

/// A crate, by the names of its modules; its root has none.
#[derive(Debug, Default)]
pub struct Crate {
    pub modules: BTreeMap<Names, Module>,
}

impl Crate {
    /// Reads the crate from the file of its root, without what is compiled for tests only.
    pub fn read(tree: &Tree, root: &str) -> Self {
        let mut crate_ = Self::default();
        let mut waiting = vec![(Names::new(), root.to_owned(), true)];
        while let Some((names, file, owns_folder)) = waiting.pop() {
            let Some(source) = tree.files.get(&file) else { continue };
            let tokens = lexer::outside_tests(&source.tokens);
            let folder = folder_of(&file, owns_folder);
            let mut reader =
                Reader { crate_: &mut crate_, file: &file, tokens: &tokens, waiting: Vec::new() };
            reader.read(&names, &folder, 0, tokens.len());
            waiting.append(&mut reader.waiting);
        }
        crate_
    }
}

/// Where the modules lie that a file declares.
fn folder_of(file: &str, owns_folder: bool) -> String {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let is_owner = owns_folder || name == "mod.rs";
    if is_owner { folder.to_owned() } else { file.trim_end_matches(".rs").to_owned() }
}

const ITEMS: [&str; 9] =
    ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro_rules"];

struct Reader<'a> {
    crate_: &'a mut Crate,
    file: &'a str,
    tokens: &'a [Token],
    /// Modules in files of their own: names, file, and whether the file's folder holds its modules.
    waiting: Vec<(Names, String, bool)>,
}

impl Reader<'_> {
    fn module(&mut self, names: &Names) -> &mut Module {
        let module = self.crate_.modules.entry(names.clone()).or_default();
        module.files.insert(self.file.to_owned());
        module
    }

    /// Reads what stands between two tokens into a module.
    fn read(&mut self, names: &Names, folder: &str, start: usize, end: usize) {
        self.module(names);
        let (mut at, mut blocks, mut path) = (start, Vec::new(), None);
        while at < end {
            let token = &self.tokens[at];
            if continues(self.tokens, at, &["#", "[", "path", "="]) {
                path = self.tokens.get(at + 4).map(|quoted| quoted.text.clone());
                at = closing(self.tokens, at + 1) + 1;
            } else if token.is("mod") && at + 2 < end && self.tokens[at + 1].kind == Kind::Word {
                at = self.declaration(names, folder, at, path.take());
            } else if token.is("use") && !continues(self.tokens, at + 1, &["<"]) {
                at = self.use_(names, at);
            } else {
                if token.is("{") {
                    blocks.push(is_choice(self.tokens, at, &blocks));
                } else if token.is("}") {
                    blocks.pop();
                } else if blocks.iter().all(|is_choice| *is_choice) {
                    self.item(names, at);
                }
                at = self.mention(names, at);
            }
        }
    }

    /// `mod NAME;` or `mod NAME { ... }`. Returns what follows.
    fn declaration(
        &mut self,
        names: &Names,
        folder: &str,
        at: usize,
        path: Option<String>,
    ) -> usize {
        let name = self.tokens[at + 1].text.clone();
        self.module(names).children.insert(name.clone());
        let inner: Names = names.iter().cloned().chain([name.clone()]).collect();
        if self.tokens[at + 2].is("{") {
            let end = closing(self.tokens, at + 2);
            self.read(&inner, &format!("{folder}/{name}"), at + 3, end);
            return end + 1;
        }
        if let Some(path) = path {
            let beside = self.file.rsplit_once('/').map_or("", |(beside, _)| beside);
            self.waiting.push((inner, format!("{beside}/{path}"), true));
        } else {
            self.waiting.push((inner.clone(), format!("{folder}/{name}.rs"), false));
            self.waiting.push((inner, format!("{folder}/{name}/mod.rs"), true));
        }
        at + 3
    }

    /// Takes down the item that a keyword there defines.
    fn item(&mut self, names: &Names, at: usize) {
        if !ITEMS.iter().any(|keyword| self.tokens[at].is(keyword)) {
            return;
        }
        let named = at + 1 + usize::from(continues(self.tokens, at + 1, &["!"]));
        if let Some(name) = self.tokens.get(named).filter(|name| name.kind == Kind::Word) {
            let (name, file) = (name.text.clone(), self.file.to_owned());
            self.module(names).items.entry(name).or_default().insert(file);
        }
    }

    /// `use TREE;`. Returns what follows.
    fn use_(&mut self, names: &Names, at: usize) -> usize {
        let is_re_export = at > 0 && (self.tokens[at - 1].is("pub") || self.tokens[at - 1].is(")"));
        let mut leaves = Vec::new();
        let end = branches(self.tokens, at + 1, &Names::new(), &mut leaves);
        let (file, line) = (self.file.to_owned(), self.tokens[at].line);
        for (path, alias) in leaves {
            let line = self.tokens[at..end]
                .iter()
                .rev()
                .find(|token| path.last() == Some(&token.text))
                .map_or(line, |t| t.line);
            let mention = Mention { file: file.clone(), line, path, alias, is_re_export };
            let module = self.module(names);
            if mention.alias.is_some() { &mut module.mentions } else { &mut module.globs }
                .push(mention);
        }
        end + 1
    }

    /// A path that stands there, or else a word. Returns what follows.
    fn mention(&mut self, names: &Names, at: usize) -> usize {
        let token = &self.tokens[at];
        if token.kind != Kind::Word {
            return at + 1;
        }
        let (file, line) = (self.file.to_owned(), token.line);
        let is_first = at == 0 || !(self.tokens[at - 1].is("::") || self.tokens[at - 1].is("."));
        let mut path = vec![token.text.clone()];
        let mut end = at + 1;
        while continues(self.tokens, end, &["::"])
            && self.tokens.get(end + 1).is_some_and(|next| next.kind == Kind::Word)
        {
            path.push(self.tokens[end + 1].text.clone());
            end += 2;
        }
        let module = self.module(names);
        if is_first {
            module.words.insert((file.clone(), path[0].clone()));
        }
        if is_first && path.len() > 1 {
            module.mentions.push(Mention { file, line, path, alias: None, is_re_export: false });
        }
        end
    }
}

/// Whether a block only holds what is compiled here or there, so that it is the module's as if there were no block.
fn is_choice(tokens: &[Token], at: usize, blocks: &[bool]) -> bool {
    let is_macro = at > 1 && continues(tokens, at - 2, &["cfg_if", "!"]);
    let is_branch = at > 0 && (tokens[at - 1].is("]") || tokens[at - 1].is("else"));
    is_macro || (is_branch && !blocks.is_empty() && blocks.iter().all(|is_choice| *is_choice))
}

/// The leaves of a `use` tree, each with its alias, none for a glob. Returns where the tree ends.
fn branches(
    tokens: &[Token],
    mut at: usize,
    above: &Names,
    leaves: &mut Vec<(Names, Option<String>)>,
) -> usize {
    let mut path = above.clone();
    while at < tokens.len() {
        let token = &tokens[at];
        if token.is("{") {
            at += 1;
            while at < tokens.len() && !tokens[at].is("}") && !tokens[at].is(";") {
                at = branches(tokens, at, &path, leaves);
                at += usize::from(continues(tokens, at, &[","]));
            }
            return at + 1;
        }
        if token.is("*") {
            leaves.push((path, None));
            return at + 1;
        }
        if token.is("as") {
            let alias = tokens.get(at + 1).map(|name| name.text.clone());
            leaves.push((path, alias));
            return at + 2;
        }
        if [",", "}", ";"].iter().any(|sign| token.is(sign)) {
            break;
        }
        // `self` within braces is the module itself.
        if token.kind == Kind::Word && (path.is_empty() || !token.is("self")) {
            path.push(token.text.clone());
        }
        at += 1;
    }
    let alias = path.last().cloned();
    leaves.push((path, alias));
    at
}
