//! The steps of a trace, in words; numbers in brackets are steps of the protocol.

use super::automaton::Automaton;
use super::call::Call;
use super::program::Outcome;
use super::replay::Standing;
use super::simulated::{Content, MARKER, Request, Space, Tried};
use super::state::{State, name};
use super::way::{Step, What};

/// One line: who does what, and what comes of it.
pub(super) fn step(step: Step, before: &State, after: &State, automaton: &Automaton) -> String {
    let Step { who, what } = step;
    let standing = automaton.standing(before.locals[who]);
    let text = match what {
        What::Call | What::TimerFiresTooEarly => {
            let came = outcome(who, before, after, automaton);
            let early = if what == What::Call { "" } else { " (its timer fires just before)" };
            format!("{}{early}{came}", call(standing.call))
        }
        What::TimeIsOver => "looks at the clock: its time is over".into(),
        What::SignalHasCome => "looks for signals: one interrupts the wait".into(),
        What::ReadsName => "reads who holds the lock".into(),
        What::ReadsNobody => "reads that nobody holds the lock".into(),
        What::Retry => {
            format!("wakes up, and tries again{}", outcome(who, before, after, automaton))
        }
        What::Deadline => "is woken by its deadline".into(),
        What::Signal => "is woken by a signal".into(),
        What::Kill => "is killed".into(),
        What::Dies => "is dead now, and its files are closed".into(),
        What::JobEnds => "is dead, and its job ends".into(),
        What::FamilyEnds => "sees nothing of it: what its job has left running ends".into(),
        What::SleeperCalls(_) => "'s sleeper locks".into(),
        What::SleeperRetries(_) => "'s sleeper wakes up, and tries again".into(),
        What::SleeperEnds(_) | What::SleeperIsKilled(_) => "is dead, and its sleeper ends".into(),
        What::Wakes => "hears that one of its sleepers has ended its sleep".into(),
        What::Anew => "has slept for long".into(),
        What::Reaps(_) => "ends its sleeper".into(),
        What::Rests => "has rested".into(),
        What::Redirection => return "          the path leads to another directory now".into(),
    };
    let number = match (what, standing.step) {
        (What::Kill | What::Dies | What::JobEnds | What::FamilyEnds, _) | (_, 0) => {
            "   ".to_owned()
        }
        (_, number) => format!("[{number}]"),
    };
    let end = match automaton.standing(after.locals[who]).call {
        Call::End(Outcome::Ran) => "; it has run, and ends",
        Call::End(Outcome::Busy) => "; it ends, busy",
        Call::End(Outcome::Interrupted) => "; it ends, interrupted",
        Call::End(Outcome::Failed) => "; it ends with an error",
        _ => "",
    };
    let has_slots = automaton.program(before.locals[who]).slots > 1;
    let slot = match what {
        What::SleeperCalls(slot)
        | What::SleeperRetries(slot)
        | What::SleeperEnds(slot)
        | What::SleeperIsKilled(slot)
        | What::Reaps(slot) => Some(slot),
        What::Call | What::Retry if has_slots && standing.step > 0 => Some(standing.slot),
        _ => None,
    };
    let slot = slot.map_or_else(String::new, |slot| format!(" (slot {})", slot + 1));
    let end = if matches!(what, What::Kill | What::Dies | What::FamilyEnds) { "" } else { end };
    format!("{} {number:>4} {text}{slot}{end}", name(who))
}

fn outcome(who: usize, before: &State, after: &State, automaton: &Automaton) -> String {
    let standing = automaton.standing(before.locals[who]);
    let [place, path] = before.names(who, automaton);
    let place = match standing.call {
        Call::Look | Call::Stat => path,
        _ => place,
    };
    let slot = standing.slot.into();
    let facts = |state: &State| state.kernel.stat(place);
    match standing.call {
        Call::Lock { .. } if after.kernel.is_blocked(who) => ": sleeps".into(),
        Call::Lock { .. } => {
            let granted = was_granted(standing, who, before);
            format!(": {}", if granted { "granted" } else { "refused" })
        }
        Call::Look if facts(before).is_none() => ": nothing there".into(),
        Call::Look => ": a file".into(),
        Call::Open | Call::Create if !after.kernel.has_open(who, slot) => ": too late".into(),
        Call::Open | Call::Create | Call::OpenOrCreate | Call::Fstat => {
            format!(": file {}", after.kernel.fstat(who, slot).inode)
        }
        Call::Wait if after.marks[who].family => ": it died of a signal".into(),
        Call::Stat | Call::Entry => match facts(before) {
            Some(facts) => format!(": file {}", facts.inode),
            None => ": no file".into(),
        },
        Call::Test(request) => {
            let empty = before.kernel.test(who, slot, request);
            format!(": {}", if empty { "nobody" } else { "somebody" })
        }
        _ => String::new(),
    }
}

/// Whether a lock call that did not end asleep was granted: one that was asleep before was woken for that.
fn was_granted(standing: &Standing, who: usize, before: &State) -> bool {
    let Call::Lock { request, .. } = standing.call else { return false };
    before.kernel.is_blocked(who)
        || before.kernel.clone().lock(who, standing.slot.into(), request, false) == Tried::Granted
}

fn call(call: Call) -> String {
    match call {
        Call::Look => "walks the path, and looks at the name".into(),
        Call::Open => "opens the file".into(),
        Call::Create => "creates the file".into(),
        Call::OpenOrCreate => "opens or creates the file".into(),
        Call::Write(Content::Named) => "writes who it is".into(),
        Call::Write(_) => "writes the signature".into(),
        Call::Chmod => "sets mode 0600".into(),
        Call::Fstat => "asks the open file who it is".into(),
        Call::Read | Call::ReadHolder => "reads the file".into(),
        Call::Stat => "compares: the path names".into(),
        Call::Entry => "compares: the name stands for".into(),
        Call::Lock { request, waits, .. } => lock(request, waits),
        Call::Unlock(request) if request.bytes == MARKER => "withdraws its announcement".into(),
        Call::Unlock(request) => format!("unlocks ({})", space(request)),
        Call::Test(_) => "looks who announces that it waits".into(),
        Call::Unlink => "removes the name".into(),
        Call::Close => "closes the file".into(),
        Call::SleepForAny { .. } => "lays a sleeper down for each slot".into(),
        Call::Rest => "rests".into(),
        Call::Clock => "looks at the clock: there is time left".into(),
        Call::Signals => "looks for signals: none".into(),
        Call::Start => "starts its job".into(),
        Call::Wait => "sees its job end".into(),
        Call::End(_) => "has ended".into(),
    }
}

fn lock(request: Request, waits: bool) -> String {
    if request.bytes == MARKER {
        return match request.exclusive {
            true => "closes the queue, if nobody waits".into(),
            false => "announces that it waits".into(),
        };
    }
    let mode = if request.exclusive { "exclusively" } else { "shared" };
    let verb = if waits { "locks" } else { "tries to lock" };
    format!("{verb} {mode} ({})", space(request))
}

fn space(request: Request) -> &'static str {
    match request.space {
        Space::Flock => "flock",
        Space::Range if request.by_process => "fcntl",
        Space::Range => "OFD",
    }
}
