//! Signals taken one by one with handlers and pselect(2): for macOS and OpenBSD, which lack sigwaitinfo(2).
//! Compiled and tested everywhere.

use std::io;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU8, Ordering};

use super::arrival::{Arrival, Sender};
use super::receive::Receive;
use super::signal::Signal;
use super::{actions, sets};
use crate::deadline::{Deadline, timespec};
use crate::process::signals::debug::opaque_debug;

/// Receives with handlers.
pub struct ByHandler {
    /// What was set before our handlers, for the signals that have one now.
    before: Vec<(Signal, libc::sigaction)>,
}

opaque_debug!(ByHandler);

/// Highest signal number that is looked after, plus one: 64 on Linux, fewer elsewhere.
const COUNT: usize = 65;
const FROM_KERNEL: u8 = 1;
const FROM_PROCESS: u8 = 2;
const FROM_SOMEBODY: u8 = 4;
static ARRIVED: [AtomicU8; COUNT] = [const { AtomicU8::new(0) }; COUNT];
/// The last process that sent each.
static SENDER: [AtomicI32; COUNT] = [const { AtomicI32::new(0) }; COUNT];

impl Receive for ByHandler {
    fn install() -> io::Result<Self> {
        let handler: extern "C" fn(Signal, *mut libc::siginfo_t, *mut libc::c_void) = note;
        let action = actions::action(handler as *const () as usize, libc::SA_SIGINFO);
        let mut before = Vec::new();
        for signal in 1..COUNT as Signal {
            // KILL, STOP and the C library's own can't be asked about. What the caller ignores stays ignored, for the
            // job too; all but SIGCHLD, without which the job's end would go unnoticed.
            let Ok(old) = actions::disposition(signal) else {
                continue;
            };
            if (signal == libc::SIGCHLD || !actions::is_ignored(&old))
                && actions::act(signal, &action).is_ok()
            {
                before.push((signal, old));
            }
        }
        // musl lets its own signals through when it sets the first handler (src/signal/sigaction.c).
        sets::mask(libc::SIG_BLOCK, &sets::held())?;
        Ok(Self { before })
    }

    fn next(&self, until: Option<Deadline>) -> io::Result<Option<Arrival>> {
        // Those without a handler of ours stay held.
        let mut open = sets::held();
        for (signal, _) in &self.before {
            sets::remove(&mut open, *signal);
        }
        loop {
            if let Some(arrival) = take() {
                return Ok(Some(arrival));
            }
            let none = ptr::null_mut();
            let time = until.map(|deadline| timespec(deadline.remaining()));
            let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
            // SAFETY: no set of descriptors is passed; the time, if any, and the mask are alive during the call. It ends
            // with EINTR when a handler has run.
            let answer = unsafe { libc::pselect(0, none, none, none, time, &raw const open) };
            if answer == 0 {
                return Ok(take());
            }
        }
    }

    fn handled(&self) -> Vec<Signal> {
        self.before.iter().map(|(signal, _)| *signal).collect()
    }

    fn child_was_ignored(&self) -> bool {
        self.before.iter().any(|(signal, old)| *signal == libc::SIGCHLD && actions::is_ignored(old))
    }

    fn restore(&self) {
        for (signal, old) in &self.before {
            // A signal that could be set once can be set again.
            let _ = actions::act(*signal, old);
        }
    }
}

/// Async-signal-safe: two atomic operations, and errno is not touched.
extern "C" fn note(signal: Signal, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let Ok(index) = usize::try_from(signal) else {
        return;
    };
    let (Some(arrived), Some(last)) = (ARRIVED.get(index), SENDER.get(index)) else {
        return;
    };
    // SAFETY: with SA_SIGINFO the kernel passes a valid siginfo_t (POSIX.1, sigaction).
    let info = unsafe { &*info };
    let bit = match Sender::of(info) {
        Sender::Kernel => FROM_KERNEL,
        Sender::Unknown => FROM_SOMEBODY,
        Sender::Process(pid) => {
            last.store(pid, Ordering::Relaxed);
            FROM_PROCESS
        }
    };
    arrived.fetch_or(bit, Ordering::Relaxed);
}

fn take() -> Option<Arrival> {
    for (signal, (arrived, last)) in ARRIVED.iter().zip(&SENDER).enumerate() {
        let senders = arrived.load(Ordering::Relaxed);
        for bit in [FROM_PROCESS, FROM_KERNEL, FROM_SOMEBODY] {
            if senders & bit != 0 {
                arrived.fetch_and(!bit, Ordering::Relaxed);
                let sender = match bit {
                    FROM_PROCESS => Sender::Process(last.load(Ordering::Relaxed)),
                    FROM_KERNEL => Sender::Kernel,
                    _ => Sender::Unknown,
                };
                return Some(Arrival { signal: signal as Signal, sender });
            }
        }
    }
    None
}
