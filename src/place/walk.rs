//! Walks a path as the kernel does, component by component, links included, and judges each one.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use withlock_platform::directory;
use withlock_platform::evidence::{self, Acl, Facts, FileSystem, Kind};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Warning};
use crate::lock::terms::Policy;
use crate::place::trust::{self, Role, Trusted, Verdict};

/// Links are followed at most so often, as Linux does (path_resolution(7): 40) and others (POSIX.1, SYMLOOP_MAX: 8).
const LINKS_AT_MOST: u32 = 32;

/// Of a directory that seems to lie in itself so often in a row is believed that it is the root.
const MOUNTS_AT_MOST: u32 = 16;

/// The end of a walk: where the lock file lies, or is to lie.
#[derive(Debug)]
pub struct Place {
    /// Its directory, open, judged as the lock file's own.
    pub directory: File,
    /// The file system of the directory.
    pub file_system: FileSystem,
    /// The directory's device.
    pub device: u64,
    /// Its name in the directory.
    pub name: OsString,
}

/// How to judge what the walk meets.
#[derive(Debug)]
pub(crate) struct Judge {
    trusted: Trusted,
    insecure: bool,
    listener: fn(&Event<'_>),
    has_warned: Cell<bool>,
    has_warned_of_remote: Cell<bool>,
    has_walked: Cell<bool>,
}

impl Judge {
    /// Trusts these users, and treats an unsafe place, or a remote one, as the policy says. Its listener is told about the first walk:
    /// a later one finds the same, or ends in an error.
    pub(crate) fn new(trusted: Trusted, policy: &Policy) -> Self {
        let (has_warned, has_walked) = (Cell::new(false), Cell::new(false));
        let &Policy { insecure, listener, .. } = policy;
        Self {
            trusted,
            insecure,
            listener,
            has_warned,
            has_warned_of_remote: Cell::new(false),
            has_walked,
        }
    }
}

/// Walks to the end of `path`, and looks what stands there: `None` is nothing. A link at the end is followed, too.
///
/// Each directory is held open while the next component is looked up in it, so that what was judged is what is used. And
/// it is judged before, as far as the next component does not matter: in a stranger's directory, a look may never return.
///
/// # Errors
/// [`Error::Unsafe`] for a component that is refused; [`Error::Unreachable`], [`Error::TooManyLinks`] or
/// [`Error::NoWorkingDirectory`] where there is no way on; [`Error::NotAFile`] for a path that can only name a directory.
pub(crate) fn walk(path: &Path, judge: &Judge) -> Result<(Place, Option<Facts>)> {
    let mut walk = Walk::begin(path, judge)?;
    loop {
        let Some(name) = walk.rest.pop_front() else {
            return Err(Error::NotAFile { path: path.into(), kind: Kind::Directory });
        };
        if !walk.rest.is_empty() {
            walk.step(&name)?;
        } else if let Some(end) = walk.end(&name)? {
            judge.has_walked.set(true);
            return Ok((walk.place(name), end));
        }
    }
}

struct Walk<'a> {
    path: &'a Path,
    judge: &'a Judge,
    here: Here,
    /// The components still to go.
    rest: VecDeque<OsString>,
    links: u32,
}

/// The directory that the walk has come to.
struct Here {
    directory: File,
    facts: Facts,
    file_system: FileSystem,
    acl: Acl,
    /// As it is shown to people.
    shown: PathBuf,
}

impl<'a> Walk<'a> {
    fn begin(path: &'a Path, judge: &'a Judge) -> Result<Self> {
        let here = if path.is_absolute() {
            judge.arrive(path, Here::root()?)?
        } else {
            let start = judge.arrive(path, Here::working_directory(path)?)?;
            start.judge_above(path, judge)?;
            start
        };
        let mut rest = VecDeque::new();
        push_components(&mut rest, path.as_os_str());
        Ok(Self { path, judge, here, rest, links: 0 })
    }

