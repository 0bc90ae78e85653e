//! Whose file it is: withlock's own, or somebody else's; the facts about a lock file, and the verdict.

use withlock_platform::backend;
use withlock_platform::evidence::{Facts, Kind};

use crate::error::Result;
use crate::holder::form::Form;
use crate::lock::world::World;
use crate::trust::{Trusted, WRITABLE_BY_OTHERS};

/// What may be done with a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is withlock's own: lock it, write the record, remove it at the end.
    Own,
    /// It is somebody else's: lock it, and leave it exactly as it is.
    Foreign,
    /// It has no name any more: open anew.
    Stale,
    /// Not to be touched at all: not a regular file.
    Refuse(Kind),
    /// Not to be touched at all: its mode makes locks mandatory on this system.
    RefuseMandatory,
}

/// What else is known about a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// This run created it, and has not held its lock before.
    pub created: bool,
    /// What stands in it now.
    pub form: Form,
    /// The system locks mandatorily by mode.
    pub mandatory_by_mode: bool,
}

impl Origin {
    /// On this system.
    pub(crate) fn of(created: bool, form: Form) -> Self {
        Self { created, form, mandatory_by_mode: backend::mandatory_by_mode() }
    }
}

/// The mode of a lock file that withlock has created and not written to yet. It comes with the file in one step, so that one
/// whose creator was killed in between is known for what it is: an empty file that may be executed is nobody else's.
pub const MODE_BEGUN: u32 = 0o700;

/// Its mode once the signature stands in it.
pub const MODE_SIGNED: u32 = 0o600;

/// Judges an open lock file.
///
/// Own is a file that holds what withlock writes, and nothing else, or that was begun; that the effective user owns, and
/// nobody else may write to, or the content would mean nothing; and that has one name. A file with more names, or of another
/// user (also of root), is theirs.
#[must_use]
pub fn judge(facts: &Facts, origin: Origin, trusted: Trusted) -> Use {
    const SETGID_WITHOUT_EXECUTE: u32 = 0o2000;
    if facts.kind != Kind::Regular {
        Use::Refuse(facts.kind)
    } else if origin.mandatory_by_mode && facts.mode & 0o2010 == SETGID_WITHOUT_EXECUTE {
        Use::RefuseMandatory
    } else if facts.links == 0 {
        Use::Stale
    } else if facts.links == 1 && facts.owner == trusted.user && is_evident(facts, origin) {
        Use::Own
    } else {
        Use::Foreign
    }
}

/// Whether mode and content say that withlock has made the file.
///
/// Where a file system keeps no modes, as FAT does not, a file that was begun has another one. Who has created it knows it
/// all the same, as long as it is empty and nobody has signed it: a file that was signed, and that a job has emptied since,
/// has [`MODE_SIGNED`] where modes are kept.
fn is_evident(facts: &Facts, origin: Origin) -> bool {
    match origin.form {
        Form::Signed => facts.mode & WRITABLE_BY_OTHERS == 0,
        Form::Begun => {
            facts.mode == MODE_BEGUN
                || origin.created && facts.size == 0 && facts.mode != MODE_SIGNED
        }
        Form::Other => false,
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
    let verdict = judge(facts, Origin::of(created, form), trusted);
    (verdict == Use::Own).then_some(form)
}

/// Whether a holder may write its name into the file, or has done so: it holds what withlock writes, or is begun.
pub(crate) fn may_be_signed<W: World>(world: &W, file: &W::File) -> Result<bool> {
    let facts = world.facts(file)?;
    Ok(match world.form(file, &facts) {
        Form::Signed => true,
        Form::Begun => facts.mode == MODE_BEGUN,
        Form::Other => false,
    })
}

/// Whether a file with these facts would be withlock's own, if it is signed: whether its record can be believed.
pub(crate) fn is_believed(facts: &Facts, trusted: Trusted) -> bool {
    judge(facts, Origin::of(false, Form::Signed), trusted) == Use::Own
}
