//! The command line of `withlock` itself.

mod definition;
pub mod help;
mod limits;
mod meaning;
mod misplaced;
pub mod options;
mod plain;
mod reading;
mod showing;
mod suggestion;
pub mod table;

pub use reading::{parse, parse_with_clap};
