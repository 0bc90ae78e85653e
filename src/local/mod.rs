//! This machine: the real system behind the protocol.

mod content;
pub(crate) mod look;
mod opening;
pub(crate) mod outlook;
mod part;
pub(crate) mod replace;
mod retry;
mod seen;
mod sight;
pub(crate) mod system;
mod turn;
mod waiting;
