//! This machine: the real system behind the protocol.

mod content;
mod opening;
mod part;
mod retry;
mod sight;
pub(crate) mod system;
mod turn;
mod waiting;
