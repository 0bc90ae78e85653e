//! What takes part: runs that wait in line as the shipped code has it, with what they ask of the system.

use std::path::PathBuf;
use std::time::Duration;

use withlock_platform::backend::Mode;
use withlock_platform::process::Deadline;

use super::mistakes::Mistake;
use super::replay::{Replay, Standing};
use crate::proof::automaton::Code;
use crate::proof::program::{USER, Wait};
use withlock::lock::{
    self, Afterwards, Asking, Attempt, Capacity, Held, Part, Slot, Terms, hold_during,
};
use withlock::trust::Trusted;

/// How many slots there may be.
pub(super) const SLOTS: u8 = 3;
/// The number of the head.
pub(super) const HEAD: u8 = SLOTS;
/// How many locks there are in all: the slots, the head, and two places.
pub(super) const PARTS: usize = SLOTS as usize + 3;

/// The number of a part: the slots come first.
pub(super) fn number(part: Part) -> u8 {
    match part {
        Part::Slot(slot) => slot as u8 - 1,
        Part::Head => HEAD,
        Part::Place(place) => HEAD + place as u8,
    }
}

/// What the code asks of the system: locks are named by their numbers, several of them by a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    Try(u8),
    /// Sleeps until this lock is granted.
    Lock(u8),
    /// Lays a sleeper down for each of these locks, and sleeps until one of them is granted.
    SleepForAny(u8),
    Unlock(u8),
    /// Looks whether a signal has come.
    Signals,
    /// Tells the holder to end.
    Replace,
    Start,
    /// Waits for the end of its job.
    Wait,
    End(Outcome),
}

/// What the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Granted,
    Busy,
    /// The deadline has ended the sleep.
    Deadline,
    /// A signal has come.
    Signal,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    Ran,
    Busy,
    /// So many wait already.
    Crowded,
    Interrupted,
    Failed,
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) wait: Wait,
    pub(super) slots: u8,
    pub(super) waiters: Option<u8>,
    /// It tells the holder to end (`--replace`) before it waits.
    pub(super) replaces: bool,
    /// Its job ends only if it is told to.
    pub(super) runs_for_ever: bool,
    pub(super) mistake: Option<Mistake>,
}

impl Code for Run {
    type Answer = Answer;
    type Standing = Standing;

    fn replay(&self, history: &[Answer], from: usize) -> Vec<Standing> {
        Replay::along(self, history, from)
    }
}

impl Run {
    pub(super) const fn new(slots: u8, wait: Wait) -> Self {
        Self { wait, slots, waiters: None, replaces: false, runs_for_ever: false, mistake: None }
    }

    /// At most so many may wait.
    pub(super) const fn with_places(self, waiters: u8) -> Self {
        Self { waiters: Some(waiters), ..self }
    }

    pub(super) const fn replacing(self) -> Self {
        Self { replaces: true, ..self }
    }

    pub(super) const fn running_for_ever(self) -> Self {
        Self { runs_for_ever: true, ..self }
    }

    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Runs it up to the first call that the replay has no answer for.
    pub(super) fn run(&self, replay: &Replay<'_>) -> Outcome {
        let wait = match self.wait {
            Wait::No => lock::Wait::No,
            Wait::Limited | Wait::Either => {
                Deadline::after(Duration::from_secs(1)).map_or(lock::Wait::No, lock::Wait::Until)
            }
            Wait::Forever | Wait::Interruptible => lock::Wait::Forever,
        };
        let slots = self.slots.into();
        let capacity = Capacity { slots, waiters: self.waiters.map(u16::from) };
        if !self.replaces {
            return self.end(replay, acquire(replay, capacity, wait));
        }
        // As `acquire_replacing` does.
        match acquire(replay, Capacity::ONE, lock::Wait::No) {
            Ok(Attempt::Busy(_)) => {
                let told = replay.ask(Call::Replace) == Some(Answer::Done);
                let wait = if told { wait } else { replay.looks_once_more() };
                self.end(replay, acquire(replay, Capacity::ONE, wait))
            }
            other => self.end(replay, other),
        }
    }

    /// Runs the job, if it may.
    fn end<'a>(
        &self,
        replay: &Replay<'a>,
        attempt: withlock::Result<Attempt<Held<Replay<'a>>>>,
    ) -> Outcome {
        let held = match attempt {
            Ok(Attempt::Held(held)) => held,
            Ok(Attempt::Busy(busy)) if busy.crowded.is_some() => return Outcome::Crowded,
            Ok(Attempt::Busy(_)) => return Outcome::Busy,
            Ok(Attempt::Interrupted(_)) => return Outcome::Interrupted,
            Err(_) => return Outcome::Failed,
        };
        let start = |_: &Held<_>| replay.needed(Call::Start).map(drop);
        let finish = |_: &Held<_>, ()| {
            replay.needed(Call::Wait)?;
            replay.let_go();
            Ok(((), Afterwards::Release))
        };
        if hold_during(held, start, finish).is_ok() { Outcome::Ran } else { Outcome::Failed }
    }
}

fn acquire<'a>(
    replay: &Replay<'a>,
    capacity: Capacity,
    wait: lock::Wait,
) -> withlock::Result<Attempt<Held<Replay<'a>>>> {
    lock::acquire_in_line(capacity, wait, 0, |part| {
        replay.turn_to(part);
        let slot = Slot { world: replay.at(part), terms: terms(part), first: None };
        Ok((!replay.leaves_out(part)).then_some(slot))
    })
}

fn terms(part: Part) -> Terms {
    Terms {
        path: PathBuf::new(),
        trusted: Trusted { user: USER },
        mode: Mode::Exclusive,
        create: true,
        keep: false,
        slot: if let Part::Slot(slot) = part { slot } else { 1 },
        label: String::new(),
        asking: Asking::Never,
    }
}
