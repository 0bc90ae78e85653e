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

/// Takes one of so many slots, and waits for it in line: steps 13 to 17. `of` makes what is needed to take a part: `None` is that this
/// process has it already, or tries to get it.
///
/// Who does not wait tries the slots, and is not in line. Who waits locks the head first, so that one run at a time waits for
/// the slots, and the kernel keeps all others in their order.
///
/// # Errors
/// As [`crate::lock::acquire`], and what `of` says.
pub fn acquire_in_line<W: World>(
    capacity: Capacity,
    wait: Wait,
    mut of: impl FnMut(Part) -> Result<Option<Slot<W>>>,
) -> Result<Attempt<Held<W>>> {
    let slots = || (1..=capacity.slots).map(Part::Slot);
    let mut any = |parts: &mut dyn Iterator<Item = Part>, wait| {
        let slots: Result<Vec<_>> = parts.filter_map(|part| of(part).transpose()).collect();
        acquire_any(slots?, wait)
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
            Attempt::Busy(_) => return any(&mut slots(), Wait::No),
            interrupted => return Ok(interrupted),
        }
    }
    // [16]
    any(&mut slots(), wait)
}
