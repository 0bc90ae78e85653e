//! From a path to one of several slots, on this machine.

use withlock_platform::backend::Mode;

use super::{Checked, Held};
use crate::error::Result;
use crate::lock::{self, Asking, Attempt, Part, Slot, Terms, Wait, World};
use crate::place::walk::Place;

impl<'a> Checked<'a> {
    pub(super) fn attempt_in_line(self, wait: Wait) -> Result<Attempt<Held<'a>>> {
        let Self { system, terms, walked, capacity } = self;
        let mut walked = Some(walked);
        let mut last_place: Option<Place> = None;
        lock::acquire_in_line(capacity, wait, |part| {
            let terms = part_terms(&terms, part);
            let system = system.for_part(part, terms.clone());
            let name = terms.path.file_name();
            let first = if part == Part::Slot(1) {
                let walked = match walked.take() {
                    Some(walked) => walked,
                    None => system.walk()?,
                };
                // Not where a link leads to another directory.
                let here = name.filter(|name| *name == walked.0.name);
                last_place = here.and_then(|name| walked.0.beside(name)).map(|(place, _)| place);
                Some(walked)
            } else {
                // What lies in the same directory needs no walk of its own.
                last_place.as_ref().zip(name).and_then(|(place, name)| place.beside(name))
            };
            let (first, system) = system.in_turn_somewhere(first)?;
            Ok(system.map(|world| Slot { world, terms, first }))
        })
    }
}

/// What a part of a lock is to be like.
pub(super) fn part_terms(lock: &Terms, part: Part) -> Terms {
    let path = part.path(&lock.path);
    match part {
        Part::Slot(slot) => Terms { path, slot, ..lock.clone() },
        // What a run waits in says nothing, and stays nowhere.
        Part::Head | Part::Place(_) => Terms {
            path,
            keep: false,
            asking: Asking::Never,
            mode: Mode::Exclusive,
            ..lock.clone()
        },
    }
}
