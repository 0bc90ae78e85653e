//! Steps 4 to 6 of the protocol: the one loop that takes a lock, or one of several, and giving up.

use std::time::Duration;

use withlock_platform::backend::Mode;
use withlock_platform::process::Deadline;

use crate::error::Result;
use crate::event::Event;
use crate::holder::identify::Holder;
use crate::lock::approach::{self, Asked, Look, Standing, Word};
use crate::lock::candidate::{Candidate, Rounds, Walked};
use crate::lock::held::Held;
use crate::lock::release;
use crate::lock::sleep::{self, gives_up};
use crate::lock::slot::Slot;
use crate::lock::terms::{Asking, Terms};
use crate::lock::wait::{Attempt, Busy, Wait};
use crate::lock::world::World;

/// How long a reader that does not wait sleeps in the kernel all the same: it may have met the last reader's cleaning up,
/// which takes the lock alone for a moment.
const CLEANING_UP: Duration = Duration::from_millis(10);

/// The same where it is seen to be that: the removal of a file may take its time.
const SLOW_CLEANING_UP: Duration = Duration::from_secs(2);

/// How long a run that does not wait sleeps all the same where nobody is named in the file: of two runs that start in the
/// same moment, the winner may not have written yet who it is.
const NAMING: Duration = Duration::from_millis(10);

/// Takes the lock: steps 1 to 6. The `first` walk was made before, if there is one.
///
/// # Errors
/// [`crate::Error`]; a lock that is held by somebody else is none, and neither is a signal that interrupts the wait.
pub fn acquire<W: World>(
    world: W,
    terms: Terms,
    wait: Wait,
    first: Option<Walked<W>>,
) -> Result<Attempt<Held<W>>> {
    acquire_any([Ok(Slot { world, terms, first })], wait)
}

/// Takes one of these locks: the first one that is free, or else the first one that becomes free. They are of one mode. A
/// slot behind one that is free is not asked for.
///
/// # Errors
/// As [`acquire`], and what the slots say.
pub fn acquire_any<W: World>(
    slots: impl IntoIterator<Item = Result<Slot<W>>>,
    wait: Wait,
) -> Result<Attempt<Held<W>>> {
    let mut further = slots.into_iter();
    let mut slots = Vec::new();
    let mut contender = Contender {
        slots: &mut slots,
        further: &mut further,
        wait,
        waiting: None,
        cleaning_up: None,
        rounds: Rounds::new(),
    };
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
    let signal = match (contender.waiting, slots.first()) {
        (Some(waiting), Some(slot)) => slot.world.end_waiting(waiting),
        _ => None,
    };
    match (signal, outcome) {
        (None, Outcome::Won(number, candidate)) => {
            let Slot { world, terms, .. } = slots.swap_remove(number);
            Ok(Attempt::Held(Held::new(world, terms, candidate)))
        }
        (None, Outcome::Lost(busy)) => Ok(Attempt::Busy(busy)),
        (Some(signal), Outcome::Won(number, candidate)) => {
            let Slot { world, terms, .. } = &slots[number];
            let released = release::clear(world, terms, &candidate);
            world.close(candidate.file);
            released.map(|_| Attempt::Interrupted(signal))
        }
        (Some(signal), Outcome::Lost(_)) => Ok(Attempt::Interrupted(signal)),
    }
}

/// How everything ended.
enum Outcome<W: World> {
    /// The lock of this number was granted.
    Won(usize, Candidate<W>),
    Lost(Busy),
}

struct Contender<'a, W: World> {
    slots: &'a mut Vec<Slot<W>>,
    /// Those that it has not come to yet.
    further: &'a mut dyn Iterator<Item = Result<Slot<W>>>,
    wait: Wait,
    /// From the first wait on.
    waiting: Option<W::Waiting>,
    /// How long to wait at most for a reader that cleans up.
    cleaning_up: Option<Deadline>,
    rounds: Rounds,
}

