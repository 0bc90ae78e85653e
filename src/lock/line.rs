//! Several holders at once, and a line of those who wait for one of them to end.
//!
//! Each slot is an ordinary lock in a file of its own, and so is everything else here: the head of the line, and each place
//! in it, where places are limited.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::lock::acquire::acquire_any;
use crate::lock::held::Held;
use crate::lock::slot::Slot;
use crate::lock::terms::Capacity;
use crate::lock::wait::{Attempt, Busy, Wait};
use crate::lock::world::World;

/// What one of the files of a lock with several holders is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// This slot, from 1 on: whoever locks it runs.
    Slot(u16),
    /// The head of the line: whoever locks it waits for the slots, all others wait behind it.
    Head,
    /// This place in the line, from 1 on: where they are limited, whoever wants to wait locks one of them first.
    Place(u16),
}

impl Part {
    /// Its file: that of slot 1 is the one that the lock is named by.
    ///
    /// ```
    /// use std::path::Path;
    /// use withlock::lock::Part;
    ///
    /// let lock = Path::new("/run/sync.lock");
    /// assert_eq!(Part::Slot(1).path(lock), lock);
    /// assert_eq!(Part::Slot(2).path(lock), Path::new("/run/sync.lock.2"));
    /// assert_eq!(Part::Head.path(lock), Path::new("/run/sync.lock.queue"));
    /// assert_eq!(Part::Place(1).path(lock), Path::new("/run/sync.lock.waiting.1"));
    /// ```
    #[must_use]
    pub fn path(self, lock: &Path) -> PathBuf {
        let suffix = match self {
            Self::Slot(..=1) => return lock.to_path_buf(),
            Self::Slot(number) => format!(".{number}"),
            Self::Head => ".queue".to_owned(),
            Self::Place(number) => format!(".waiting.{number}"),
        };
        let mut path = OsString::from(lock);
        path.push(suffix);
        path.into()
    }
}

/// Takes one of so many slots, and waits for it in line: steps 13 to 17. `of` makes what is needed to take a part: `None` is
/// that this process has it already, or tries to get it.
///
/// Whoever has come to the head of the line looks at slot 1 first, and at the others from one on that `scatter` picks. Where
/// many jobs end at once, whoever comes after another one would else begin each time with all those that were just taken.
///
/// Who does not wait tries the slots, and is not in line. Who waits locks the head first, so that one run at a time waits for
/// the slots, and the kernel keeps all others in their order.
///
/// # Errors
/// As [`crate::lock::acquire`], and what `of` says.
pub fn acquire_in_line<W: World>(
    capacity: Capacity,
    wait: Wait,
    scatter: u32,
    mut of: impl FnMut(Part) -> Result<Option<Slot<W>>>,
) -> Result<Attempt<Held<W>>> {
    let slots = || (1..=capacity.slots).map(Part::Slot);
    let mut any = |parts: &mut dyn Iterator<Item = Part>, wait| {
        acquire_any(parts.filter_map(|part| of(part).transpose()), wait)
    };
    if wait == Wait::No {
        return any(&mut slots(), Wait::No);
    }
    // [17] Each of these is given up when this returns.
    let mut _place = None;
    let mut _head = None;
    if let Some(waiters) = capacity.waiters {
        // [13] Who need not wait needs no place.
        let busy = match any(&mut slots(), Wait::No)? {
            Attempt::Busy(busy) => busy,
            attempt => return Ok(attempt),
        };
        // [14]
        match any(&mut (1..=waiters).map(Part::Place), Wait::No)? {
            Attempt::Held(place) => _place = Some(place),
            Attempt::Busy(_) => return Ok(Attempt::Busy(Busy { crowded: Some(waiters), ..busy })),
            interrupted => return Ok(interrupted),
        }
    }
    if capacity.slots > 1 {
        // [15]
        match any(&mut [Part::Head].into_iter(), wait)? {
            Attempt::Held(head) => _head = Some(head),
            Attempt::Busy(_) => return any(&mut scattered(capacity.slots, scatter), Wait::No),
            interrupted => return Ok(interrupted),
        }
    }
    // [16]
    any(&mut scattered(capacity.slots, scatter), wait)
}

/// All slots: the first one, and the others from any one on.
fn scattered(slots: u16, scatter: u32) -> impl Iterator<Item = Part> {
    let others = slots.saturating_sub(1);
    let from = scatter % u32::from(others.max(1));
    let others = (0..u32::from(others)).map(move |number| 2 + (from + number) % u32::from(others));
    std::iter::once(1).chain(others).filter_map(|number| u16::try_from(number).ok()).map(Part::Slot)
}

#[cfg(test)]
mod tests {
    use super::{Part, scattered};

    #[test]
    fn each_slot_comes_once_and_the_first_one_first() {
        for (slots, scatter) in [(1, 0), (1, 7), (2, 5), (3, 4), (64, u32::MAX)] {
            let mut numbers: Vec<u16> = scattered(slots, scatter)
                .map(|part| if let Part::Slot(number) = part { number } else { 0 })
                .collect();
            assert_eq!(numbers[0], 1);
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=slots).collect::<Vec<_>>());
        }
        assert_eq!(scattered(4, 4).collect::<Vec<_>>(), [1, 3, 4, 2].map(Part::Slot));
    }
}
