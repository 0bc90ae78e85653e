//! One lock of those that would do.

use crate::lock::candidate::Walked;
use crate::lock::terms::Terms;
use crate::lock::world::World;

/// A lock that would do.
pub struct Slot<W: World> {
    /// The system.
    pub world: W,
    /// What it is to be like.
    pub terms: Terms,
    /// The walk that was made before, if there is one.
    pub first: Option<Walked<W>>,
}

impl<W: World> std::fmt::Debug for Slot<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").field("path", &self.terms.path).finish_non_exhaustive()
    }
}
