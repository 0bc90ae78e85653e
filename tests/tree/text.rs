//! Rules that a file's text shows: its length, and what gives away where it was written.

use super::lexer::{closing, continues};
use super::source::{Finding, Source, Tree};

/// What a reader takes in at a sitting.
pub const LONGEST: usize = 300;

/// No .rs file is longer, but tables: files more than half of which are arrays of constants.
pub fn length(tree: &Tree) -> Vec<Finding> {
    let too_long = tree.rust().filter_map(|source| {
        let lines = source.text.lines().count();
        let what = format!("{lines} lines, more than {LONGEST}: part it by what it is about");
        let is_found = lines > LONGEST && 2 * lines_of_tables(source) <= lines;
        is_found.then(|| Finding::new(&source.name, LONGEST + 1, what))
    });
    too_long.collect()
}

/// How many lines are of `const NAME: TYPE = [...];`, or `static`, or of a reference to such an array.
fn lines_of_tables(source: &Source) -> usize {
    let tokens = &source.tokens;
    let mut lines = 0;
    let mut at = 0;
    while at < tokens.len() {
        let is_item = tokens[at].is("const") || tokens[at].is("static");
        let Some(array) = is_item.then(|| array_of_item(source, at)).flatten() else {
            at += 1;
            continue;
        };
        let end = closing(tokens, array).min(tokens.len() - 1);
        lines += tokens[end].line - tokens[at].line + 1;
        at = end;
    }
    lines
}

/// Where the array begins that the constant there is.
fn array_of_item(source: &Source, item: usize) -> Option<usize> {
    let tokens = &source.tokens;
    if !continues(tokens, item + 2, &[":"]) {
        return None;
    }
    let equals = (item..tokens.len()).find(|at| tokens[*at].is("=") || tokens[*at].is("{"))?;
    let value = equals + 1 + usize::from(continues(tokens, equals + 1, &["&"]));
    (tokens[equals].is("=") && continues(tokens, value, &["["])).then_some(value)
}

/// No path of a developer's machine, and no host name of a package registry: Cargo.lock alone has to have them.
pub fn machine(tree: &Tree) -> Vec<Finding> {
    let published = tree.files.values().filter(|source| !source.name.ends_with("Cargo.lock"));
    published.flat_map(|source| machine_of(source, &tree.telling)).collect()
}

fn machine_of(source: &Source, telling: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.lines() {
        let folder = telling.iter().find(|folder| stands_alone(line, folder));
        if has_dot_file(line) || folder.is_some() {
            let which = folder.map(|folder| format!(" ({folder})")).unwrap_or_default();
            let what =
                format!("path of a developer's machine{which}: name no place, or a made-up one");
            findings.push(Finding::new(&source.name, number, what));
        }
        if REGISTRIES.iter().any(|host| stands_alone(line, host)) {
            let what = "host name of a package registry: cargo knows where it gets its packages";
            findings.push(Finding::new(&source.name, number, what));
        }
    }
    findings
}

const REGISTRIES: [&str; 6] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("proxy.golang", ".org"),
];

/// Whether the text stands there, and not as the end of a longer path or name.
fn stands_alone(line: &str, text: &str) -> bool {
    let of_longer = if text.starts_with('/') { "_}$-./" } else { "_}$-" };
    let is_longer = |c: char| c.is_ascii_alphanumeric() || of_longer.contains(c);
    line.match_indices(text).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !is_longer(c))
    })
}

/// Whether the path of a file in the home directory of anybody stands there whose name begins with a dot.
fn has_dot_file(line: &str) -> bool {
    let is_dot_file = |rest: &str| {
        let mut rest = rest.chars();
        rest.next() == Some('.') && rest.next().is_some_and(|c| c.is_ascii_alphabetic())
    };
    let of_root =
        line.match_indices("/root/").any(|(at, home)| is_dot_file(&line[at + home.len()..]));
    let of_user = ["/home/", "/Users/"].iter().any(|homes| {
        line.match_indices(homes).any(|(at, _)| {
            let rest = &line[at + homes.len()..];
            let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c));
            name.is_some_and(|end| {
                end > 0 && rest[end..].starts_with('/') && is_dot_file(&rest[end + 1..])
            })
        })
    });
    of_root || of_user
}

/// Whoever updates looks for the file that says what has changed.
pub fn changelog(tree: &Tree) -> Vec<Finding> {
    let missing = Finding::new("CHANGELOG.md", 1, "missing: users look there for what has changed");
    if tree.files.contains_key("CHANGELOG.md") { Vec::new() } else { vec![missing] }
}

/// What lies at the top: the card of the house, and what people look for there.
const TOP: [&str; 20] = [
    ".ci",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "build.rs",
    "ci",
    "clippy.toml",
    "examples",
    "man",
    "platform",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src",
    "tests",
];

/// Nothing else lies there: who opens the folder for the first time finds the way.
pub fn top(tree: &Tree) -> Vec<Finding> {
    let name_of = |file: &str| file.split('/').next().map(str::to_owned).unwrap_or_default();
    let mut names: Vec<String> = tree.files.keys().map(|file| name_of(file)).collect();
    names.dedup();
    let others = names.iter().filter(|name| !TOP.contains(&name.as_str()));
    let what = "at the top of the tree: put it into the folder that it belongs to";
    others.map(|name| Finding::new(name, 1, what)).collect()
}
