//! What the test files share.
//!
//! Locks and signals belong to processes, so each test runs in a process of its own ([`harness`]): it starts with one
//! thread and without Rust's runtime, as `withlock` itself does, and so may fork and change its signals as it likes.

pub(crate) mod harness;
pub(crate) mod job;
pub(crate) mod peer;
pub(crate) mod process;
pub(crate) mod receivers;
pub(crate) mod scratch;
#[path = "../../../tests/support/surroundings.rs"]
mod surroundings;
#[cfg(target_os = "linux")]
pub(crate) mod watch;

pub(crate) use harness::{Test, tests, tests_of_backends};
pub(crate) use peer::Peer;
pub(crate) use process::{Forked, fork, kill, until};
pub(crate) use receivers::tests_of_receivers;
pub(crate) use scratch::Scratch;
