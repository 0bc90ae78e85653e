//! This machine: the real system behind the protocol.

mod content;
mod opening;
pub(crate) mod outlook;
mod part;
mod retry;
mod sight;
pub(crate) mod system;
mod turn;
mod waiting;