    /// A component that more components follow.
    fn step(&mut self, name: &OsStr) -> Result<()> {
        let shown = self.here.shown.join(name);
        let step = directory::step(&self.here.directory, name)
            .map_err(failed(Step::OpenDirectory, &shown))?;
        match step {
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
        let verdict = trust::judge_link(link, &self.here.facts, self.judge.trusted);
        self.heed(verdict, shown)?;
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
        self.here = self.judge.arrive(self.path, here)?;
        Ok(())
    }

    fn count_link(&mut self, shown: &Path) -> Result<()> {
        self.links += 1;
        if self.links > LINKS_AT_MOST {
            return Err(Error::TooManyLinks { path: shown.into() });
        }
        Ok(())
    }

    /// What could not be said on arrival.
    fn judge_here(&self, role: Role) -> Result<()> {
        if self.judge.at_sight(&self.here).is_some() {
            return Ok(());
        }
        self.heed(self.judge.directory(&self.here, role), &self.here.shown)
    }

    fn heed(&self, verdict: Verdict, at: &Path) -> Result<()> {
        self.judge.heed(self.path, verdict, at)
    }

    fn place(self, name: OsString) -> Place {
        let Here { directory, facts, file_system, .. } = self.here;
        Place { directory, file_system, device: facts.identity.device, name }
    }
}

impl Judge {
    fn directory(&self, here: &Here, role: Role) -> Verdict {
        trust::judge_directory(&here.facts, &here.acl, role, self.trusted)
    }

    fn at_sight(&self, here: &Here) -> Option<Verdict> {
        trust::judge_at_sight(&here.facts, &here.acl, self.trusted)
    }

    /// A directory in which something is to be looked up.
    fn arrive(&self, path: &Path, here: Here) -> Result<Here> {
        if let Some(verdict) = self.at_sight(&here) {
            self.heed(path, verdict, &here.shown)?;
        }
        Ok(here)
    }

    /// Acts on a verdict.
    pub(crate) fn heed(&self, path: &Path, verdict: Verdict, at: &Path) -> Result<()> {
        self.tell(&Event::Judged { at, verdict });
        match verdict {
            Verdict::Accept => {}
            Verdict::Refuse(reason) if !self.insecure => {
                return Err(Error::Unsafe { path: path.into(), at: at.into(), reason });
            }
            Verdict::Refuse(reason) => self.tell(&Event::Warning(Warning::Place { at, reason })),
            // Once of each kind: where a server decides, it does so for each directory on the path.
            Verdict::Warn(reason) => {
                let has_warned =
                    if reason.is_remote() { &self.has_warned_of_remote } else { &self.has_warned };
                if !has_warned.replace(true) {
                    self.tell(&Event::Warning(Warning::Place { at, reason }));
                }
            }
        }
        Ok(())
    }

    fn tell(&self, event: &Event<'_>) {
        if !self.has_walked.get() {
            (self.listener)(event);
        }
    }
}

impl Here {
    fn root() -> Result<Self> {
        let path = Path::new("/");
        let (directory, facts) = directory::root().map_err(failed(Step::OpenDirectory, path))?;
        Self::new(directory, facts, path.into())
    }

    fn working_directory(path: &Path) -> Result<Self> {
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
    fn judge_above(&self, path: &Path, judge: &Judge) -> Result<()> {
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
                judge.heed(path, judge.directory(&parent, role), &parent.shown)?;
            }
            above = Some(parent);
        }
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
    fn next(&self, directory: File, facts: Facts, shown: PathBuf) -> Result<Self> {
        if facts.identity.device != self.facts.identity.device {
            return Self::new(directory, facts, shown);
        }
        Ok(Self::on(self.file_system.clone(), directory, facts, shown))
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

fn failed(step: Step, path: &Path) -> impl Fn(io::Error) -> Error + use<> {
    let path = path.to_path_buf();
    move |error| Error::Unreachable { path: path.clone(), step, error }
}
