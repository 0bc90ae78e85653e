//! This machine for one of the files of a lock; and turns at such a file within this process.

use withlock_platform::backend::{self, LockBackend, Ownership};

use crate::error::Result;
use crate::local::system::System;
use crate::local::turn::Turn;
use crate::lock::{Part, Terms, Walked, World};
use crate::place::walk::Place;

impl System<'_> {
    /// What the lock is to be like.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The same, as the only one of this process at that lock, where the kernel does not see to it. `None` is that another
    /// attempt of this process has the lock, or tries to get it.
    pub(crate) fn in_turn(self, place: &Place, waits: bool) -> Option<Self> {
        let backend = backend::select(self.choice, place.file_system.local);
        if backend.is_none_or(|backend| backend.ownership() != Ownership::Process) {
            return Some(self);
        }
        // One thread would wait for itself.
        let waits = waits && !self.has_one_thread();
        let turn = Turn::take(place.identity, place.name.clone(), waits);
        turn.is_some().then_some(Self { _turn: turn, ..self })
    }

    /// The same, for one of the files of that lock.
    pub(crate) fn for_part(&self, part: Part, terms: Terms) -> Self {
        let Self { judge, makes, choice, listener, signals, .. } = *self;
        let in_line_for = (!matches!(part, Part::Slot(_))).then(|| self.terms.path.clone());
        Self { terms, judge, makes, choice, listener, signals, in_line_for, _turn: None }
    }

    /// The same, as the only one of this process at that lock, as [`Self::in_turn`] makes it, wherever the walk leads to.
    pub(crate) fn in_turn_somewhere(
        self,
        walked: Option<Walked<Self>>,
    ) -> Result<(Option<Walked<Self>>, Option<Self>)> {
        let ownership = |local| backend::select(self.choice, local).map(LockBackend::ownership);
        if ![true, false].map(ownership).contains(&Some(Ownership::Process)) {
            return Ok((walked, Some(self)));
        }
        let walked = match walked {
            Some(walked) => walked,
            None => self.walk()?,
        };
        let system = self.in_turn(&walked.0, false);
        Ok((Some(walked), system))
    }

    /// Whether a lock at this place belongs to the open file, so that it lasts until the last process has closed that.
    pub(crate) fn is_inheritable(&self, place: &Place) -> bool {
        backend::select(self.choice, place.file_system.local)
            .is_none_or(|backend| backend.ownership() == Ownership::Description)
    }
}
