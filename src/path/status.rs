//! Asking who holds locks, without wanting one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::LockPath;
use crate::error::{Error, Result};
use crate::event::Listener;
use crate::holder::status::Status;
use crate::local::look::Look;
use crate::name::Name;

impl LockPath {
    /// Who holds the lock now. Takes no lock, creates nothing, and gets in nobody's way; so what it says may be out of date as
    /// soon as it is said. An unsafe place is not refused: the listener is told of it.
    ///
    /// On Linux, this reads the kernel's list of locks, as far as /proc shows it to this user; elsewhere it asks by fcntl(2),
    /// `F_GETLK`, for which the file must be readable.
    ///
    /// # Errors
    /// [`crate::Error`]: the place is out of reach, or something else than a regular file is there.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
    /// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
    /// # let lock = place.join("lock");
    /// use withlock::{Attempt, LockPath, Policy, event::Listener};
    ///
    /// let path = LockPath::new(&lock);
    /// assert!(path.status(Listener::default())?.is_free());
    /// if let Attempt::Held(held) = path.check(&Policy::default())?.try_acquire()? {
    ///     let status = path.status(Listener::default())?;
    ///     let pids = status.holders.iter().filter_map(|it| Some(it.holder.as_ref()?.pid));
    ///     assert_eq!(pids.collect::<Vec<_>>(), [std::process::id()]);
    ///     held.release()?;
    /// }
    /// # std::fs::remove_dir(&place)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn status(&self, listener: Listener<'_>) -> Result<Status> {
        match Look::begin().at(&self.path, listener) {
            Err(error) if self.makes > 0 && is_missing(&error) => Ok(Status::absent()),
            result => result,
        }
    }

    /// The same of a lock with slots: that of the path, which is the first slot, and of those of the others that are there,
    /// in `PATH.2` to `PATH.256`. A file of such a name that is no lock is left out. The first one tells how many wait.
    ///
    /// # Errors
    /// As [`LockPath::status`], of the path itself.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
    /// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
    /// # let lock = place.join("lock");
    /// use withlock::{Attempt, LockPath, Policy, event::Listener};
    ///
    /// let path = LockPath::new(&lock);
    /// let second = LockPath::new(lock.with_extension("2"));
    /// if let Attempt::Held(held) = second.check(&Policy::default())?.try_acquire()? {
    ///     let slots = path.status_of_slots(Listener::default())?;
    ///     assert!(slots[0].1.is_free() && !slots[1].1.is_free());
    ///     held.release()?;
    /// }
    /// # std::fs::remove_dir(&place)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn status_of_slots(&self, listener: Listener<'_>) -> Result<Vec<(PathBuf, Status)>> {
        match Look::begin().at_slots(&self.path, listener) {
            Err(error) if self.makes > 0 && is_missing(&error) => {
                Ok(vec![(self.path.clone(), Status::absent())])
            }
            result => result,
        }
    }

    /// The locks in a directory, sorted by name: the files that somebody holds a lock or a lease on, with any tool, and those
    /// that are withlock's own, as far as this user may see that. Links are left out.
    ///
    /// # Errors
    /// [`crate::Error`]: the directory can't be read, or is out of reach.
    pub fn all_in(
        directory: impl AsRef<Path>,
        listener: Listener<'_>,
    ) -> Result<Vec<(PathBuf, Status)>> {
        Look::begin().in_directory(directory.as_ref(), listener)
    }

    /// The locks of this user that have a [`Name`], as [`LockPath::all_in`] has them; none if their directory is not there.
    ///
    /// # Errors
    /// As [`LockPath::all_in`], and [`crate::Error::NoHome`]: it is not known where that directory is.
    pub fn all_named(listener: Listener<'_>) -> Result<Vec<(PathBuf, Status)>> {
        match Self::all_in(Name::directory()?, listener) {
            Err(error) if is_missing(&error) => Ok(Vec::new()),
            result => result,
        }
    }
}

/// Whether a directory on the way is not there.
fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Unreachable { error, .. } if error.kind() == ErrorKind::NotFound)
}
