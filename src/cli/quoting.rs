//! A command in one line, as it could be typed to a shell. It is for people, who read its beginning: so it is built up to
//! a limit, whatever there is behind.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::holder::record::LONGEST_COMMAND;

/// So many bytes hold more characters than a record keeps, which shows that there is more.
const ENOUGH: usize = 4 * (LONGEST_COMMAND + 1);

/// Joins words with blanks, quoting those that a shell would not leave alone, until there is enough.
pub(crate) fn of<'a>(words: impl IntoIterator<Item = &'a OsStr>) -> String {
    let mut label = String::new();
    for word in words {
        if !label.is_empty() {
            label.push(' ');
        }
        push_quoted(&mut label, &beginning(word, ENOUGH));
        if label.len() >= ENOUGH {
            break;
        }
    }
    label
}

/// The beginning of a command string, as long as a label may be.
pub(super) fn of_string(string: &OsStr) -> String {
    beginning(string, ENOUGH).into_owned()
}

/// What somebody gave as a value, for a message about it.
pub(super) fn of_value(value: &OsStr) -> String {
    cut(&quote(&beginning(value, ENOUGH)))
}

/// A word in a message about it, however long it is.
pub(super) fn cut(word: &str) -> String {
    const SHOWN: usize = 60;
    match word.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &word[..end]),
        None => word.to_owned(),
    }
}

/// A command in a message about it.
pub(super) fn in_message<'a>(words: impl IntoIterator<Item = &'a OsStr>) -> String {
    let label = of(words);
    match label.char_indices().nth(LONGEST_COMMAND) {
        Some((end, _)) => format!("{}...", &label[..end]),
        None => label,
    }
}

/// A word as a shell takes it.
pub(crate) fn quote(word: &str) -> String {
    let mut quoted = String::new();
    push_quoted(&mut quoted, word);
    quoted
}

fn push_quoted(line: &mut String, word: &str) {
    let plain = |c: char| c.is_alphanumeric() || "%+,-./:=@^_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        line.push_str(word);
    } else {
        line.push('\'');
        line.push_str(&word.replace('\'', "'\\''"));
        line.push('\'');
    }
}

/// The first bytes of a word. What the cut leaves of a character is behind all that counts.
fn beginning(word: &OsStr, bytes: usize) -> Cow<'_, str> {
    let all = word.as_bytes();
    String::from_utf8_lossy(&all[..all.len().min(bytes)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_as_it_is_shown() {
        let words = ["rsync", "-a", "--rsh=ssh -q", "", "it's", "a/b"].map(OsStr::new);
        assert_eq!(of(words), r"rsync -a '--rsh=ssh -q' '' 'it'\''s' a/b");
    }

    #[test]
    fn a_million_bytes_of_arguments_are_not_quoted_for_the_few_that_are_shown() {
        // What the record would keep of the whole, which it says is cut off.
        let cut = |label: &str| label.chars().take(LONGEST_COMMAND + 1).collect::<String>();
        for word in ["x", "x y", "\u{e4}\u{20ac}\u{1f512}", "'", ""] {
            for copies in [1, 7, 399, 400, 401, 5000] {
                let long = word.repeat(copies);
                let words = [OsStr::new(long.as_str()); 300];
                let label = of(words);
                let whole: Vec<String> = words.iter().map(|_| quote(&long)).collect();
                assert_eq!(cut(&label), cut(&whole.join(" ")), "{word} {copies}");
                assert!(label.len() < 5 * ENOUGH, "{word} {copies}: {}", label.len());
                assert_eq!(cut(&of_string(words[0])), cut(&long));
            }
        }
        let read = std::cell::Cell::new(0);
        let words = std::iter::repeat_with(|| {
            read.set(read.get() + 1);
            OsStr::new("word")
        });
        of(words.take(200_000));
        assert!(read.get() <= ENOUGH / 5 + 1, "{} words were looked at", read.get());
    }
}
