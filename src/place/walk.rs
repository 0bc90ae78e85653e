//! Walks a path as the kernel does, component by component, links included, and judges each one.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use withlock_platform::directory;
use withlock_platform::evidence::{Facts, FileSystem, Identity, Kind};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Listener};
use crate::place::here::{Here, failed};
use crate::place::judge::{Judge, Verdicts};
use crate::trust::{self, Role, Verdict};

/// Links are followed at most so often, as Linux does (path_resolution(7): 40) and others (POSIX.1, SYMLOOP_MAX: 8).
const LINKS_AT_MOST: u32 = 32;

/// The end of a walk: where the lock file lies, or is to lie.
#[derive(Debug)]
pub struct Place {
    /// Its directory, open, judged as the lock file's own.
    pub directory: File,
    /// The file system of the directory.
    pub file_system: FileSystem,
    /// Which directory it is.
    pub identity: Identity,
    /// Its name in the directory.
    pub name: OsString,
}

impl Place {
    /// The same directory, with another name in it, and what stands there; `None` where a path to that name would have to be
    /// walked: something is not as it is here.
    pub(crate) fn beside(&self, name: &OsStr) -> Option<(Self, Option<Facts>)> {
        let found = match directory::facts_at(&self.directory, name) {
            Ok(facts) if facts.kind == Kind::Link => return None,
            Ok(facts) => Some(facts),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => return None,
        };
        let directory = self.directory.try_clone().ok()?;
        let file_system = self.file_system.clone();
        Some((
            Self { directory, file_system, identity: self.identity, name: name.to_owned() },
            found,
        ))
    }
}

/// Walks to the end of `path`, and looks what stands there: `None` is nothing. A link at the end is followed, too.
///
/// `makes` is how many of the directories at the end of the path are made if they are missing, for their owner alone: each
/// in the directory that has just been judged as it would be for a lock file, and then judged like any other.
///
/// Each directory is held open while the next component is looked up in it, so that what was judged is what is used. Lines
/// 1, 2 and 5 of the table are applied on arrival, since in a stranger's directory a look may never return; the others
/// after the look, when it is known what comes next. The listener is told of each verdict.
///
/// # Errors
/// [`Error::Unsafe`] for a component that is refused; [`Error::Unreachable`], [`Error::TooManyLinks`] or
/// [`Error::NoWorkingDirectory`] where there is no way on; [`Error::NotAFile`] for a path that can only name a directory.
pub(crate) fn walk(
    path: &Path,
    makes: usize,
    judge: Judge,
    listener: Listener<'_>,
) -> Result<(Place, Option<Facts>)> {
    let mut walk = Walk::begin(Verdicts::new(path, judge, listener), makes)?;
    loop {
        let Some(name) = walk.rest.pop_front() else {
            return Err(Error::NotAFile { path: path.into(), kind: Kind::Directory });
        };
        if !walk.rest.is_empty() {
            walk.step(&name)?;
        } else if let Some(end) = walk.end(&name)? {
            return Ok((walk.place(name), end));
        }
    }
}

struct Walk<'a> {
    verdicts: Verdicts<'a>,
    here: Here,
    /// The last verdict on the directory here.
    verdict: Option<Verdict>,
    /// The components still to go.
    rest: VecDeque<OsString>,
    links: u32,
    /// Before so many of them, and no more, a missing directory is made.
    makes: usize,
}

impl<'a> Walk<'a> {
    fn begin(mut verdicts: Verdicts<'a>, makes: usize) -> Result<Self> {
        let path = verdicts.path;
        let here = if path.is_absolute() {
            verdicts.arrive(Here::root()?)?
        } else {
            let start = verdicts.arrive(Here::working_directory(path)?)?;
            start.judge_above(&mut verdicts)?;
            start
        };
        let mut rest = VecDeque::new();
        push_components(&mut rest, path.as_os_str());
        Ok(Self { verdicts, here, verdict: None, rest, links: 0, makes })
    }

