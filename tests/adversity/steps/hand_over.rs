//! A holder and a waiter that sleeps: the holder's job ends, and the holder is held up right before a step of its release.
//! Then the waiter gets some steps further, and is held up as well; the holder goes on, and then the waiter. With slots,
//! there is another holder all the while, and it is the second slot that is handed over.

use std::os::unix::process::ExitStatusExt;

use super::run::{Reached, Run, STATUS, finish};
use super::stage::{Stage, can_trace, stride};
use crate::support::before::Before;
use crate::support::is_long;

/// What becomes of the waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiter {
    /// It takes the lock over.
    TakesOver,
    /// It is told to give up.
    IsTold,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct HandOver {
    pub(crate) holder: &'static [&'static str],
    pub(crate) waiter: &'static [&'static str],
    pub(crate) becomes: Waiter,
}

impl HandOver {
    /// Tries every order of a long campaign, or a fixed sample of them.
    pub(crate) fn try_all_orders(self) {
        if !can_trace() {
            return;
        }
        let stride = if is_long() || !self.is_for_slots() { stride() } else { stride() * 3 };
        let mut orders = 0;
        // There are few steps of the release, and each one counts.
        let release_steps = (1..).find(|step| !self.play(*step, usize::MAX).0).unwrap();
        for release in 1..release_steps {
            for steps in (1 + release % stride..).step_by(stride) {
                orders += 1;
                if self.play(release, steps).1 != Reached::There {
                    break;
                }
            }
        }
        println!("{self:?}: {} steps of the release, {orders} orders", release_steps - 1);
    }

    fn is_for_slots(self) -> bool {
        self.holder.contains(&"-j")
    }

    /// Returns whether the release has so many steps, and how far the waiter came.
    fn play(self, release: usize, steps: usize) -> (bool, Reached) {
        let stage = Stage::new(Before::Nothing);
        let other = self.is_for_slots().then(|| stage.hold_slot());
        let mut holder = stage.start("A", self.holder);
        holder.go_to_job();
        let mut waiter = stage.start("B", self.waiter);
        assert_eq!(waiter.go_to(usize::MAX), Reached::Asleep, "{self:?}");
        holder.end_job();
        let is_held_up = holder.go_to(holder.calls + release) == Reached::There;
        if self.becomes == Waiter::IsTold {
            waiter.signal(libc::SIGTERM);
        }
        let reached = waiter.go_to(waiter.calls.saturating_add(steps));
        let case = format!("{self:?}, {release}, {steps}");
        finish(&case, &mut holder, &mut waiter);
        if let Some(other) = other {
            let (status, _, errors) = other.finish();
            assert_eq!((status.code(), errors.as_str()), (Some(0), ""), "{case}");
        }
        self.check(&stage, holder, waiter, &case);
        (is_held_up, reached)
    }

    fn check(self, stage: &Stage, holder: Run, waiter: Run, case: &str) {
        let (status, errors) = holder.outcome();
        assert_eq!((status.code(), errors.as_str()), (Some(STATUS), ""), "{case}");
        let (status, errors) = waiter.outcome();
        let mut log = "A begins\nA ends\n".to_owned();
        match self.becomes {
            Waiter::TakesOver => {
                assert_eq!(status.code(), Some(STATUS), "{case}: {errors}");
                log.push_str("B begins\nB ends\n");
            }
            Waiter::IsTold => assert_eq!(status.signal(), Some(libc::SIGTERM), "{case}: {errors}"),
        }
        assert_eq!((stage.log(), errors.as_str()), (log, ""), "{case}");
        assert_eq!(stage.place.names(), [""; 0], "{case}");
    }
}
