//! The lock: taken, held and released by the protocol, over whatever system there is behind [`world::World`].

pub(crate) mod acquire;
pub(crate) mod file;
pub(crate) mod held;
mod mistake;
pub(crate) mod terms;
pub(crate) mod world;

pub(crate) use mistake::mistaken;
