//! Holding the lock.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::event::{Event, Loss, Warning};
use crate::holder::nested;
use crate::holder::record::Record;
use crate::lock::candidate::Candidate;
use crate::lock::guard::{Afterwards, Guard};
use crate::lock::release;
use crate::lock::terms::Terms;
use crate::lock::world::World;

/// The only proof that this run holds the lock. It is neither `Clone` nor `Copy`; dropped, it is released.
pub struct Held<W: World> {
    world: W,
    terms: Terms,
    record: Record,
    /// The record stands in the file.
    is_recorded: bool,
    /// `None` once released.
    candidate: Option<Candidate<W>>,
}

impl<W: World> std::fmt::Debug for Held<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("path", &self.terms.path).finish_non_exhaustive()
    }
}

impl<W: World> Held<W> {
    /// [6] The lock is held; says so in the file, if that is withlock's own.
    pub(super) fn new(world: W, terms: Terms, candidate: Candidate<W>) -> Self {
        let record = Record::of_this_run(terms.trusted.user, &terms.label);
        let own = candidate.own_form(&world, &terms);
        let is_recorded =
            own.is_some_and(|form| world.record(&candidate.file, form, Some(&record)));
        world.tell(&Event::Acquired { own: own.is_some(), path: &terms.path, slot: terms.slot });
        Self { world, terms, record, is_recorded, candidate: Some(candidate) }
    }

    /// The system that it is held on.
    pub fn world(&self) -> &W {
        &self.world
    }

    /// Which of the lock's slots this is, from 1 on.
    pub fn slot(&self) -> u16 {
        self.terms.slot
    }

    /// Releases the lock, and removes the file if it is withlock's own.
    ///
    /// # Errors
    /// [`crate::Error`] when a step failed. The lock is free all the same: closing the file frees it.
    pub fn release(mut self) -> Result<()> {
        self.release_once()
    }

    fn release_once(&mut self) -> Result<()> {
        let Some(candidate) = self.candidate.take() else {
            return Ok(());
        };
        let kept = release::clear(&self.world, &self.terms, &candidate);
        if let Ok(kept) = kept {
            release::tell(&self.world, kept);
        }
        self.world.close(candidate.file);
        kept.map(drop)
    }

    /// [11] Gives up this run's part of the lock only.
    fn leave(mut self) {
        let Some(Candidate { place, file, .. }) = self.candidate.take() else { return };
        self.world.close(file);
        match release::clear_what_is_left(&self.world, &self.terms, place, &self.record) {
            Ok(kept) => release::tell(&self.world, kept),
            Err(error) => self.world.tell(&Event::Warning(Warning::Release(&error))),
        }
    }
}

impl<W: World> Guard for Held<W> {
    fn inheritable(&self) -> Option<&File> {
        self.candidate.as_ref().and_then(|candidate| self.world.inheritable(&candidate.file))
    }

    fn path(&self) -> &Path {
        &self.terms.path
    }

    fn variables(&self) -> Vec<(&'static str, OsString)> {
        let path = std::path::absolute(self.path()).unwrap_or_else(|_| self.path().into());
        let mut variables = vec![
            ("WITHLOCK_LOCKFILE", path.into_os_string()),
            ("WITHLOCK_PID", std::process::id().to_string().into()),
            ("WITHLOCK_SLOT", self.terms.slot.to_string().into()),
        ];
        if let Some(candidate) = &self.candidate {
            let entry = nested::Entry {
                identity: candidate.facts.identity,
                pid: self.record.pid,
                mode: self.terms.mode,
                token: if self.is_recorded { &self.record.token } else { "" },
            };
            variables.push((nested::VARIABLE, nested::value(&entry)));
        }
        variables
    }

    /// Whether the path has ceased to name the locked file.
    fn loss(&self) -> Option<Loss> {
        let locked = self.candidate.as_ref()?.facts.identity;
        match self.world.named() {
            Ok(Some(facts)) if facts.identity == locked => None,
            Ok(Some(_)) => Some(Loss::Replaced),
            Ok(None) => Some(Loss::Gone),
            Err(Error::Open { error, .. }) if error.kind() == io::ErrorKind::NotADirectory => {
                Some(Loss::Gone)
            }
            // Where it can't be seen, nobody else may see more.
            Err(_) => None,
        }
    }

    fn end(self, afterwards: Afterwards) {
        match afterwards {
            Afterwards::Release => drop(self),
            Afterwards::LeaveToDescendants => self.leave(),
        }
    }
}

impl<W: World> Drop for Held<W> {
    fn drop(&mut self) {
        if let Err(error) = self.release_once() {
            self.world.tell(&Event::Warning(Warning::Release(&error)));
        }
    }
}
