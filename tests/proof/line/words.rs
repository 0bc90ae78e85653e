//! The steps of a trace, in words; numbers in brackets are steps of the protocol.

use super::replay::Standing;
use super::run::{Call, HEAD};
use super::steps::{Step, What};
use crate::proof::state::name;

/// What a lock is called.
pub(super) fn lock(part: u8) -> String {
    match part {
        HEAD => "the head of the line".into(),
        0..HEAD => format!("slot {}", part + 1),
        _ => format!("place {}", part - HEAD),
    }
}

/// One line: who does what.
pub(super) fn step(step: Step, standing: &Standing) -> String {
    let text = match step.what {
        What::Call => call(standing.call),
        What::SignalHasCome => "looks for signals: one interrupts the wait".into(),
        What::SleeperCalls(part) => format!("'s sleeper locks {}", lock(part)),
        What::Granted(part) => format!("wakes up, and is granted {}", lock(part)),
        What::Wakes => "hears that one of its sleepers has ended its sleep".into(),
        What::Deadline => "is woken by its deadline".into(),
        What::Signal => "is woken by a signal".into(),
        What::Kill => "is killed".into(),
        What::Dies(part) => format!("is dead now, and has no more to do with {}", lock(part)),
        What::JobEnds => "is dead, and its job ends".into(),
    };
    let number = match (step.what, standing.step) {
        (What::Kill | What::Dies(_) | What::JobEnds, _) | (_, 0) => String::new(),
        (_, number) => format!("[{number}]"),
    };
    format!("{} {number:>4} {text}", name(step.who))
}

fn call(call: Call) -> String {
    match call {
        Call::Try(part) => format!("tries to lock {}", lock(part)),
        Call::Lock(part) => format!("locks {}", lock(part)),
        Call::SleepForAny(_) => "lays a sleeper down for each slot".into(),
        Call::Unlock(part) => format!("gives up {}", lock(part)),
        Call::Signals => "looks for signals: none".into(),
        Call::Replace => "tells the holder to end".into(),
        Call::Start => "starts its job".into(),
        Call::Wait => "sees its job end".into(),
        Call::End(_) => "has ended".into(),
    }
}
