//! The directory that a walk has come to.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use withlock_platform::directory;
use withlock_platform::evidence::{self, Acl, Facts, FileSystem};

use crate::error::{Error, Result, Step};
use crate::place::judge::{Judge, Verdicts};
use crate::trust::{self, Role, Verdict};

/// Of a directory that seems to lie in itself so often in a row is believed that it is the root.
const MOUNTS_AT_MOST: u32 = 16;

/// The directory that the walk has come to.
pub(super) struct Here {
    pub(super) directory: File,
    pub(super) facts: Facts,
    pub(super) file_system: FileSystem,
    acl: Acl,
    /// As it is shown to people.
    pub(super) shown: PathBuf,
}

impl Here {
    pub(super) fn root() -> Result<Self> {
        let path = Path::new("/");
        let (directory, facts) = directory::root().map_err(failed(Step::OpenDirectory, path))?;
        Self::new(directory, facts, path.into())
    }

    pub(super) fn working_directory(path: &Path) -> Result<Self> {
        let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let removed = || Error::NoWorkingDirectory { path: path.into() };
        let (directory, facts) = directory::working_directory().map_err(|error| {
            if is_missing(&error) {
                removed()
            } else {
                failed(Step::OpenWorkingDirectory, path)(error)
            }
        })?;
        let shown = match std::env::current_dir() {
            // Where it can still be opened. By itself, neither fact is enough: some file systems count no names of
            // directories, and a directory out of reach has no path either.
            Err(error) if facts.links == 0 && is_missing(&error) => return Err(removed()),
            shown => shown.unwrap_or_else(|_| ".".into()),
        };
        Self::new(directory, facts, shown)
    }

    /// Whoever can rename a directory above the one where a relative path begins can redirect it.
    pub(super) fn judge_above(&self, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let mut above: Option<Self> = None;
        let mut alike = 0;
        loop {
            let below = above.as_ref().unwrap_or(self);
            let shown =
                below.shown.parent().map_or_else(|| below.shown.join(".."), Path::to_path_buf);
            let step = directory::step(&below.directory, OsStr::new(".."))
                .map_err(failed(Step::OpenDirectory, &shown))?;
            let directory::Step::Directory(directory, facts) = step else {
                return Err(failed(Step::OpenDirectory, &shown)(
                    io::ErrorKind::NotADirectory.into(),
                ));
            };
            let is_alike = facts.identity == below.facts.identity;
            alike = if is_alike { alike + 1 } else { 0 };
            if is_alike && below.is_root(&directory, alike) {
                return Ok(());
            }
            let role = Role::ToDirectory { owner: below.facts.owner };
            let parent = below.next(directory, facts, shown)?;
            if !is_alike {
                verdicts.heed(parent.verdict(role, verdicts.judge), &parent.shown)?;
            }
            above = Some(parent);
        }
    }

    /// The verdict on it in this role.
    pub(super) fn verdict(&self, role: Role, judge: Judge) -> Verdict {
        trust::judge_directory(&self.facts, &self.acl, role, judge.trusted)
    }

    /// Whether this is the root, above which there is nothing: what was found above is the same directory by its facts, and
    /// was so often. A directory that is mounted in itself looks like that as well, but lies on another mount.
    fn is_root(&self, above: &File, alike: u32) -> bool {
        match (directory::mount(&self.directory), directory::mount(above)) {
            (Some(here), Some(above)) => here == above,
            // Where mounts have no numbers: nobody mounts a directory in itself so often, each time in the last one.
            _ => alike > MOUNTS_AT_MOST,
        }
    }

    fn new(directory: File, facts: Facts, shown: PathBuf) -> Result<Self> {
        let file_system = evidence::file_system(&directory, &facts)
            .map_err(failed(Step::IdentifyFileSystem, &shown))?;
        Ok(Self::on(file_system, directory, facts, shown))
    }

    fn on(file_system: FileSystem, directory: File, facts: Facts, shown: PathBuf) -> Self {
        let acl = evidence::acl(&directory, &facts, &file_system);
        Self { directory, facts, file_system, acl, shown }
    }

    /// A directory reached from here; on the same device, it is on the same file system.
    pub(super) fn next(&self, directory: File, facts: Facts, shown: PathBuf) -> Result<Self> {
        if facts.identity.device != self.facts.identity.device {
            return Self::new(directory, facts, shown);
        }
        Ok(Self::on(self.file_system.clone(), directory, facts, shown))
    }
}

pub(super) fn failed(step: Step, path: &Path) -> impl Fn(io::Error) -> Error + use<> {
    let path = path.to_path_buf();
    move |error| Error::Unreachable { path: path.clone(), step, error }
}

impl Verdicts<'_> {
    /// A directory in which something is to be looked up. A refusal that does not stand is told after the look.
    pub(super) fn arrive(&mut self, here: Here) -> Result<Here> {
        let verdict = trust::judge_on_arrival(&here.facts, &here.acl, self.judge.trusted);
        if self.judge.refusal(verdict).is_some() {
            self.heed(verdict, &here.shown)?;
        }
        Ok(here)
    }
}
