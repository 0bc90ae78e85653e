//! What can be told to somebody who waits for a lock.

use withlock_platform::backend::Mode;
use withlock_platform::holders::{List, Listed};

use crate::holder::identify::Holder;
use crate::local::system::System;
use crate::lock::World;

/// What a waiter can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Who holds the lock; `None` is somebody unknown, or nobody just now.
    pub holder: Option<Holder>,
    /// How many are before the waiter in the queue, where the system tells that (Linux 5.13 and later, on a local file system,
    /// among waiters who all want the lock for themselves).
    pub before: Option<usize>,
}

impl System<'_> {
    /// Looks at the file that the path leads to now.
    pub(crate) fn outlook(&self, waiter: u32) -> Outlook {
        let opened = self.walk().and_then(|(place, found)| match found {
            Some(found) => self.open(&place, &found),
            None => Ok(None),
        });
        let Ok(Some(file)) = opened else {
            return Outlook::default();
        };
        let list = List::of(&file.file);
        let before = list.as_ref().and_then(|list| before(&list.waiting(), waiter));
        Outlook { holder: self.identify(&file, self.holder(&file), Some(list)), before }
    }
}

/// Those before this one in the queue for the same kind of lock. Readers are let in together: the order in which they stand in
/// the list is not that in which they have come.
fn before(waiting: &[Listed], waiter: u32) -> Option<usize> {
    let own = waiting.iter().find(|it| it.pid == Some(waiter))?;
    let mut queue = waiting.iter().filter(|it| it.kind == own.kind);
    if queue.clone().any(|it| it.mode == Mode::Shared) {
        return None;
    }
    queue.position(|it| it.pid == Some(waiter))
}

#[cfg(test)]
mod tests {
    use withlock_platform::holders::Kind;

    use super::*;

    #[test]
    fn a_waiter_is_told_how_many_are_before_it_where_that_is_certain() {
        let of = |kind, mode, pid| Listed { kind, mode, pid };
        let writer = |pid| of(Kind::Flock, Mode::Exclusive, Some(pid));
        let other = of(Kind::Description, Mode::Exclusive, None);
        let queue = [other, writer(11), other, writer(12), writer(13)];
        for (waiter, expected) in [(11, Some(0)), (12, Some(1)), (13, Some(2)), (14, None)] {
            assert_eq!(before(&queue, waiter), expected);
        }
        let readers = [writer(11), of(Kind::Flock, Mode::Shared, Some(12)), writer(13)];
        for waiter in [11, 12, 13] {
            assert_eq!(before(&readers, waiter), None);
        }
    }
}
