//! Steps 1 to 3 of the protocol: an open lock file that nobody could have slipped in; and whose file it is.

use withlock_platform::backend;
use withlock_platform::evidence::Facts;

use crate::error::{Error, Result};
use crate::event::Event;
use crate::holder::form::Form;
use crate::lock::mistaken;
use crate::lock::terms::Terms;
use crate::lock::world::World;
use crate::place::trust::{self, Origin, Trusted, Use};

/// A file that may turn out to be the lock file: open, and judged, but neither locked nor compared.
pub(crate) struct Candidate<W: World> {
    pub(crate) place: W::Place,
    pub(crate) file: W::File,
    /// As they were at last when they were asked for.
    pub(crate) facts: Facts,
    pub(crate) created: bool,
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

/// Opens the file at the path, or creates it.
pub(crate) fn open<W: World>(
    world: &W,
    terms: &Terms,
    rounds: &mut Rounds,
) -> Result<Candidate<W>> {
    loop {
        rounds.next(terms)?;
        // [1]
        let (place, found) = world.walk()?;
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
            if mistaken!(SignsBeforeLocking) {
                world.record(&file, Form::Begun, None);
            }
            world.tell(&Event::Created);
        }
        // [3]
        let facts = match world.facts(&file) {
            Ok(facts) => facts,
            Err(error) => return refuse(world, file, error),
        };
        // Whose it is does not matter before it is locked.
        match trust::judge_file(&facts, origin(created, Form::Other), terms.trusted) {
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

/// What stands in the file, if it is withlock's own, by facts that the caller has just asked for. `created` is for a file
/// that this run has created and not held yet.
pub(crate) fn own_form<W: World>(
    world: &W,
    file: &W::File,
    facts: &Facts,
    created: bool,
    trusted: Trusted,
) -> Option<Form> {
    let form = world.form(file, facts);
    let verdict = trust::judge_file(facts, origin(created, form), trusted);
    (verdict == Use::Own).then_some(form)
}

/// Whether a holder may write its name into the file, or has done so: it holds what withlock writes, or is begun.
pub(crate) fn may_be_signed<W: World>(world: &W, file: &W::File) -> Result<bool> {
    let facts = world.facts(file)?;
    Ok(match world.form(file, &facts) {
        Form::Signed => true,
        Form::Begun => facts.mode == trust::MODE_BEGUN,
        Form::Other => false,
    })
}

/// Whether a file with these facts would be withlock's own, if it is signed: whether its record can be believed.
pub(crate) fn is_believed(facts: &Facts, trusted: Trusted) -> bool {
    trust::judge_file(facts, origin(false, Form::Signed), trusted) == Use::Own
}

fn origin(created: bool, form: Form) -> Origin {
    Origin { created, form, mandatory_by_mode: backend::mandatory_by_mode() }
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
    use crate::place::trust::Trusted;

    fn terms() -> Terms {
        Terms {
            path: "/l".into(),
            trusted: Trusted { user: 0 },
            mode: withlock_platform::backend::Mode::Exclusive,
            create: true,
            keep: false,
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
