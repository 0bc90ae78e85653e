//! The table of cases, and running them all on one program.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use super::observation::Seen;
use super::stage::{Stage, Subject};
use super::{cases_busy, cases_job, cases_places, cases_signals, cases_status};
use crate::support;

/// A scenario on real files and processes, which says what was to be seen.
pub struct Case {
    pub name: &'static str,
    run: fn(&Stage) -> Seen,
    need: Option<Need>,
    not_promised_by: Option<&'static str>,
}

/// What a case can't do without.
#[derive(Clone, Copy)]
pub enum Need {
    Root,
    /// A file system that takes any bytes as a name, which that of macOS does not.
    AnyFileName,
    Program(&'static str),
}

impl Case {
    pub const fn new(name: &'static str, run: fn(&Stage) -> Seen) -> Self {
        Self { name, run, need: None, not_promised_by: None }
    }

    pub const fn needs(mut self, need: Need) -> Self {
        self.need = Some(need);
        self
    }

    /// The case makes no sense with this backend alone.
    pub const fn not_promised_by(mut self, backend: &'static str) -> Self {
        self.not_promised_by = Some(backend);
        self
    }

    /// What was seen; None where the case can't be run.
    fn observe(&self, subject: &Subject) -> Option<String> {
        if self.not_promised_by.is_some() && self.not_promised_by == subject.backend.as_deref() {
            return None;
        }
        if let Some(missing) = self.need.and_then(Need::missing) {
            support::skip(&format!("parity case {}: {missing}", self.name));
            return None;
        }
        let seen = catch_unwind(AssertUnwindSafe(|| (self.run)(&Stage::new(subject)).to_string()));
        Some(seen.unwrap_or_else(|why| format!("the case failed: {}", message(&*why))))
    }
}

impl Need {
    fn missing(self) -> Option<String> {
        match self {
            Self::Root => (!support::is_root()).then(|| "needs root".to_owned()),
            Self::AnyFileName => {
                cfg!(target_vendor = "apple").then(|| "names must be UTF-8 here".to_owned())
            }
            Self::Program(name) => {
                support::find_program(name).is_none().then(|| format!("needs {name}"))
            }
        }
    }
}

/// Every case, in the order of the record.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [
        cases_status::CASES,
        cases_job::CASES,
        cases_busy::CASES,
        cases_places::CASES,
        cases_signals::CASES,
    ]
    .into_iter()
    .flatten()
}

/// What was seen in every case that can be run here, by name. A few at a time, for some just wait for a second.
pub fn observe_all(subject: &Subject) -> BTreeMap<&'static str, String> {
    let todo = Mutex::new(all());
    let seen = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let Some(case) = todo.lock().unwrap().next() else { break };
            if let Some(observation) = case.observe(subject) {
                seen.lock().unwrap().insert(case.name, observation);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    seen.into_inner().unwrap()
}

fn message(why: &(dyn std::any::Any + Send)) -> String {
    let text = why
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| why.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").replace('\n', " ")
}
