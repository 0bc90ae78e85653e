//! The command line of `withlock` itself.

pub mod definition;
mod known;
mod misplaced;
mod options;
mod plain;
mod suggestion;

pub use definition::{command, parse};
