//! Starting the job: the file that its name stands for, its environment, and the process.
//!
//! A process is made in one of three ways, which pass the same tests (tests/spawn.rs; on Linux all of them). From the start of
//! a small program to its end, in microseconds (median of 2,000, Linux 6, two processors):
//!
//! | way | time | where | because |
//! |---|---|---|---|
//! | `clone` | 372 | Linux | it is the fastest, and a signal to stop can't leave wrapper and child waiting for each other |
//! | `posix_spawn` | 410 | elsewhere | the systems have nothing faster that can be called from Rust: vfork(2) returns twice |
//! | `fork`, by the standard library | 536 | elsewhere, if the caller ignores SIGCHLD | posix_spawn(3) can't ignore a signal for the child alone; ignored here too, the job's status would be lost |
//!
//! So `fork` could do all of the work of `posix_spawn`, but each start would take a quarter to a third longer. To hand a file that the
//! system can't execute to `/bin/sh` is no fourth way: it starts another program in the same one.
//!
//! Or there is no other process at all: `execve` puts the program in the place of this one, on every system.

pub(super) mod child;
mod command;
mod environment;
mod error;
mod execve;
mod fork;
mod posix_spawn;
mod program;
mod search;

pub use child::{Change, Child, Status, news_of_any};
pub use command::Command;
pub use error::StartError;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod clone;
        use clone as native_launch;
    } else {
        use posix_spawn as native_launch;
    }
}