    /// A component that more components follow.
    fn step(&mut self, name: &OsStr) -> Result<()> {
        let shown = self.here.shown.join(name);
        let mut step = directory::step(&self.here.directory, name);
        if matches!(&step, Err(error) if error.kind() == io::ErrorKind::NotFound)
            && self.rest.len() <= self.makes
        {
            self.make(name, &shown)?;
            step = directory::step(&self.here.directory, name);
        }
        match step.map_err(|error| failed(self.opening(&error), &shown)(error))? {
            directory::Step::Directory(directory, facts) => {
                self.judge_here(Role::ToDirectory { owner: facts.owner })?;
                self.arrive(self.here.next(directory, facts, shown)?)
            }
            directory::Step::Link(target, facts) => {
                self.judge_here(Role::ToOther)?;
                self.follow(&target, &facts, &shown)
            }
            directory::Step::Other(_) => {
                Err(failed(Step::OpenDirectory, &shown)(io::ErrorKind::NotADirectory.into()))
            }
        }
    }

    /// What was to be done when a directory could not be opened. Nobody has named the one where those are made that are
    /// missing.
    fn opening(&self, error: &io::Error) -> Step {
        if self.makes > 0 && error.kind() == io::ErrorKind::NotFound {
            Step::FindPlaceOfNames
        } else {
            Step::OpenDirectory
        }
    }

    /// Another run may have made it in the meantime: then it is as good.
    fn make(&mut self, name: &OsStr, shown: &Path) -> Result<()> {
        self.judge_here(Role::Own)?;
        match directory::make(&self.here.directory, name, 0o700) {
            Ok(()) => {
                self.verdicts.tell(&Event::DirectoryCreated { at: shown });
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(failed(Step::CreateDirectory, shown)(error)),
        }
    }

    /// The last component: what stands there, or `None` when it was a link, which adds new components.
    fn end(&mut self, name: &OsStr) -> Result<Option<Option<Facts>>> {
        self.judge_here(Role::Own)?;
        let shown = self.here.shown.join(name);
        let facts = match directory::facts_at(&self.here.directory, name) {
            Ok(facts) => facts,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(None)),
            Err(error) => return Err(failed(Step::LookUp, &shown)(error)),
        };
        if facts.kind != Kind::Link {
            return Ok(Some(Some(facts)));
        }
        let step =
            directory::step(&self.here.directory, name).map_err(failed(Step::ReadLink, &shown))?;
        if let directory::Step::Link(target, facts) = step {
            self.follow(&target, &facts, &shown)?;
        } else {
            // It was replaced between the look and the step: look once more.
            self.count_link(&shown)?;
            self.rest.push_front(name.into());
        }
        Ok(None)
    }

    fn follow(&mut self, target: &OsStr, link: &Facts, shown: &Path) -> Result<()> {
        let verdict = trust::judge_link(link, &self.here.facts, self.verdicts.judge.trusted);
        self.verdicts.heed(verdict, shown)?;
        self.count_link(shown)?;
        let mut rest = VecDeque::new();
        push_components(&mut rest, target);
        rest.append(&mut self.rest);
        self.rest = rest;
        if Path::new(target).is_absolute() {
            self.arrive(Here::root()?)?;
        }
        Ok(())
    }

    fn arrive(&mut self, here: Here) -> Result<()> {
        self.here = self.verdicts.arrive(here)?;
        self.verdict = None;
        Ok(())
    }

    fn count_link(&mut self, shown: &Path) -> Result<()> {
        self.links += 1;
        if self.links > LINKS_AT_MOST {
            return Err(Error::TooManyLinks { path: shown.into() });
        }
        Ok(())
    }

    /// By the whole table, after a look. A directory is looked at once more after a link in it: the same verdict is told once.
    fn judge_here(&mut self, role: Role) -> Result<()> {
        let verdict = self.here.verdict(role, self.verdicts.judge);
        if self.verdict.replace(verdict) == Some(verdict) {
            return Ok(());
        }
        self.verdicts.heed(verdict, &self.here.shown)
    }

    fn place(self, name: OsString) -> Place {
        let Here { directory, facts, file_system, .. } = self.here;
        Place { directory, file_system, identity: facts.identity, name }
    }
}

/// Splits at slashes. A slash at the end asks for a directory, and so counts as one more component, ".".
fn push_components(rest: &mut VecDeque<OsString>, path: &OsStr) {
    let bytes = path.as_bytes();
    for component in bytes
        .split(|byte| *byte == b'/')
        .filter(|component| !component.is_empty() && *component != b".")
    {
        rest.push_back(OsString::from_vec(component.to_vec()));
    }
    if matches!(rest.back(), Some(last) if last == "..")
        || bytes.ends_with(b"/")
        || bytes.ends_with(b"/.")
    {
        rest.push_back(".".into());
    }
}
