//! What came of a call, on either side.

use super::script::{Call, Step};
use crate::proof::simulated::{Facts, Kernel, Tried};
use crate::support::puppet::PUPPETS;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    /// There is no such name, or there is one already.
    No,
    Opened {
        descriptor: usize,
        facts: Facts,
    },
    Facts(Facts),
    Granted,
    Busy,
    /// The process sleeps now.
    Sleeps,
    /// A process that slept was interrupted.
    Interrupted,
    /// The kernel has found that processes would wait for each other for ever.
    Deadlock,
    /// Any other error.
    Failed(i32),
}

/// What one step has led to: its answer, and the answers of those who have slept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) answer: Answer,
    pub(crate) late: [Option<Answer>; PUPPETS],
    /// Who sleeps now.
    pub(crate) sleeps: [bool; PUPPETS],
}

/// Lets the simulated kernel do a step. There is nothing to do with a descriptor that is not open.
pub(crate) fn simulate(kernel: &mut Kernel, step: Step) -> Answer {
    let Step { who, call } = step;
    if call.descriptor().is_some_and(|descriptor| !kernel.has_open(who, descriptor)) {
        return Answer::Done;
    }
    match call {
        Call::Stat { name } => kernel.stat(name).map_or(Answer::No, Answer::Facts),
        Call::Open { name } => {
            let opened = kernel.open(who, name);
            open_answer(kernel, who, opened)
        }
        Call::Create { name, mode } => {
            let opened = kernel.create(who, name, mode);
            open_answer(kernel, who, opened)
        }
        Call::OpenOrCreate { name, mode } => {
            let opened = kernel.open_or_create(who, name, mode);
            open_answer(kernel, who, opened)
        }
        Call::Fstat { descriptor } => Answer::Facts(kernel.fstat(who, descriptor)),
        Call::Unlink { name } => done_if(kernel.unlink(name)),
        Call::Link { from, to } => done_if(kernel.link(from, to)),
        Call::Rename { from, to } => done_if(kernel.rename(from, to)),
        Call::Lock { descriptor, request, waits } => {
            match kernel.lock(who, descriptor, request, waits) {
                Tried::Granted => Answer::Granted,
                Tried::Busy => Answer::Busy,
                Tried::Blocked => Answer::Sleeps,
            }
        }
        Call::Test { descriptor, request } => {
            if kernel.test(who, descriptor, request) {
                Answer::Granted
            } else {
                Answer::Busy
            }
        }
        _ => just_do(kernel, step),
    }
}

/// Lets the simulated kernel do what can't fail.
fn just_do(kernel: &mut Kernel, Step { who, call }: Step) -> Answer {
    match call {
        Call::Write { descriptor, content } => kernel.write(who, descriptor, content),
        Call::Chmod { descriptor, mode } => kernel.chmod(who, descriptor, mode),
        Call::Unlock { descriptor, request } => kernel.unlock(who, descriptor, request),
        Call::Close { descriptor } => kernel.close(who, descriptor),
        Call::Fork { child } => kernel.fork(who, child),
        Call::Kill => kernel.end(who),
        Call::Interrupt => {
            kernel.interrupt(who);
            return Answer::Interrupted;
        }
        other => unreachable!("{other:?} has an answer"),
    }
    Answer::Done
}

fn open_answer(kernel: &Kernel, who: usize, opened: Option<usize>) -> Answer {
    opened.map_or(Answer::No, |descriptor| Answer::Opened {
        descriptor,
        facts: kernel.fstat(who, descriptor),
    })
}

fn done_if(done: bool) -> Answer {
    if done { Answer::Done } else { Answer::No }
}
