//! The black box: the program as its users see it, with real files, processes, users and signals.
//!
//! One program, so that what the tests share is built once; a folder for each subject:
//!
//! - `cli`: the command line, what is said, and the texts that tell of it
//! - `place`: where a lock file may lie, and where somebody else could swap it
//! - `waiting`: who gets the lock, when, and who waits for it in which order
//! - `job`: the command that runs under the lock: its signals, its terminal, its end
//! - `files`: the lock file: whose it is, what stands in it, who removes it
//! - `parity`: the same cases as withlock 0.5
//! - `faces`: called by the name of another tool, the same cases as that tool
//! - `adversity`: what is killed, refused, interrupted, cut off or held up
//! - `honesty`: the proof's simulated kernel against the real one
//! - `proof`: the protocol in every order of events, on a simulated kernel
//! - `tree`: the rules of the source tree
//! - `corpus`: inputs that a fuzzer has found
//! - `library`: a lock without a command
//! - `support`: what the tests share
//!
//! Tests run side by side, as threads of one process. A test that changes something that a process has once (who adopts its
//! orphans, its signals), that forks it, or that takes locks of its own, runs in a process of its own: `support::alone`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test may fail by panicking, and its modules have no outside"
)]
#![cfg_attr(
    not(all(target_os = "linux", target_pointer_width = "64")),
    allow(dead_code, reason = "some tests are for Linux only, and some count its system calls")
)]

mod adversity;
mod cli;
mod corpus;
#[cfg(target_os = "linux")]
mod faces;
mod files;
mod honesty;
mod job;
mod library;
mod parity;
mod place;
mod support;
mod waiting;

mod proof;
mod tree;
