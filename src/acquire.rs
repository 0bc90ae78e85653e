//! Steps 4 to 6 of the protocol: the one loop that takes a lock, and giving up.

use std::time::Duration;

use withlock_platform::backend::{Attempt as Answer, Mode, Wakeup};

use crate::error::{Error, Result};
use crate::event::Event;
use crate::held::Held;
use crate::kernel::Kernel;
use crate::lockfile::{self, Candidate, Rounds};
use crate::record::Record;
use crate::settings::Settings;

/// How long to wait for a lock that somebody else holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    No,
    /// At most so long.
    AtMost(Duration),
    /// Until it is free.
    Forever,
}

/// What came of trying. Busy is an answer, not an error.
#[derive(Debug)]
pub enum Attempt<H> {
    /// The lock is held by this run now.
    Held(H),
    /// Somebody else holds it, and did so for as long as this run was willing to wait.
    Busy(Busy),
}

/// Who holds the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// The holder's record; `None` is somebody unknown.
    pub holder: Option<Record>,
    /// The holder is an ancestor of this run and waits for its end, so waiting for it would never end.
    pub by_ancestor: bool,
}

/// A reader that does not wait may still meet the last reader's cleaning up, which takes the lock alone for a moment.
const READERS_GRACE: Duration = Duration::from_millis(10);

/// How an attempt at one candidate ended.
enum Taken {
    Granted,
    Busy,
    ByAncestor,
    Told(i32),
}

/// Takes the lock: steps 1 to 6.
pub(crate) fn acquire<K: Kernel>(
    kernel: K,
    settings: Settings,
    wait: Wait,
) -> Result<Attempt<Held<K>>> {
    let limit = match wait {
        Wait::Forever => None,
        Wait::AtMost(limit) => Some(limit),
        Wait::No if settings.mode == Mode::Shared => Some(READERS_GRACE),
        Wait::No => Some(Duration::ZERO),
    };
    let mut patience = None;
    let mut rounds = Rounds::new();
    loop {
        let candidate = lockfile::open(&kernel, &settings, &mut rounds)?;
        let taken = match take(
            &kernel,
            &settings,
            &candidate,
            limit,
            &mut patience,
            &mut rounds,
        ) {
            Ok(taken) => taken,
            Err(error) => {
                // Even a file that this run has created stays: somebody else may have locked it, and whoever has no
                // lock removes nothing. It is signed, so the next run removes it.
                kernel.close(candidate.file);
                return Err(error);
            }
        };
        if let Taken::Told(signal) = taken {
            kernel.close(candidate.file);
            return Err(Error::Told { signal });
        }
        // [5] Whatever the answer was: it means something only if it is about the file at the path.
        match kernel.named() {
            Ok(Some(identity)) if identity == candidate.facts.identity => {}
            Ok(_) => {
                kernel.tell(&Event::Again);
                kernel.close(candidate.file);
                continue;
            }
            Err(error) => {
                if matches!(taken, Taken::Granted) {
                    // The first error is the one to report; whatever fails here ends with closing the file.
                    let _ = crate::held::release(&kernel, &settings, &candidate);
                }
                kernel.close(candidate.file);
                return Err(error);
            }
        }
        drop(patience);
        if matches!(taken, Taken::Granted) {
            return Ok(Attempt::Held(hold(kernel, settings, candidate)));
        }
        let holder = kernel.holder(&candidate.file);
        kernel.close(candidate.file);
        return Ok(Attempt::Busy(Busy {
            holder,
            by_ancestor: matches!(taken, Taken::ByAncestor),
        }));
    }
}

/// [4] Tries, and if that is not enough, waits.
fn take<K: Kernel>(
    kernel: &K,
    settings: &Settings,
    candidate: &Candidate<K>,
    limit: Option<Duration>,
    patience: &mut Option<K::Patience>,
    rounds: &mut Rounds,
) -> Result<Taken> {
    let file = &candidate.file;
    if kernel.try_lock(file, settings.mode)? == Answer::Granted {
        return Ok(Taken::Granted);
    }
    if limit == Some(Duration::ZERO) {
        return Ok(Taken::Busy);
    }
    let holder = kernel.holder(file);
    if kernel.is_held_by_ancestor(&candidate.facts, holder.as_ref()) {
        return Ok(Taken::ByAncestor);
    }
    if patience.is_none() {
        kernel.tell(&Event::Waiting {
            limit,
            holder: holder.as_ref(),
        });
        *patience = Some(kernel.be_patient(limit)?);
    }
    let Some(patience) = patience else {
        return Ok(Taken::Busy);
    };
    rounds.rested();
    loop {
        if let Some(signal) = kernel.told(patience) {
            give_up(kernel, settings, candidate)?;
            return Ok(Taken::Told(signal));
        }
        if kernel.is_over(patience) {
            // [4] One last try. Nobody may be left to take the lock, and to remove the file, after this run.
            let last = kernel.try_lock(file, settings.mode)?;
            return Ok(if last == Answer::Granted {
                Taken::Granted
            } else {
                Taken::Busy
            });
        }
        if kernel.lock(file, settings.mode, patience)? == Wakeup::Granted {
            return Ok(Taken::Granted);
        }
    }
}

/// Giving up because of a signal: the last try, and if it is granted, the release, so that no file stays.
fn give_up<K: Kernel>(kernel: &K, settings: &Settings, candidate: &Candidate<K>) -> Result<()> {
    if kernel.try_lock(&candidate.file, settings.mode)? == Answer::Granted {
        crate::held::release(kernel, settings, candidate)?;
    }
    Ok(())
}

/// [6] The lock is held; says so in the file, if that is withlock's own.
fn hold<K: Kernel>(kernel: K, settings: Settings, candidate: Candidate<K>) -> Held<K> {
    let own = lockfile::is_own(
        &kernel,
        &candidate.file,
        &candidate.facts,
        candidate.created,
        settings.trusted,
    );
    let record = Record::of_this_run(&settings.label);
    if own {
        kernel.record(&candidate.file, Some(&record));
    }
    kernel.tell(&Event::Acquired { own });
    Held::new(kernel, settings, candidate, record)
}