impl<W: World> Contender<'_, W> {
    /// Steps 1 to 5; `None` is to go to 1 again.
    fn round(&mut self) -> Result<Option<Outcome<W>>> {
        let mut standings = Vec::with_capacity(self.slots.len());
        let outcome = match self.look_at_all(&mut standings) {
            Ok(None) if standings.iter().all(|standing| standing.is_final(self.wait)) => {
                Ok(Some(Outcome::Lost(self.busy(&mut standings))))
            }
            Ok(None) => self.wait(&mut standings),
            decided => decided,
        };
        for Standing { number, candidate, .. } in standings {
            if let Some(candidate) = candidate {
                self.slots[number].world.close(candidate.file);
            }
        }
        outcome
    }

    /// Tries each of them, in order, up to the first that is free.
    fn look_at_all(&mut self, standings: &mut Vec<Standing<W>>) -> Result<Option<Outcome<W>>> {
        let mut asked =
            Asked { wait: self.wait, has_waited: self.waiting.is_some(), for_ancestors: true };
        for number in 0.. {
            if number == self.slots.len() {
                let Some(slot) = self.further.next() else { break };
                self.slots.push(slot?);
            }
            let slot = &mut self.slots[number];
            // A single one that is free in the end will do.
            asked.for_ancestors = standings.iter().all(|it| it.word == Word::ByAncestor);
            match approach::look(slot, number, asked, &mut self.rounds)? {
                Look::Won(candidate) => return Ok(Some(Outcome::Won(number, candidate))),
                Look::Busy(standing) => standings.push(standing),
            }
        }
        Ok(None)
    }

    /// [4] Sleeps until granted, or until there is a reason to give up.
    fn wait(&mut self, standings: &mut [Standing<W>]) -> Result<Option<Outcome<W>>> {
        if let Some(leased) = standings.iter().find(|standing| standing.word == Word::Leased) {
            self.slots[leased.number].world.tell(&Event::Leased);
        }
        let waiting = match self.waiting.take() {
            Some(waiting) => waiting,
            None => self.begin_waiting(standings)?,
        };
        let slots = &*self.slots;
        let waiting = self.waiting.insert(waiting);
        for standing in &mut *standings {
            standing.seen = None;
        }
        let slept = sleep::until_granted(slots, standings, waiting, self.cleaning_up);
        self.rounds.rested();
        slept?;
        let gives_up = gives_up(slots, waiting);
        let won = sleep::settle(slots, standings, gives_up)?;
        if let Some((number, candidate)) = won {
            return Ok(Some(Outcome::Won(number, candidate)));
        }
        let is_final = gives_up && standings.iter().all(|it| it.word != Word::NotYet);
        Ok(is_final.then(|| Outcome::Lost(self.busy(standings))))
    }

    fn gives_up(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| gives_up(self.slots, waiting))
    }

    fn begin_waiting(&mut self, standings: &mut [Standing<W>]) -> Result<W::Waiting> {
        let Slot { world, terms, .. } = &self.slots[0];
        let until = match (self.wait, terms.mode) {
            (Wait::No, Mode::Shared) => {
                self.cleaning_up = Deadline::after(SLOW_CLEANING_UP);
                Deadline::after(CLEANING_UP)
            }
            (Wait::No, Mode::Exclusive) => Deadline::after(NAMING),
            (Wait::Until(deadline), _) => Some(deadline),
            (Wait::Forever, _) => None,
        };
        if self.wait != Wait::No {
            let holder = self.holder(standings, Asking::Always);
            world.tell(&Event::Waiting { path: &terms.path, until, holder: holder.as_ref() });
        }
        world.begin_waiting(until)
    }

    /// That all of them are busy.
    fn busy(&self, standings: &mut [Standing<W>]) -> Busy {
        if standings.is_empty() {
            return Busy::default();
        }
        let all_are = |word| standings.iter().all(|standing| standing.word == word);
        let (by_ancestor, leased) = (all_are(Word::ByAncestor), all_are(Word::Leased));
        Busy {
            holder: self.holder(standings, Asking::WhenBusy),
            by_ancestor,
            leased,
            slots: standings.len(),
            crowded: None,
            irreplaceable: None,
        }
    }

    /// Who has held one of them for the longest time, if somebody wants to know that now.
    fn holder(&self, standings: &mut [Standing<W>], now: Asking) -> Option<Holder> {
        let holders = standings.iter_mut().filter_map(|it| it.identify(self.slots, now));
        holders.max_by_key(Holder::age)
    }
}
