//! The words of the project: plain ones that a native speaker would write.

use super::source::{Finding, Source, Tree};

/// What is not written here, and what is instead. Found in any case, and across the ends of lines.
const BANNED: [(&str, &str); 5] = [
    ("shall not", "must not"),
    ("answers how", "returns how"),
    ("answers if", "returns whether"),
    ("answers what", "returns what"),
    ("answers whether", "returns whether"),
];

/// Texts that are not ours to reword, and this list.
fn is_ours(source: &Source) -> bool {
    let name = &source.name;
    let is_input = name.contains("/corpus/") && !source.is_rust();
    let is_kept =
        ["LICENSE", "Cargo.lock", "tests/tree/words.rs"].iter().any(|end| name.ends_with(end));
    !is_input && !is_kept && !name.contains("/recorded-")
}

/// No banned phrase, in documentation, comments or messages.
pub fn words(tree: &Tree) -> Vec<Finding> {
    tree.files.values().filter(|source| is_ours(source)).flat_map(words_of).collect()
}

fn words_of(source: &Source) -> Vec<Finding> {
    let words: Vec<(usize, String)> = source
        .lines()
        .flat_map(|(number, line)| line.split_whitespace().map(move |word| (number, word)))
        .map(|(number, word)| (number, word.trim_matches(|c: char| !c.is_alphanumeric())))
        // What begins the next line of a comment is no word between two words.
        .filter(|(_, word)| !word.is_empty())
        .map(|(number, word)| (number, word.to_lowercase()))
        .collect();
    let found = |(phrase, instead): &(&str, &str)| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        let places = words
            .windows(phrase.len())
            .filter(|window| window.iter().zip(&phrase).all(|((_, word), wanted)| word == wanted));
        let what = format!("\"{}\": write \"{instead}\"", phrase.join(" "));
        places
            .map(|window| Finding::new(&source.name, window[0].0, what.clone()))
            .collect::<Vec<_>>()
    };
    BANNED.iter().flat_map(found).collect()
}
