//! What was seen in one case, as one line of text: `exit 0 | out "hi\n" | err nothing | left lock(0644 "")`.

use std::fmt::{self, Display};
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::process::ExitStatus;

use super::stage::Stage;
use crate::support::finished::{Finished, ending};

/// A list of facts, in the order in which they were seen.
#[derive(Default)]
pub struct Seen(Vec<String>);

impl Seen {
    pub fn new() -> Self {
        Self::default()
    }

    /// How a run ended and what it printed; what it says of its own is only looked at for being there, whoever says it.
    pub fn run(self, finished: &Finished, stage: &Stage) -> Self {
        let here = stage.top().to_string_lossy();
        let out = String::from_utf8_lossy(&finished.stdout).replace(&*here, "DIR");
        self.end(finished.status)
            .fact("out", format!("{out:?}"))
            .fact("err", speaker(&finished.stderr, stage.tool().names))
    }

    /// How a run ended, as the caller sees it.
    pub fn end(mut self, status: Option<ExitStatus>) -> Self {
        self.0.push(ending(status));
        self
    }

    /// What is in the stage's directory: names, modes, contents.
    pub fn left(self, stage: &Stage) -> Self {
        let entries = fs::read_dir(stage.dir()).unwrap();
        let mut entries: Vec<String> =
            entries.map(|entry| described(&entry.unwrap().path())).collect();
        entries.sort();
        let all = if entries.is_empty() { "nothing".to_owned() } else { entries.join(" ") };
        self.fact("left", all)
    }

    /// Which of these words a text has, in any case of letters.
    pub fn names(mut self, text: &[u8], words: &[&str]) -> Self {
        let text = String::from_utf8_lossy(text).to_lowercase();
        for word in words {
            let found = text.contains(&word.to_lowercase());
            let what = if found { "names" } else { "does not name" };
            self.0.push(format!("{what} {word}"));
        }
        self
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

/// Messages may be worded anew; whether there is one, whose it is, and whether it is a crash, may not.
fn speaker(stderr: &[u8], tools: &[&str]) -> String {
    let text = String::from_utf8_lossy(stderr);
    if text.trim().is_empty() {
        return "nothing".to_owned();
    }
    if text.contains("panicked at") {
        return "a panic".to_owned();
    }
    // `TOOL: `, or `TOOL COMMAND: ` as some say it.
    let is_speaker = |tool: &&&str| {
        let begins = ["", "usage: ", "Try '"].map(|before| format!("{before}{tool}"));
        begins
            .iter()
            .any(|begin| text.strip_prefix(begin).is_some_and(|rest| rest.starts_with([':', ' '])))
    };
    match tools.iter().find(is_speaker) {
        Some(tool) => format!("{tool}'s message"),
        None => format!("{text:?}"),
    }
}

/// `NAME(MODE "CONTENT")`, with the kind of what is no file.
fn described(path: &Path) -> String {
    let name = path.file_name().unwrap().to_string_lossy().escape_debug().to_string();
    let facts = fs::symlink_metadata(path).unwrap();
    let (kind, mode) = (facts.file_type(), facts.permissions().mode() & 0o7777);
    if kind.is_symlink() {
        format!("{name}(link)")
    } else if kind.is_dir() {
        format!("{name}({mode:04o} directory)")
    } else if kind.is_fifo() {
        format!("{name}({mode:04o} fifo)")
    } else {
        let content = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        format!("{name}({mode:04o} {:?})", content.unwrap_or_else(|why| why.to_string()))
    }
}
