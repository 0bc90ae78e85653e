//! From a path to one of several slots, on this machine.

use withlock_platform::backend::Mode;

use super::{Checked, Held};
use crate::error::Result;
use crate::lock::{self, Asking, Attempt, Part, Slot, Terms, Wait};

impl<'a> Checked<'a> {
    // What a plain run does not do is to cost it no room on the stack.
    #[inline(never)]
    pub(super) fn attempt_in_line(self, wait: Wait) -> Result<Attempt<Held<'a>>> {
        let Self { system, terms, walked, capacity } = self;
        // What lies in the same directory needs no walk of its own; not where a link leads to another one.
        let name = terms.path.file_name().filter(|name| *name == walked.0.name);
        let here = name.and_then(|name| walked.0.beside(name)).map(|(place, _)| place);
        let mut walked = Some(walked);
        lock::acquire_in_line(capacity, wait, std::process::id(), |part| {
            let terms = part_terms(&terms, part);
            let system = system.for_part(part, terms.clone());
            let first = match part {
                Part::Slot(1) if walked.is_some() => walked.take(),
                _ => here
                    .as_ref()
                    .zip(terms.path.file_name())
                    .and_then(|(place, name)| place.beside(name)),
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
