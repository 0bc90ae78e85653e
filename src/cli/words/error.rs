//! What an error says, and what to do about it.

use super::cure::Reader;
use crate::error::Error;

/// The words for an error: the fact, and the cure if there is one.
#[must_use]
pub fn words(error: &Error) -> String {
    words_to(Reader::this_user(), error)
}

/// The same, for a reader with or without the rights of root.
pub(super) fn words_to(reader: Reader, error: &Error) -> String {
    match reader.cure(error) {
        cure if cure.is_empty() => error.to_string(),
        cure => format!("{error}; {cure}"),
    }
}
