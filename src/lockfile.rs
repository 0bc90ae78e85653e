//! Steps 1 to 3 of the protocol: an open lock file that nobody could have slipped in; and whose file it is.

use withlock_platform::backend;
use withlock_platform::evidence::Facts;

use crate::error::{Error, Result};
use crate::event::Event;
use crate::form::Form;
use crate::kernel::Kernel;
use crate::mistaken;
use crate::settings::Settings;
use crate::trust::{self, Origin, Trusted, Use};

/// A file that may turn out to be the lock file: open, and judged, but neither locked nor compared.
pub(crate) struct Candidate<K: Kernel> {
    pub(crate) place: K::Place,
    pub(crate) file: K::File,
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

    pub(crate) fn next(&mut self, settings: &Settings) -> Result<()> {
        self.0 += 1;
        if self.0 > Self::AT_MOST {
            Err(Error::Unstable { path: settings.path.clone() })
        } else {
            Ok(())
        }
    }
}

/// Opens the file at the path, or creates it.
pub(crate) fn open<K: Kernel>(
    kernel: &K,
    settings: &Settings,
    rounds: &mut Rounds,
) -> Result<Candidate<K>> {
    loop {
        rounds.next(settings)?;
        // [1]
        let (place, found) = kernel.walk()?;
        // [2]
        let (opened, created) = match found {
            Some(found) => (kernel.open(&place, &found)?, false),
            None if settings.create => (kernel.create(&place)?, true),
            None => {
                return Err(Error::Absent { path: settings.path.clone() });
            }
        };
        let Some(file) = opened else { continue };
        if created {
            if mistaken!(SignsBeforeLocking) {
                kernel.record(&file, Form::Begun, None);
            }
            kernel.tell(&Event::Created);
        }
        // [3]
        let facts = match kernel.facts(&file) {
            Ok(facts) => facts,
            Err(error) => return refuse(kernel, file, error),
        };
        // Whose it is does not matter before it is locked.
        match trust::judge_file(&facts, origin(created, Form::Other), settings.trusted) {
            Use::Own | Use::Foreign => {
                return Ok(Candidate { place, file, facts, created });
            }
            Use::Stale => kernel.close(file),
            Use::Refuse(kind) => {
                return refuse(kernel, file, Error::NotAFile { path: settings.path.clone(), kind });
            }
            Use::RefuseMandatory => {
                return refuse(kernel, file, Error::Mandatory { path: settings.path.clone() });
            }
        }
    }
}

/// What stands in the file, if it is withlock's own, by facts that the caller has just asked for. `created` is for a file
/// that this run has created and not held yet.
pub(crate) fn own_form<K: Kernel>(
    kernel: &K,
    file: &K::File,
    facts: &Facts,
    created: bool,
    trusted: Trusted,
) -> Option<Form> {
    let form = kernel.form(file, facts);
    let verdict = trust::judge_file(facts, origin(created, form), trusted);
    (verdict == Use::Own).then_some(form)
}

/// Whether a holder may write its name into the file, or has done so: it holds what withlock writes, or is begun.
pub(crate) fn may_be_signed<K: Kernel>(kernel: &K, file: &K::File) -> Result<bool> {
    let facts = kernel.facts(file)?;
    Ok(match kernel.form(file, &facts) {
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

fn refuse<K: Kernel, T>(kernel: &K, file: K::File, error: Error) -> Result<T> {
    kernel.close(file);
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::Rounds;
    use crate::error::Error;
    use crate::settings::Settings;
    use crate::trust::Trusted;

    fn settings() -> Settings {
        Settings {
            path: "/l".into(),
            trusted: Trusted { user: 0 },
            mode: withlock_platform::backend::Mode::Exclusive,
            create: true,
            keep: false,
            label: String::new(),
            asking: crate::settings::Asking::Never,
        }
    }

    #[test]
    fn a_name_that_never_stands_for_the_file_that_was_opened_ends_the_run_in_time() {
        let (settings, mut rounds) = (settings(), Rounds::new());
        for _ in 0..2 {
            for round in 1..=10_000 {
                assert!(rounds.next(&settings).is_ok(), "round {round}");
            }
            assert!(matches!(rounds.next(&settings), Err(Error::Unstable { .. })));
            // A run that has slept begins to count again.
            rounds.rested();
        }
    }
}
