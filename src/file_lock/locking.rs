//! Taking the lock, and giving it up.

use std::io;
use std::ops::ControlFlow;

use withlock_platform::backend::{
    Attempt, ByteLock, Conflict, LockBackend, LockError, Mode, Wakeup,
};
use withlock_platform::descriptor::Access;
use withlock_platform::evidence::Facts;
use withlock_platform::failure::Failure as Kind;
use withlock_platform::process::{Deadline, TimeLimit};

use super::failure::{Failure, Result};
use super::file::{Creation, LockFile, Opening};

impl LockFile {
    /// Takes the lock: tries, if the deadline is [`Deadline::PASSED`]; otherwise sleeps until it is granted, or until the
    /// deadline. A signal that ends a program ends this one.
    ///
    /// # Errors
    /// [`Failure::Lock`]; [`Failure::Signals`] when there is no timer; where the path is compared, [`Failure::Open`] and
    /// [`Failure::Compare`].
    pub(crate) fn lock(
        &mut self,
        call: &dyn LockBackend,
        mode: Mode,
        until: Option<Deadline>,
    ) -> Result<Attempt> {
        let limit = until.filter(|deadline| *deadline != Deadline::PASSED);
        let _limit = limit.map(TimeLimit::set).transpose().map_err(Failure::Signals)?;
        loop {
            let attempt = match self.attempt(call, mode, until) {
                Err(error) if mode == Mode::Exclusive && self.takes_writing(&error) => continue,
                answer => answer.map_err(Failure::Lock)?,
            };
            if attempt == Attempt::Busy || self.is_at_its_path()?.is_break() {
                return Ok(attempt);
            }
        }
    }

    /// Gives the lock up, for every duplicate of the descriptor.
    ///
    /// # Errors
    /// [`Failure::Lock`].
    pub(crate) fn unlock(&mut self, call: &dyn LockBackend) -> Result<()> {
        match call.unlock(&self.file) {
            Err(error) if self.takes_writing(&error) => call.unlock(&self.file),
            answer => answer,
        }
        .map_err(Failure::Lock)
    }

    /// Who is in the way of an exclusive lock; a look that locks nothing.
    ///
    /// # Errors
    /// [`Failure::Lock`].
    pub(crate) fn conflict(&self, call: &ByteLock) -> Result<Option<Conflict>> {
        let answer = call.conflict(&self.file);
        answer.map_err(|error| Failure::Lock(LockError::from_io(error)))
    }

    fn attempt(
        &self,
        call: &dyn LockBackend,
        mode: Mode,
        until: Option<Deadline>,
    ) -> std::result::Result<Attempt, LockError> {
        loop {
            if until == Some(Deadline::PASSED) {
                match call.try_lock(&self.file, mode) {
                    // By a server that was slow.
                    Err(error) if error.io().kind() == io::ErrorKind::Interrupted => {}
                    answer => return answer,
                }
            } else if call.lock(&self.file, mode)? == Wakeup::Granted {
                return Ok(Attempt::Granted);
            } else if until.is_some_and(Deadline::has_passed) {
                return Ok(Attempt::Busy);
            }
        }
    }

    /// Whether the lock takes a file that is open for writing, and this one is by now: where the system, or a server such as
    /// that of NFS (flock(2), NOTES), makes a range of bytes of it.
    fn takes_writing(&mut self, error: &LockError) -> bool {
        let Some((path, opening)) = self.origin.clone() else {
            return false;
        };
        let may_be_that = matches!(Kind::of(error.io()), Kind::Closed | Kind::Broken);
        let both = Opening {
            access: Access::Both,
            creation: Creation::Never,
            directories: false,
            ..opening
        };
        if !may_be_that || opening.access == Access::Both || self.reopen(&path, both).is_err() {
            return false;
        }
        self.origin = Some((path, both));
        true
    }

    /// Whether the path still names the file, if that counts. If it does not, what stands there by now is opened, to go on with.
    fn is_at_its_path(&mut self) -> Result<ControlFlow<()>> {
        let compared = self.origin.clone().filter(|(_, opening)| opening.compares);
        let Some((path, opening)) = compared else {
            return Ok(ControlFlow::Break(()));
        };
        let locked = Facts::of(&self.file).map_err(Failure::Compare)?;
        match Facts::of_path(&path) {
            Ok(there) if there.identity == locked.identity => return Ok(ControlFlow::Break(())),
            Err(error) if Kind::of(&error) != Kind::Missing => return Err(Failure::Compare(error)),
            _ => {}
        }
        self.reopen(&path, opening).map_err(Failure::Open)?;
        Ok(ControlFlow::Continue(()))
    }
}
