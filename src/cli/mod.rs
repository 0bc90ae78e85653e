//! Command lines: arguments in, one plan of what to do out; and what is said to people. A plan is made without a look at
//! the system.

mod duration;
pub mod entry;
pub mod exit;
pub mod plan;
pub(crate) mod quoting;
pub mod shell;
mod signals;
pub mod withlock;
pub mod words;

pub use plan::{Lock, Plan, Request, WaitLimit};
