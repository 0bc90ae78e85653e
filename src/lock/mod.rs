//! The lock: taken, held and released by the protocol at the top of this crate, over whatever system there is behind
//! [`World`].
//!
//! This is what the proof runs, on a simulated kernel. Programs that want a lock on this machine start at
//! [`crate::LockPath`].

mod acquire;
mod approach;
mod candidate;
pub mod file;
mod guard;
mod held;
mod line;
mod release;
mod sleep;
mod slot;
mod terms;
mod wait;
mod world;

pub use acquire::{acquire, acquire_any};
pub use candidate::Walked;
pub use guard::{Afterwards, Guard, hold_during};
pub use held::Held;
pub use line::{Part, acquire_in_line};
pub use slot::Slot;
pub use terms::{Asking, Capacity, Policy, Terms};
pub use wait::{Attempt, Busy, Irreplaceable, Wait};
pub use world::World;
