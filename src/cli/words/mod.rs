//! Every word that is shown to a person: one line each, saying what, where, and what to do about it.
//!
//! An [error](crate::Error) says the facts by itself; here the cure is added, which can name an option.

mod command;
mod cure;
mod elevation;
mod error;
mod event;
mod file_lock;
mod holder;
#[cfg(test)]
mod messages;
mod printable;
mod say;
pub(super) mod status;
mod syslog;
mod waiting;

pub use elevation::elevated;
pub use error::words as error;
pub(crate) use file_lock::failed;
pub use holder::busy;
pub(crate) use say::say_as;
pub use say::{listen, listen_to_all, print, say};
pub use syslog::Syslog;
pub use waiting::WaitingLine;
