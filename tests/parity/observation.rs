//! What was seen in one case, as one line of text: `exit 0 | out "hi\n" | err nothing | lock gone`.

use std::fmt::{self, Display};
use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use crate::support::finished::{Finished, ending};

/// A list of facts, in the order in which they were seen.
#[derive(Default)]
pub struct Seen(Vec<String>);

impl Seen {
    pub fn new() -> Self {
        Self::default()
    }

    /// How a run ended and what it printed; `dir`, which differs from run to run, is written as DIR.
    pub fn run(self, finished: &Finished, dir: &Path) -> Self {
        let out = String::from_utf8_lossy(&finished.stdout).replace(&*dir.to_string_lossy(), "DIR");
        self.end(finished.status)
            .fact("out", format!("{out:?}"))
            .fact("err", class(&finished.stderr))
    }

    /// How a run ended, as the caller sees it.
    pub fn end(mut self, status: Option<ExitStatus>) -> Self {
        self.0.push(ending(status));
        self
    }

    /// Whether a file is there: `lock` and so on.
    pub fn lock(self, path: &Path) -> Self {
        self.there("lock", path)
    }

    /// Whether a file is there, links not followed.
    pub fn there(self, what: &str, path: &Path) -> Self {
        let there = if fs::symlink_metadata(path).is_ok() { "there" } else { "gone" };
        self.fact(what, there)
    }

    /// The content of a file, or that there is none.
    pub fn content(self, what: &str, path: &Path) -> Self {
        let content = fs::read(path).map(|bytes| format!("{:?}", String::from_utf8_lossy(&bytes)));
        self.fact(what, content.unwrap_or_else(|_| "gone".to_owned()))
    }

    /// Whether a text names something, in any case of letters.
    pub fn names(self, what: &str, text: &[u8], word: &str) -> Self {
        let found = String::from_utf8_lossy(text).to_lowercase().contains(&word.to_lowercase());
        self.fact(what, if found { "named" } else { "not named" })
    }

    /// One more fact.
    pub fn fact(mut self, what: &str, value: impl Display) -> Self {
        self.0.push(format!("{what} {value}"));
        self
    }
}

impl Display for Seen {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0.join(" | "))
    }
}

/// Messages may be worded anew; whether there is one, and whether it is a crash, may not.
fn class(stderr: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(stderr);
    match text.trim() {
        "" => "nothing",
        text if text.contains("Traceback (most recent") || text.contains("panicked at") => {
            "traceback"
        }
        _ => "a message",
    }
}
