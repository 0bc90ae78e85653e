//! A user who takes locks, one path after the other, by the library, and says where each one lies.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use withlock::{Attempt, Error, LockPath, Policy};

use crate::support::helper::{Helper, Lines};

/// What came of a path.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Accepted, and locked: where the lock file really lies.
    Held(PathBuf),
    /// Accepted; but it can't be opened, or something else is wrong.
    Unusable(String),
    /// Refused as unsafe.
    Refused,
    /// It leads nowhere.
    Dead,
    /// The working directory can't be reached.
    Nowhere,
}

/// Has a walker try a path so many times.
pub fn order(walker: &mut Helper, start: &Path, inode: u64, path: &str, times: u64) {
    walker.say(&format!("{}\t{inode}\t{path}\t{times}", start.display()));
}

/// All that came of the next order.
pub fn answers(walker: &mut Helper) -> BTreeSet<Answer> {
    let answers = walker.hear();
    let of = |answer: &str| {
        let (kind, rest) = answer.split_once(' ').unwrap();
        match kind {
            "held" => Answer::Held(rest.into()),
            "unusable" => Answer::Unusable(rest.into()),
            "refused" => Answer::Refused,
            "dead" => Answer::Dead,
            "nowhere" => Answer::Nowhere,
            _ => panic!("{answer}"),
        }
    };
    answers.split('\t').map(of).collect()
}

/// Plays the walker. Each order is a working directory, its inode, a path, and how often, with tabs.
pub fn play() {
    let before = open_files();
    let mut lines = Lines::to_parent();
    while let Some(order) = lines.hear() {
        let parts: Vec<&str> = order.split('\t').collect();
        let [start, inode, path, times] = parts[..] else { panic!("{order}") };
        let is_there = std::env::set_current_dir(start).is_ok()
            && fs::metadata(".").is_ok_and(|facts| facts.ino().to_string() == inode);
        let answers: BTreeSet<String> = if is_there {
            (0..times.parse().unwrap()).map(|_| attempt(path, &before)).collect()
        } else {
            BTreeSet::from(["nowhere to start from".to_owned()])
        };
        std::env::set_current_dir("/").unwrap();
        lines.say(&answers.into_iter().collect::<Vec<_>>().join("\t").replace('\n', " "));
    }
}

/// Where the lock file lies, if it is held: the one that is open beside those from before.
fn attempt(path: &str, before: &[PathBuf]) -> String {
    let checked = match LockPath::new(path).check(&Policy::default()) {
        Ok(checked) => checked,
        Err(Error::Unsafe { at, .. }) => return format!("refused {}", at.display()),
        Err(error) => return format!("dead {error}"),
    };
    match checked.try_acquire() {
        Ok(Attempt::Held(held)) => {
            let mut files = open_files();
            held.release().unwrap();
            files.retain(|file| !before.contains(file));
            assert_eq!(files.len(), 1, "{files:?}");
            format!("held {}", files[0].display())
        }
        Ok(_) => "unusable busy".into(),
        Err(error) => format!("unusable {error}"),
    }
}

/// The regular files that this process has open, by the names that the kernel has for them.
fn open_files() -> Vec<PathBuf> {
    let all = fs::read_dir("/proc/self/fd").unwrap().map(|fd| fd.unwrap().path());
    let files = all.filter(|fd| fs::metadata(fd).is_ok_and(|facts| facts.is_file()));
    files.map(|fd| fs::read_link(fd).unwrap()).collect()
}
