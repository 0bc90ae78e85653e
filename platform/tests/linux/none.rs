//! No tests: not Linux, or a Linux whose system calls are numbered in another way.

pub(crate) fn tests() -> Vec<crate::support::Test> {
    Vec::new()
}
