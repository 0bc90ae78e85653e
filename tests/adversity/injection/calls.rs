//! The system calls of a run, as strace(1) writes them down.

use std::collections::HashMap;

/// One system call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// Which call of this name it is in the whole run, from 1 on.
    pub(crate) occurrence: usize,
    /// What strace(1) shows of its arguments, and of its answer.
    pub(crate) arguments: String,
}

impl Call {
    /// Whether it is of this name, and has this in its arguments.
    pub(crate) fn is(&self, name: &str, with: &str) -> bool {
        self.name == name && self.arguments.contains(with)
    }
}

/// The calls from the first one that is withlock's own: before it, there is the loader, which differs from build to build.
pub(crate) fn own(trace: &str) -> Vec<Call> {
    let mut counts = HashMap::new();
    let mut is_own = false;
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((name, arguments)) = line.split_once('(') else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let occurrence = counts.entry(name.to_owned()).or_insert(0_usize);
        *occurrence += 1;
        // The run begins with holding signals back.
        is_own |= line.starts_with("rt_sigprocmask(SIG_BLOCK");
        if is_own {
            calls.push(Call {
                name: name.to_owned(),
                occurrence: *occurrence,
                arguments: arguments.to_owned(),
            });
        }
    }
    calls
}

/// How many calls strace(1) has tampered with.
pub(crate) fn tampered(trace: &str) -> usize {
    trace.lines().filter(|line| line.ends_with("(INJECTED)")).count()
}
