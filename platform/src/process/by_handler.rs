//! Signals taken one by one with handlers and sigsuspend(2): for macOS and OpenBSD, which lack sigwaitinfo(2).
//! Compiled and tested everywhere.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{Arrival, Receive, Sender, Signal, origin, set};

/// Receives with handlers.
pub struct ByHandler {
    /// What was set before our handlers, for the signals that have one now.
    before: Vec<(Signal, libc::sigaction)>,
}

super::set::opaque_debug!(ByHandler);

/// Highest signal number that is looked after, plus one: 64 on Linux, fewer elsewhere.
const COUNT: usize = 65;
const FROM_KERNEL: u8 = 1;
const FROM_PROCESS: u8 = 2;
static ARRIVED: [AtomicU8; COUNT] = [const { AtomicU8::new(0) }; COUNT];

impl Receive for ByHandler {
    fn install() -> io::Result<Self> {
        let handler: extern "C" fn(Signal, *mut libc::siginfo_t, *mut libc::c_void) = note;
        let action = set::action(handler as *const () as usize, libc::SA_SIGINFO);
        let held = set::held();
        let mut before = Vec::new();
        for signal in (1..COUNT as Signal).filter(|signal| set::contains(&held, *signal)) {
            // KILL, STOP and the C library's own can't be asked about. What the caller ignores stays ignored, for the
            // job too; all but SIGCHLD, without which the job's end would go unnoticed.
            let Ok(old) = set::disposition(signal) else {
                continue;
            };
            if (signal == libc::SIGCHLD || !set::is_ignored(&old))
                && set::act(signal, &action).is_ok()
            {
                before.push((signal, old));
            }
        }
        Ok(Self { before })
    }

    fn next(&self, original: &libc::sigset_t) -> io::Result<Arrival> {
        let mut open = *original;
        for (signal, _) in &self.before {
            set::remove(&mut open, *signal);
        }
        loop {
            if let Some(arrival) = take() {
                return Ok(arrival);
            }
            // SAFETY: the set is initialised; the call ends, always with EINTR, when a handler has run.
            unsafe { libc::sigsuspend(&raw const open) };
        }
    }

    fn handled(&self) -> Vec<Signal> {
        self.before.iter().map(|(signal, _)| *signal).collect()
    }

    fn child_was_ignored(&self) -> bool {
        self.before.iter().any(|(signal, old)| *signal == libc::SIGCHLD && set::is_ignored(old))
    }

    fn restore(&self) {
        for (signal, old) in &self.before {
            // A signal that could be set once can be set again.
            let _ = set::act(*signal, old);
        }
    }
}

/// Async-signal-safe: one atomic operation, and errno is not touched.
extern "C" fn note(signal: Signal, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let Some(slot) = usize::try_from(signal).ok().and_then(|index| ARRIVED.get(index)) else {
        return;
    };
    // SAFETY: with SA_SIGINFO the kernel passes a valid siginfo_t (POSIX.1, sigaction).
    let info = unsafe { &*info };
    slot.fetch_or(
        if origin::from_process(info) { FROM_PROCESS } else { FROM_KERNEL },
        Ordering::Relaxed,
    );
}

fn take() -> Option<Arrival> {
    for (signal, slot) in ARRIVED.iter().enumerate() {
        let senders = slot.load(Ordering::Relaxed);
        for (bit, sender) in [(FROM_PROCESS, Sender::Process), (FROM_KERNEL, Sender::Kernel)] {
            if senders & bit != 0 {
                slot.fetch_and(!bit, Ordering::Relaxed);
                return Some(Arrival { signal: signal as Signal, sender });
            }
        }
    }
    None
}
