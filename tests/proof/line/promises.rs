//! The promises of the line, and whether they are kept.

use super::run::{Call, Outcome, PARTS, SLOTS};
use super::scene::Scene;
use super::state::{Automaton, NOBODY, State};
use super::words::lock;
use crate::proof::program::Wait;
use crate::proof::promises::Violation;
use crate::proof::state::name;

impl State {
    /// What is wrong at this moment.
    pub(super) fn violation(&self, automaton: &Automaton) -> Option<Violation> {
        self.too_many_holders(automaton)
            .or_else(|| self.too_many_waiters(automaton))
            .or_else(|| self.all().find_map(|who| self.misdeed(who, automaton)))
    }

    /// Nobody but one holds a slot, and no more hold one than there are slots for any of them.
    fn too_many_holders(&self, automaton: &Automaton) -> Option<Violation> {
        let mut taken = 0_u8;
        let (mut holders, mut most) = (0, 0);
        for who in self.all() {
            let Some(slot) = self.slot(who, automaton) else { continue };
            if taken >> slot & 1 == 1 {
                return Some(format!("two hold slot {} at once", slot + 1));
            }
            taken |= 1 << slot;
            holders += 1;
            most = most.max(self.run(who, automaton).slots);
        }
        (holders > most).then(|| format!("{holders} hold the lock at once"))
    }

    fn too_many_waiters(&self, automaton: &Automaton) -> Option<Violation> {
        let waits = |who: &usize| self.marks[*who].asleep;
        let limits = self.all().filter(waits).filter_map(|who| self.run(who, automaton).waiters);
        let (count, most) = limits.fold((0, 0), |(count, most), it| (count + 1, it.max(most)));
        (count > most).then(|| format!("{count} wait at once"))
    }

    fn misdeed(&self, who: usize, automaton: &Automaton) -> Option<Violation> {
        let marks = self.marks[who];
        let standing = self.standing(who, automaton);
        let runs = !marks.killed && matches!(standing.call, Call::Start | Call::Wait);
        let has = |part: &u8| self.has(who, *part) && Some(*part) != standing.slot;
        let kept = (0..PARTS as u8).find(has);
        let complaint = match kept {
            Some(part) if runs => format!("runs its job, and still has {}", lock(part)),
            Some(part) if self.has_ended(who, automaton) => {
                format!("has ended, and still has {}", lock(part))
            }
            _ if marks.jumped => "is served before one that was in line before it".into(),
            _ if marks.hasty => "tries for a place before it has tried for each slot".into(),
            _ if marks.interrupted && standing.slot.is_some() => {
                "runs its job, and was interrupted before".into()
            }
            _ => return None,
        };
        Some(format!("{} {complaint}", name(who)))
    }

    /// A run ends in a way that it must not.
    pub(super) fn false_end(&self, automaton: &Automaton) -> Option<Violation> {
        self.all().find_map(|who| {
            let complaint = self.false_end_of(who, automaton)?;
            Some(format!("{} {complaint}", name(who)))
        })
    }

    fn false_end_of(&self, who: usize, automaton: &Automaton) -> Option<&'static str> {
        let Call::End(outcome) = self.standing(who, automaton).call else { return None };
        let marks = self.marks[who];
        let run = self.run(who, automaton);
        let waits = run.wait != Wait::No && !marks.refused;
        match outcome {
            _ if marks.killed => None,
            Outcome::Failed => Some("ends with an error"),
            Outcome::Busy | Outcome::Crowded if !self.met_all_slots(who, automaton) => {
                Some("says busy, and has not met a holder in each slot")
            }
            Outcome::Crowded if !marks.crowded && run.waiters != Some(0) => {
                Some("says that too many wait, and fewer did")
            }
            Outcome::Busy if waits && !run.wait.may_be_busy() => {
                Some("says busy, and was to wait for ever")
            }
            Outcome::Busy if waits && !marks.over => Some("says busy before its time is over"),
            Outcome::Interrupted if !marks.interrupted => {
                Some("gives up, and nothing has interrupted it")
            }
            _ => None,
        }
    }

    pub(super) fn met_all_slots(&self, who: usize, automaton: &Automaton) -> bool {
        let slots = self.run(who, automaton).slots;
        (0..slots).all(|slot| self.marks[who].met >> slot & 1 == 1)
    }

    /// What is wrong when nothing more must happen.
    pub(super) fn final_violation(
        &self,
        scene: &Scene,
        automaton: &Automaton,
    ) -> Option<Violation> {
        let runs = |slot: &u8| {
            let holder = self.locks[usize::from(*slot)].holder;
            holder != NOBODY && self.runs_for_ever(holder.into(), automaton)
        };
        for who in self.all().filter(|who| self.marks[*who].asleep) {
            let mut slots = 0..self.run(who, automaton).slots;
            if let Some(slot) = slots.find(|slot| !runs(slot)) {
                return Some(format!(
                    "{} waits for ever, and slot {} is free",
                    name(who),
                    slot + 1
                ));
            }
        }
        let waits = |who: usize| self.marks[who].asleep;
        let left = |part: &u8| {
            let holder = self.locks[usize::from(*part)].holder;
            holder != NOBODY && !(runs(part) && *part < SLOTS) && !waits(holder.into())
        };
        if let Some(part) = (0..PARTS as u8).find(left) {
            return Some(format!("all have ended, and {} is not free", lock(part)));
        }
        // Of those that replace each other, one is left.
        let all_run = self.all().all(|who| self.run(who, automaton).runs_for_ever);
        (all_run && !scene.kills && !(0..SLOTS).any(|slot| runs(&slot)))
            .then(|| "nobody runs in the end".into())
    }
}
