//! Ending a blocked lock call: at a deadline, or when the waiter is told to give up.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use super::{Receive, Signal, Signals, set, timer};

/// Signals that make a waiter give up in order. Any other acts on it as it would have acted on the caller's command.
const GIVING_UP: [Signal; 6] =
    [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2];

/// What stays held while waiting: news of children, who are none of ours yet, and what this program's own writing can
/// bring about, on standard error or in the lock file, which is no reason to end.
const STILL_HELD: [Signal; 3] = [libc::SIGCHLD, libc::SIGPIPE, libc::SIGXFSZ];

/// How often the blocked call is interrupted again, once the deadline has passed or a signal has come.
///
/// Between testing the deadline and blocking there is a moment in which a one-shot timer would fire unseen, and the
/// call would then sleep for ever; a repeating one comes again.
const AGAIN: Duration = Duration::from_millis(5);

/// The first signal that told the waiter to give up; 0 when there was none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// While this lives, a blocking call of this thread ends with `EINTR` at the deadline, and when HUP, INT, QUIT, TERM, USR1 or USR2
/// arrive, unless the caller ignores or blocks them; all other signals act as they did before they were held, so that a
/// waiter can be stopped and continued. Dropped, the signals are held back again.
///
/// A caller's own alarm(2) that runs out meanwhile counts as such a signal; one that has not run out is set again.
pub struct Interruption {
    before: Vec<(Signal, libc::sigaction)>,
    open: libc::sigset_t,
    alarm: Option<(Duration, Instant)>,
}

super::set::opaque_debug!(Interruption);

impl Interruption {
    /// Lets the waiter be interrupted: `after` so long and then again and again, or by a signal only.
    ///
    /// # Errors
    /// What sigaction(2), setitimer(2) or pthread_sigmask(3) say.
    pub fn allow<R: Receive>(signals: &Signals<R>, after: Option<Duration>) -> io::Result<Self> {
        SIGNAL.store(0, Ordering::Relaxed);
        let mut interruption =
            Self { before: Vec::new(), open: opened(signals.original()), alarm: None };
        let handled = signals.receiver().handled();
        for signal in 1..65 {
            if !set::contains(&interruption.open, signal) {
                continue;
            }
            if GIVING_UP.contains(&signal) {
                if !set::is_ignored(&set::disposition(signal)?) {
                    interruption.handle(signal, give_up)?;
                }
            } else if handled.contains(&signal) {
                interruption.set(signal, &set::default_action())?;
            }
        }
        // Before the timer is armed: the default action would end the process.
        interruption.handle(libc::SIGALRM, give_up)?;
        if let Some(after) = after {
            let callers = timer::arm(after, AGAIN)?;
            interruption.alarm = Some((callers, Instant::now()));
            if callers.is_zero() || callers > after {
                interruption.handle(libc::SIGALRM, wake)?;
            } else {
                timer::arm(callers, AGAIN)?;
            }
        }
        set::mask(libc::SIG_UNBLOCK, &interruption.open)?;
        Ok(interruption)
    }

    /// The signal that told the waiter to give up.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        Self::told()
    }

    /// Ends it, and answers the signal that told the waiter to give up, be it at the last moment.
    #[must_use]
    pub fn end(self) -> Option<Signal> {
        drop(self);
        Self::told()
    }

    fn told() -> Option<Signal> {
        Some(SIGNAL.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }

    fn handle(&mut self, signal: Signal, handler: extern "C" fn(Signal)) -> io::Result<()> {
        self.set(signal, &set::action(handler as *const () as usize, 0))
    }

    fn set(&mut self, signal: Signal, action: &libc::sigaction) -> io::Result<()> {
        let old = set::act(signal, action)?;
        self.before.push((signal, old));
        Ok(())
    }
}

/// What to let through: what was held for our sake only, and the timer's signal in any case.
fn opened(original: &libc::sigset_t) -> libc::sigset_t {
    let mut open = set::held();
    for signal in 1..65 {
        if set::contains(original, signal) || STILL_HELD.contains(&signal) {
            set::remove(&mut open, signal);
        }
    }
    set::add(&mut open, libc::SIGALRM);
    open
}

impl Drop for Interruption {
    fn drop(&mut self) {
        // Each of these could be set a moment ago and so can be set now; there is nobody to tell if not.
        let _ = set::mask(libc::SIG_BLOCK, &self.open);
        if self.alarm.is_some() || self.signal().is_some() {
            let _ = timer::disarm();
            // It may have run out since the signals are held again. That one is not meant for the job: ignoring a
            // signal discards it where it is pending (POSIX.1, 2.4.3).
            let _ = set::act(libc::SIGALRM, &set::ignoring());
        }
        for (signal, old) in self.before.iter().rev() {
            let _ = set::act(*signal, old);
        }
        if let Some((callers, since)) = self.alarm {
            if !callers.is_zero() {
                let _ = timer::arm(callers.saturating_sub(since.elapsed()), Duration::ZERO);
            }
        }
    }
}

/// Async-signal-safe: an atomic exchange and one plain system call, which does not fail and so leaves errno alone.
extern "C" fn give_up(signal: Signal) {
    let _ = SIGNAL.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed);
    let _ = timer::arm(AGAIN, AGAIN);
}

/// That it runs at all is what ends the blocked call.
extern "C" fn wake(_: Signal) {}
