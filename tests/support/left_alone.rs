//! Files that withlock locks, and leaves as they are.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{Running, withlock};

/// Everything about a file that a run could have changed.
#[derive(Debug, PartialEq)]
pub struct State {
    content: Vec<u8>,
    facts: (u64, u32, u32, u32, u64),
    modified: (i64, i64),
    changed: (i64, i64),
}

impl State {
    pub fn of(path: &Path) -> Self {
        let facts = fs::metadata(path).unwrap();
        Self {
            content: fs::read(path).unwrap(),
            facts: (facts.ino(), facts.mode(), facts.uid(), facts.gid(), facts.nlink()),
            modified: (facts.mtime(), facts.mtime_nsec()),
            changed: (facts.ctime(), facts.ctime_nsec()),
        }
    }
}

/// How a holder who has written no record is named: where the system lists locks, by that.
pub fn known(holder: &Running) -> String {
    if fs::exists("/proc/locks").unwrap_or(false) {
        format!("is held by pid {} (", holder.child.id())
    } else {
        "someone unknown".to_owned()
    }
}

/// Runs a job, and a contender meanwhile, and fails unless the file is as it was, all the time.
pub fn assert_locked_and_left(case: &str, lock: &Path, options: &[&str]) {
    let before = State::of(lock);
    let running = Running::start(options, lock);
    assert_eq!(State::of(lock), before, "{case}: while held");
    let output = run(withlock([lock.as_os_str()]).arg("echo"));
    assert_complains(case, &output, 1, &["is held by ", &known(&running)]);
    let (status, _, errors) = running.finish();
    assert!(status.success() && errors.is_empty(), "{case}: {errors}");
    assert_eq!(State::of(lock), before, "{case}: afterwards");
    let output = run(withlock([lock.as_os_str()]).arg("true"));
    assert_silent(case, &output, 0);
    assert_eq!(State::of(lock), before, "{case}: the next time");
}
