//! This machine: the real system behind the protocol.

pub(crate) mod content;
pub(crate) mod retry;
pub(crate) mod sight;
pub(crate) mod system;
