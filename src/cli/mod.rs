//! Command lines: arguments in, one plan of what to do out; and what is said to people. A plan is made without a look at
//! the system; [`show`] takes the look that `--status` and `--list` are for.

mod duration;
pub mod entry;
pub mod exit;
pub mod face;
pub mod flock;
mod getopt;
pub mod plan;
pub(crate) mod quoting;
pub mod shell;
pub mod show;
mod signals;
pub mod with_lock_ex;
pub mod withlock;
pub mod words;

pub use plan::{Lock, Locks, Plan, Request, Show, WaitLimit};
