//! Steps 4 to 6 of the protocol: the one loop that takes a lock, and giving up.

use std::time::Duration;

use withlock_platform::backend::{Attempt as Answer, Mode, Wakeup};
use withlock_platform::process::Deadline;

use crate::error::{Error, Result};
use crate::event::{Event, Warning};
use crate::holder::identify::Holder;
use crate::holder::record::Record;
use crate::lock::candidate::{self, Candidate, Rounds, Walked};
use crate::lock::file;
use crate::lock::held::Held;
use crate::lock::release;
use crate::lock::terms::{Asking, Terms};
use crate::lock::wait::{Attempt, Busy, Wait};
use crate::lock::world::World;

/// How long a reader that does not wait sleeps in the kernel all the same: it may have met the last reader's cleaning up,
/// which takes the lock alone for a moment.
const CLEANING_UP: Duration = Duration::from_millis(10);

/// How long a run that does not wait sleeps all the same where nobody is named in the file: of two runs that start in the
/// same moment, the winner may not have written yet who it is.
const NAMING: Duration = Duration::from_millis(10);

/// Takes the lock: steps 1 to 6. The `first` walk was made before, if there is one.
///
/// # Errors
/// [`Error`]; a lock that is held by somebody else is none, and neither is a signal that interrupts the wait.
pub fn acquire<W: World>(
    world: W,
    terms: Terms,
    wait: Wait,
    first: Option<Walked<W>>,
) -> Result<Attempt<Held<W>>> {
    let mut contender = Contender::new(&world, &terms, wait, first);
    let outcome = loop {
        match contender.round() {
            Ok(Some(outcome)) => break outcome,
            Ok(None) => {}
            // Whoever interrupts it again and again is the timer of the wait, or a signal: that is the answer.
            Err(error) if error.is_interrupted() && contender.gives_up() => {
                break Outcome::Lost(Busy::default());
            }
            Err(error) => return Err(error),
        }
    };
    // Only now that signals are held back again is it certain that none has come.
    let signal = contender.waiting.and_then(|waiting| world.end_waiting(waiting));
    match (signal, outcome) {
        (None, Outcome::Won(candidate)) => Ok(Attempt::Held(Held::new(world, terms, candidate))),
        (None, Outcome::Lost(busy)) => Ok(Attempt::Busy(busy)),
        (Some(signal), Outcome::Won(candidate)) => {
            let released = release::clear(&world, &terms, &candidate);
            world.close(candidate.file);
            released.map(|_| Attempt::Interrupted(signal))
        }
        (Some(signal), Outcome::Lost(_)) => Ok(Attempt::Interrupted(signal)),
    }
}

/// How everything ended.
enum Outcome<W: World> {
    Won(Candidate<W>),
    Lost(Busy),
}

/// How an attempt at one candidate ended.
#[derive(PartialEq, Eq)]
enum Taken {
    Granted,
    Busy,
    ByAncestor,
}

struct Contender<'a, W: World> {
    world: &'a W,
    terms: &'a Terms,
    wait: Wait,
    /// From the first wait on.
    waiting: Option<W::Waiting>,
    /// The walk that was made before.
    first: Option<Walked<W>>,
    /// What was seen of the holders a moment ago.
    seen: Option<W::Seen>,
    rounds: Rounds,
}

impl<'a, W: World> Contender<'a, W> {
    fn new(world: &'a W, terms: &'a Terms, wait: Wait, first: Option<Walked<W>>) -> Self {
        Self { world, terms, wait, waiting: None, first, seen: None, rounds: Rounds::new() }
    }

    /// Steps 1 to 5; `None` is to go to 1 again.
    fn round(&mut self) -> Result<Option<Outcome<W>>> {
        let mut candidate =
            match candidate::open(self.world, self.terms, &mut self.first, &mut self.rounds) {
                Err(Error::Leased { .. }) => return self.outlast_lease(),
                opened => opened?,
            };
        let taken = self.take(&candidate);
        let lost = match taken.and_then(|taken| self.compare(&mut candidate, taken)) {
            Ok(Some(Taken::Granted)) => return Ok(Some(Outcome::Won(candidate))),
            Ok(Some(taken)) => Ok(Some(Outcome::Lost(Busy {
                holder: self.identify(&candidate, Asking::WhenBusy),
                by_ancestor: taken == Taken::ByAncestor,
                leased: false,
            }))),
            Ok(None) => Ok(None),
            // Even a file that this run has created stays: somebody else may have locked it by now, and whoever has no
            // lock removes nothing. It is begun, so the next run removes it.
            Err(error) => Err(error),
        };
        self.world.close(candidate.file);
        lost
    }

    /// [2] Somebody has a lease on the file, and was told to give it up: that is busy, or to be waited for and then to go to
    /// 1 again.
    fn outlast_lease(&mut self) -> Result<Option<Outcome<W>>> {
        if self.wait != Wait::No {
            self.world.tell(&Event::Leased);
            let waiting = match self.waiting.take() {
                Some(waiting) => waiting,
                None => self.begin_waiting(None)?,
            };
            let waiting = self.waiting.insert(waiting);
            while !gives_up(self.world, waiting) {
                if self.world.outlast_lease(waiting)? == Wakeup::Granted {
                    return Ok(None);
                }
            }
        }
        Ok(Some(Outcome::Lost(Busy { leased: true, ..Busy::default() })))
    }

