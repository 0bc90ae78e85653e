//! Steps 1 to 3 of the protocol: an open lock file that nobody could have slipped in.

use withlock_platform::evidence::Facts;

use crate::error::{Error, Result};
use crate::event::Event;
use crate::holder::form::Form;
use crate::lock::file::{self, Use};
use crate::lock::terms::Terms;
use crate::lock::world::World;

/// A file that may turn out to be the lock file: open, and judged, but neither locked nor compared.
pub(crate) struct Candidate<W: World> {
    pub(crate) place: W::Place,
    pub(crate) file: W::File,
    /// As they were at last when they were asked for.
    pub(crate) facts: Facts,
    pub(crate) created: bool,
}

impl<W: World> Candidate<W> {
    /// What stands in the file, if it is withlock's own, before this run has held its lock.
    pub(crate) fn own_form(&self, world: &W, terms: &Terms) -> Option<Form> {
        file::own_form(world, &self.file, &self.facts, self.created, terms.trusted)
    }
}

/// Counts how often everything was tried anew without a pause. Each time somebody else got on, so that it is no fault of
/// the protocol; but where a name never stands for the file that was opened by it (some network and user-space file
/// systems invent inode numbers) it would never end.
pub(crate) struct Rounds(u32);

impl Rounds {
    const AT_MOST: u32 = 10_000;

    pub(crate) fn new() -> Self {
        Self(0)
    }

    pub(crate) fn rested(&mut self) {
        self.0 = 0;
    }

    pub(crate) fn next(&mut self, terms: &Terms) -> Result<()> {
        self.0 += 1;
        if self.0 > Self::AT_MOST {
            Err(Error::Unstable { path: terms.path.clone() })
        } else {
            Ok(())
        }
    }
}

/// Where a walk has led to, and what stands there: `None` is nothing.
pub type Walked<W> = (<W as World>::Place, Option<Facts>);

/// Opens the file at the path, or creates it. The `first` walk was made before, if there is one.
pub(crate) fn open<W: World>(
    world: &W,
    terms: &Terms,
    first: &mut Option<Walked<W>>,
    rounds: &mut Rounds,
) -> Result<Candidate<W>> {
    loop {
        rounds.next(terms)?;
        // [1]
        let (place, found) = match first.take() {
            Some(walked) => walked,
            None => world.walk()?,
        };
        // [2]
        let (opened, created) = match found {
            Some(found) => (world.open(&place, &found)?, false),
            None if terms.create => (world.create(&place)?, true),
            None => {
                return Err(Error::Absent { path: terms.path.clone() });
            }
        };
        let Some(file) = opened else { continue };
        if created {
            world.tell(&Event::Created);
        }
        // [3]
        let facts = match world.facts(&file) {
            Ok(facts) => facts,
            Err(error) => return refuse(world, file, error),
        };
        // Whose it is does not matter before it is locked.
        match file::judge(&facts, file::Origin::of(created, Form::Other), terms.trusted) {
            Use::Own | Use::Foreign => {
                return Ok(Candidate { place, file, facts, created });
            }
            Use::Stale => world.close(file),
            Use::Refuse(kind) => {
                return refuse(world, file, Error::NotAFile { path: terms.path.clone(), kind });
            }
            Use::RefuseMandatory => {
                return refuse(world, file, Error::Mandatory { path: terms.path.clone() });
            }
        }
    }
}

fn refuse<W: World, T>(world: &W, file: W::File, error: Error) -> Result<T> {
    world.close(file);
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::Rounds;
    use crate::error::Error;
    use crate::lock::terms::Terms;
    use crate::trust::Trusted;

    fn terms() -> Terms {
        Terms {
            path: "/l".into(),
            trusted: Trusted { user: 0 },
            mode: withlock_platform::backend::Mode::Exclusive,
            create: true,
            keep: false,
            slot: 1,
            label: String::new(),
            asking: crate::lock::terms::Asking::Never,
        }
    }

    #[test]
    fn a_name_that_never_stands_for_the_file_that_was_opened_ends_the_run_in_time() {
        let (terms, mut rounds) = (terms(), Rounds::new());
        for _ in 0..2 {
            for round in 1..=10_000 {
                assert!(rounds.next(&terms).is_ok(), "round {round}");
            }
            assert!(matches!(rounds.next(&terms), Err(Error::Unstable { .. })));
            // A run that has slept begins to count again.
            rounds.rested();
        }
    }
}
