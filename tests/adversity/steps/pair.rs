//! Two runs and the order of their steps; and what must be true whatever it is.

use std::process::ExitStatus;

use super::run::{Reached, STATUS, finish};
use super::stage::{Stage, can_trace, stride};
use crate::support::before::{Before, Untouched};
use crate::support::is_long;

/// Two runs, by their options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pairing {
    pub(crate) first: &'static [&'static str],
    pub(crate) second: &'static [&'static str],
    pub(crate) before: Before,
}

impl Pairing {
    /// Tries every order of a long campaign, or a fixed sample of them.
    pub(crate) fn try_all_orders(self) {
        if !can_trace() {
            return;
        }
        // Of many similar ones, and with calls for each slot.
        let for_slots = [self.first, self.second].concat().contains(&"-j");
        let stride = if is_long() || !for_slots { stride() } else { stride() * 2 };
        let mut orders = 0;
        let mut met = 0;
        for first in (1..=self.calls()).step_by(stride) {
            // Each first step meets other second ones.
            for second in (1 + first / stride % stride..).step_by(stride) {
                let order = Order { pairing: self, first, second };
                let reached = order.play();
                orders += 1;
                if reached != Reached::There {
                    break;
                }
                met += 1;
            }
        }
        assert!(met > 0, "{self:?}");
        println!("{self:?}: {orders} orders, in {met} of them both were held up");
    }

    /// How many system calls the first one makes when it is alone.
    fn calls(self) -> usize {
        let stage = Stage::new(self.before);
        let mut run = stage.start("A", self.first);
        assert_eq!(run.go_to(usize::MAX), Reached::End);
        run.calls
    }

    /// Readers may, and those who have different slots.
    fn may_overlap(self, slots: &[String]) -> bool {
        let are_apart = slots.len() == 2 && slots[0] != slots[1];
        self.first.contains(&"-s") && self.second.contains(&"-s") || are_apart
    }

    /// Whether a run with these options may be told that the lock is busy.
    fn may_refuse(self, options: &[&str]) -> bool {
        !options.contains(&"inf") && !options.contains(&"2")
    }
}

#[derive(Debug)]
struct Order {
    pairing: Pairing,
    first: usize,
    second: usize,
}

impl Order {
    /// Plays it, and returns how far the second run had come when the first one went on.
    fn play(&self) -> Reached {
        let stage = Stage::new(self.pairing.before);
        let before = Untouched::of(&stage.place.join("lock"));
        let mut first = stage.start("A", self.pairing.first);
        assert_eq!(first.go_to(self.first), Reached::There, "{self:?}");
        let mut second = stage.start("B", self.pairing.second);
        let reached = second.go_to(self.second);
        finish(&format!("{self:?}"), &mut first, &mut second);
        let log = stage.log();
        let ran = [
            (self.pairing.first, first.name, first.outcome()),
            (self.pairing.second, second.name, second.outcome()),
        ]
        .map(|(options, name, outcome)| self.check_run(options, name, &outcome, &log));
        assert!(ran.contains(&true), "nobody ran: {self:?}");
        self.check_log(ran, &log, &stage.slots());
        self.check_file(&stage, before.as_ref());
        reached
    }

    /// Its job has run, once, and its status is that; or it was told that the lock is busy, unless it waits for ever.
    fn check_run(
        &self,
        options: &[&str],
        name: &str,
        (status, errors): &(ExitStatus, String),
        log: &str,
    ) -> bool {
        let begun = log.lines().filter(|line| *line == format!("{name} begins")).count();
        if begun == 1 {
            assert_eq!((status.code(), errors.as_str()), (Some(STATUS), ""), "{name}, {self:?}");
            return true;
        }
        assert_eq!((begun, status.code()), (0, Some(1)), "{name}, {self:?}: {errors}");
        assert!(self.pairing.may_refuse(options), "{name}, {self:?}: {errors}");
        assert!(
            errors.starts_with("withlock: ") && errors.lines().count() == 1,
            "{name}, {self:?}: {errors}"
        );
        false
    }

    fn check_log(&self, ran: [bool; 2], log: &str, slots: &[String]) {
        let names = ["A", "B"];
        let one_by_one = |order: [usize; 2]| -> String {
            order
                .into_iter()
                .filter(|index| ran[*index])
                .map(|index| format!("{0} begins\n{0} ends\n", names[index]))
                .collect()
        };
        if self.pairing.may_overlap(slots) {
            let mut lines: Vec<&str> = log.lines().collect();
            lines.sort_unstable();
            assert_eq!(lines.len(), 2 * ran.iter().filter(|ran| **ran).count(), "{self:?}: {log}");
        } else {
            assert!(
                log == one_by_one([0, 1]) || log == one_by_one([1, 0]),
                "they overlap: {self:?}: {log}"
            );
        }
    }

    fn check_file(&self, stage: &Stage, before: Option<&Untouched>) {
        if self.pairing.before != Before::Foreign {
            assert_eq!(stage.place.names(), [""; 0], "{self:?}");
            return;
        }
        assert_eq!(Untouched::of(&stage.place.join("lock")).as_ref(), before, "{self:?}");
    }
}
