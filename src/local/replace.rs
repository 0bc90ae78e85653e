//! Whether the holder of a lock may be told to end, and telling it.

use withlock_platform::holders::{Holds, Life, List, Overview, State};
use withlock_platform::process::{Other, Signal, signal};

use crate::error::{Error, Result, Step};
use crate::holder::identify::{Sight, is_old_enough};
use crate::holder::record::Record;
use crate::local::content::OpenFile;
use crate::local::system::System;
use crate::lock::{Irreplaceable, World};

/// The run that holds the lock, without any doubt.
pub(crate) struct Target {
    process: Other,
    record: Record,
    is_stopped: bool,
}

type Found = std::result::Result<Target, Irreplaceable>;

impl Target {
    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.record.pid
    }

    /// Sends it a signal, and lets it go on if it is stopped. One that has ended by now needs none.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        send(&self.process, signal)?;
        if self.is_stopped { send(&self.process, signal::CONT) } else { Ok(()) }
    }
}

fn send(process: &Other, signal: Signal) -> Result<()> {
    process.signal(signal).map_err(Error::system(Step::EndHolder))
}

impl System<'_> {
    /// The run of withlock, by this user, that holds the lock at the path now; or why nobody may be told to end.
    pub(crate) fn target(&self) -> Result<Found> {
        let Some(file) = self.opened()? else { return Ok(Err(Irreplaceable::Unknown)) };
        let Some(record) = self.holder(&file) else { return Ok(Err(Irreplaceable::Unknown)) };
        self.proven(&file, record)
    }

    fn opened(&self) -> Result<Option<OpenFile>> {
        match self.walk()? {
            (place, Some(found)) => self.open(&place, &found),
            (_, None) => Ok(None),
        }
    }

    fn proven(&self, file: &OpenFile, record: Record) -> Result<Found> {
        let sight = self.look_at(file, None);
        // Asked here, because a run that tells nobody has not asked before.
        if self.is_held_by_ancestor(file, &self.facts(file)?, Some(&record)).0 {
            return Ok(Err(Irreplaceable::Ancestor));
        }
        if record.user != self.terms.trusted.user {
            return Ok(Err(Irreplaceable::OtherUser));
        }
        if !sight.is_here(&record.host) {
            return Ok(Err(Irreplaceable::OtherHost));
        }
        // First the hold, then the proof, so that it is about this process.
        let Some(process) = Other::hold(record.pid) else {
            return Ok(Err(Irreplaceable::Unseen));
        };
        let Life::Here(life) = sight.life(record.pid) else {
            return Ok(Err(Irreplaceable::Unseen));
        };
        let is_held = match sight.holds(record.pid) {
            Holds::Yes => true,
            Holds::No => false,
            // Where the system lists no locks, the record, of a process that is old enough, must do.
            Holds::Unknown => !List::EXISTS && is_old_enough(record.pid, &record, &sight),
        };
        let is_still_recorded = self.holder(file).is_some_and(|it| it.token == record.token);
        if life.state == State::Ended || !is_held || !is_still_recorded {
            return Ok(Err(Irreplaceable::Unseen));
        }
        Ok(Ok(Target { process, record, is_stopped: life.state == State::Stopped }))
    }

    /// Kills what holds the lock of this target: all processes that have its descriptor, but not the run itself, which sees its
    /// command end then. Returns whether there was any. Where nobody is seen to have it but the run itself, its command has not
    /// inherited the lock, and would go on without one if the run was killed.
    pub(crate) fn kill_holders(&self, target: &Target) -> Result<bool> {
        let Some(file) = self.opened()? else { return Ok(false) };
        let is_same = self.holder(&file).is_some_and(|it| it.token == target.record.token);
        let holders = Overview::now().filter(|_| is_same).map(|all| all.having(&file.file));
        let mut has_killed = false;
        for (pid, _) in holders.unwrap_or_default() {
            if [target.pid(), std::process::id()].contains(&pid) {
                continue;
            }
            let Some(process) = Other::hold(pid) else { continue };
            // Its id may have been used again since.
            if Overview::now().is_some_and(|now| now.holds(pid, &file.file) == Holds::Yes) {
                send(&process, signal::KILL)?;
                has_killed = true;
            }
        }
        Ok(has_killed)
    }
}