    fn gives_up(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| gives_up(self.world, waiting))
    }

    /// [4] Tries, and if that is not enough, waits.
    fn take(&mut self, candidate: &Candidate<W>) -> Result<Taken> {
        if self.world.try_lock(&candidate.file, self.terms.mode)? == Answer::Granted {
            return Ok(Taken::Granted);
        }
        let Candidate { file, facts, .. } = candidate;
        let record = self.world.holder(file);
        // Of a run that neither waits nor tells, it does not matter.
        let matters = self.wait != Wait::No || self.terms.asking != Asking::Never;
        if matters {
            let (is_held, seen) = self.world.is_held_by_ancestor(file, facts, record.as_ref());
            self.seen = Some(seen);
            if is_held {
                return Ok(Taken::ByAncestor);
            }
        }
        if self.wait == Wait::No && self.is_final(candidate, record.as_ref())? {
            return Ok(Taken::Busy);
        }
        let waiting = match self.waiting.take() {
            Some(waiting) => waiting,
            None => self.begin_waiting(Some(candidate))?,
        };
        self.seen = None;
        let taken = self.sleep(candidate, &waiting);
        self.waiting = Some(waiting);
        self.rounds.rested();
        taken
    }

    /// Whether "busy" is the last word for a run that does not wait.
    fn is_final(&self, candidate: &Candidate<W>, holder: Option<&Record>) -> Result<bool> {
        if self.waiting.is_some() || self.terms.mode == Mode::Shared {
            return Ok(self.waiting.is_some());
        }
        // In a file of somebody else's nobody will be named.
        Ok(holder.is_some() || !file::may_be_signed(self.world, &candidate.file)?)
    }

    /// Who holds the lock, if somebody wants to know that now.
    fn identify(&mut self, Candidate { file, .. }: &Candidate<W>, now: Asking) -> Option<Holder> {
        let wanted = self.terms.asking;
        if wanted == Asking::Never || wanted != Asking::Always && wanted != now {
            return None;
        }
        self.world.identify(file, self.world.holder(file), self.seen.take())
    }

    fn begin_waiting(&mut self, candidate: Option<&Candidate<W>>) -> Result<W::Waiting> {
        let until = match (self.wait, self.terms.mode) {
            (Wait::No, Mode::Shared) => Deadline::after(CLEANING_UP),
            (Wait::No, Mode::Exclusive) => Deadline::after(NAMING),
            (Wait::Until(deadline), _) => Some(deadline),
            (Wait::Forever, _) => None,
        };
        if self.wait != Wait::No {
            let holder = candidate.and_then(|candidate| self.identify(candidate, Asking::Always));
            let path = &self.terms.path;
            self.world.tell(&Event::Waiting { path, until, holder: holder.as_ref() });
        }
        self.world.begin_waiting(until)
    }

    /// [4] Sleeps until granted, or until there is a reason to give up.
    fn sleep(&self, candidate: &Candidate<W>, waiting: &W::Waiting) -> Result<Taken> {
        let (file, mode) = (&candidate.file, self.terms.mode);
        self.world.announce(file);
        let mut answer = Wakeup::Interrupted;
        while answer == Wakeup::Interrupted && !gives_up(self.world, waiting) {
            answer = self.world.lock(file, mode, waiting)?;
        }
        self.world.withdraw(file);
        if answer == Wakeup::Granted {
            return Ok(Taken::Granted);
        }
        // Giving up: one last try, after withdrawing. A holder may have left the file to this run, and nobody may be
        // left to remove it.
        Ok(match self.world.try_lock(file, mode)? {
            Answer::Granted => Taken::Granted,
            Answer::Busy => Taken::Busy,
        })
    }

    /// [5] Whatever the answer was, it means something only if it is about the file at the path; `None` if not.
    fn compare(&self, candidate: &mut Candidate<W>, taken: Taken) -> Result<Option<Taken>> {
        match self.world.named() {
            Ok(Some(facts)) if facts.identity == candidate.facts.identity => {
                candidate.facts = facts;
                Ok(Some(taken))
            }
            Ok(_) => {
                self.world.tell(&Event::Again);
                // The path may lead elsewhere now, and nobody come to this file any more.
                if taken == Taken::Granted {
                    // What fails there is no reason not to run here.
                    if let Err(error) = release::clear(self.world, self.terms, candidate) {
                        self.world.tell(&Event::Warning(Warning::Release(&error)));
                    }
                }
                Ok(None)
            }
            Err(error) => {
                if taken == Taken::Granted {
                    // The first error is the one to report; whatever fails here ends with closing the file.
                    let _ = release::clear(self.world, self.terms, candidate);
                }
                Err(error)
            }
        }
    }
}

/// Whether there is a reason not to wait any longer.
fn gives_up<W: World>(world: &W, waiting: &W::Waiting) -> bool {
    world.interrupted(waiting).is_some() || world.is_over(waiting)
}
