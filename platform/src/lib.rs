//! Everything that differs between Unix systems, and every `unsafe` block, of withlock.
//!
//! This crate gathers facts and makes calls. It decides nothing: whether a directory may be trusted, whether a file may
//! be removed, what an exit status means is for the `withlock` crate to say.
//!
//! | module | what it offers |
//! |---|---|
//! | [`backend`] | [`backend::LockBackend`]: flock(2), fcntl(2), lockf(3), and the Linux pair of flock(2) and OFD locks |
//! | [`evidence`] | facts about a file or directory: kind, owner, mode, links, ACL, file system |
//! | [`directory`] | steps of a path walk, relative to an open directory |
//! | [`descriptor`] | descriptors that a command gets as they are |
//! | [`failure`] | what the system says when a call fails |
//! | [`holders`] | who holds a lock, and what becomes of a process |
//! | [`log`] | the system's log |
//! | [`process`] | who we are, starting the job, signals, the deadline timer, dying of a signal |
//! | [`terminal`] | how wide it is, and who is in its foreground |
//!
//! Conditional compilation stands in `mod.rs` files only, and only chooses between files that offer the same functions: `os`
//! has one file a system for what is small, and the rest is in files named by the call that they make.
#![allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    reason = "the widths of types differ between systems"
)]

mod arena;
pub mod backend;
mod calls;
mod deadline;
pub mod descriptor;
pub mod directory;
pub mod evidence;
pub mod failure;
pub mod holders;
mod lock;
pub mod log;
mod os;
mod proc_stat;
pub mod process;
pub mod terminal;
mod text;

pub use arena::Arena;
pub use calls::again;
