//! Where two runs meet, and how many of their orders are tried.

use std::fs;

use super::run::Run;
use crate::support::before::Before;
use crate::support::tracer::Tracee;
use crate::support::{Running, Scratch, is_long, is_rerun, skip, withlock};

/// Of how many orders one is tried in a short check, where all of them take too long.
pub(crate) fn stride() -> usize {
    match (is_long(), is_rerun()) {
        (true, _) => 1,
        (false, false) => 11,
        (false, true) => 29,
    }
}

/// Whether programs may be traced here; says so if not.
pub(crate) fn can_trace() -> bool {
    match Tracee::start(withlock(["-V"]).stdout(std::process::Stdio::null())) {
        Ok(_) => true,
        Err(error) => {
            skip(&format!("ptrace(2): {error}"));
            false
        }
    }
}

pub(crate) struct Stage {
    /// Nothing but the lock file.
    pub(crate) place: Scratch,
    /// The log of the jobs.
    aside: Scratch,
}

impl Stage {
    pub(crate) fn new(before: Before) -> Self {
        let stage = Self { place: Scratch::new(), aside: Scratch::new() };
        before.set(&stage.place.join("lock"));
        stage
    }

    pub(crate) fn start(&self, name: &'static str, options: &[&str]) -> Run {
        Run::start(name, options, &self.place.join("lock"), &self.aside.join("log"))
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.aside.join("log")).unwrap_or_default()
    }

    /// Who had which slot, a line a job.
    pub(crate) fn slots(&self) -> Vec<String> {
        let text = fs::read_to_string(self.aside.join("log.slots")).unwrap_or_default();
        text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    }

    /// Another run that has one of two slots, until it is told to end.
    pub(crate) fn hold_slot(&self) -> Running {
        Running::start(&["-j", "2"], &self.place.join("lock"))
    }
}
