//! A command in one line, as it could be typed to a shell.

use std::ffi::OsStr;

/// Joins words with blanks, quoting those that a shell would not leave alone.
pub(crate) fn of<'a>(words: impl IntoIterator<Item = &'a OsStr>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| quote(&word.to_string_lossy())).collect();
    words.join(" ")
}

/// A word as a shell takes it.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "%+,-./:=@^_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_as_it_is_shown() {
        let words = ["rsync", "-a", "--rsh=ssh -q", "", "it's", "a/b"].map(OsStr::new);
        assert_eq!(of(words), r"rsync -a '--rsh=ssh -q' '' 'it'\''s' a/b");
    }
}
