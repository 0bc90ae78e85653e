//! The command line of `withlock` itself.

mod definition;
mod meaning;
mod misplaced;
mod plain;
mod reading;
mod showing;
mod suggestion;
pub mod table;

pub use reading::{parse, parse_with_clap};
