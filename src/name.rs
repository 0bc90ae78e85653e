//! Locks with a name instead of a path, and where they lie.
//!
//! Two runs of one user must mean the same file by one name, or two jobs run at once. So the place depends on nothing that
//! differs between a login shell, cron(8) and a service: not on `XDG_RUNTIME_DIR` (which cron has not, and whose directory is
//! emptied when the user logs out, jobs or not), not on `XDG_CACHE_HOME`, and on `HOME` only where the user database knows
//! no home directory.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use withlock_platform::process;

use crate::error::{Error, Result};

/// Behind each name, so that no name can be that of another file of a lock.
const SUFFIX: &str = ".lock";

/// The name of a lock. Its file is `NAME.lock` in [`Name::directory`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(OsString);

/// Why something is no name for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAName {
    /// It is empty.
    Empty,
    /// It has a slash, as paths have.
    Slash,
    /// It begins with a dot.
    Dot,
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the name is empty (is a variable not set?)",
            Self::Slash => "a name has no slash; a path is given as LOCKFILE, without -N",
            Self::Dot => "a name does not begin with a dot",
        })
    }
}

impl std::error::Error for NotAName {}

impl Name {
    /// Takes any bytes but a slash and a dot in front. How long it may be is for the file system to say.
    ///
    /// # Errors
    /// [`NotAName`].
    ///
    /// ```
    /// use withlock::{Name, NotAName};
    ///
    /// assert!(Name::new("nightly backup").is_ok());
    /// assert_eq!(Name::new("run/backup"), Err(NotAName::Slash));
    /// assert_eq!(Name::new(".."), Err(NotAName::Dot));
    /// ```
    pub fn new(name: impl AsRef<OsStr>) -> std::result::Result<Self, NotAName> {
        let name = name.as_ref();
        match name.as_bytes() {
            [] => Err(NotAName::Empty),
            [b'.', ..] => Err(NotAName::Dot),
            bytes if bytes.contains(&b'/') => Err(NotAName::Slash),
            _ => Ok(Self(name.to_owned())),
        }
    }

    /// As it was given.
    #[must_use]
    pub fn as_os_str(&self) -> &OsStr {
        &self.0
    }

    /// Where the locks with names of this user are: `/run/withlock` for root, or `/var/run/withlock` where there is no
    /// `/run`; for others `.cache/withlock` in the home directory, as the user database has it. It may not be there yet.
    ///
    /// # Errors
    /// [`Error::NoHome`]: the user has no home directory.
    pub fn directory() -> Result<PathBuf> {
        home().map(|home| home.directory)
    }

    /// The name of its file.
    pub(crate) fn file(&self) -> OsString {
        let mut file = self.0.clone();
        file.push(SUFFIX);
        file
    }
}

/// Where locks with names are.
pub(crate) struct Home {
    pub(crate) directory: PathBuf,
    /// How many of its directories, from the last one up, are made if they are missing.
    pub(crate) makes: usize,
}

/// Where those of this user are.
pub(crate) fn home() -> Result<Home> {
    let user = process::effective_user();
    if user == 0 {
        let run = if Path::new("/run").is_dir() { "/run" } else { "/var/run" };
        return Ok(Home { directory: Path::new(run).join("withlock"), makes: 1 });
    }
    let is_known = |home: &PathBuf| home.is_absolute();
    let home = process::user_home(user)
        .filter(is_known)
        .or_else(|| env::var_os("HOME").map(PathBuf::from).filter(is_known))
        .ok_or(Error::NoHome { user })?;
    Ok(Home { directory: home.join(".cache/withlock"), makes: 2 })
}
