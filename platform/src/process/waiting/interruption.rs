//! Ending a blocked lock call: at a deadline, or when the waiter is told to give up.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use super::timer::{self, Timer};
use crate::deadline::Deadline;
use crate::process::signals::actions;
use crate::process::signals::debug::opaque_debug;
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;
use crate::process::signals::sets;
use crate::process::signals::signal::Signal;

/// Signals that make a waiter give up in order. Any other acts on it as on the caller's command.
const GIVING_UP: [Signal; 6] =
    [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2];

/// How often the blocked call is interrupted again, once the deadline has passed or a signal has come.
///
/// Between testing the deadline and blocking there is a moment in which a one-shot timer would fire unseen, and the
/// call would then sleep for ever; a repeating one comes again.
const AGAIN: Duration = Duration::from_millis(5);

/// The first signal that told the waiter to give up; 0 when there was none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// While this lives, a blocking call of this thread ends with `EINTR` at the deadline, and when HUP, INT, QUIT, TERM, USR1
/// or USR2 arrive, unless the caller ignores or blocks them. Any other signal acts on the waiter as the caller has set it, so
/// that it stops at the terminal's wish. Dropped, the signals are held back again.
///
/// A caller's own alarm(2) that runs out meanwhile counts as such a signal; one that has not run out is set again.
pub struct Interruption {
    before: Vec<(Signal, libc::sigaction)>,
    mask: libc::sigset_t,
    /// The caller's own timer, stopped then.
    alarm: Option<(Timer, Instant)>,
}

opaque_debug!(Interruption);

impl Interruption {
    /// Lets the waiter be interrupted: at the deadline and from then on again and again, or by a signal only.
    ///
    /// # Errors
    /// What sigaction(2), setitimer(2) or pthread_sigmask(3) say.
    pub fn allow<R: Receive>(signals: &Signals<R>, until: Option<Deadline>) -> io::Result<Self> {
        SIGNAL.store(0, Ordering::Relaxed);
        let mask = sets::mask(libc::SIG_BLOCK, &sets::empty())?;
        let mut interruption = Self { before: Vec::new(), mask, alarm: None };
        let heeded = |signal| -> io::Result<bool> {
            Ok(!sets::contains(signals.original(), signal)
                && !actions::is_ignored(&actions::disposition(signal)?))
        };
        for signal in GIVING_UP {
            if heeded(signal)? {
                interruption.act(signal, &handling(give_up))?;
            }
        }
        let alarm_counts = heeded(libc::SIGALRM)?;
        // Handlers that take signals for the job would hide them from the waiter; the caller's action is the default.
        for signal in signals.receiver().handled() {
            if !GIVING_UP.contains(&signal) && signal != libc::SIGCHLD {
                interruption.act(signal, &actions::default_action())?;
            }
        }
        interruption.set_timer(alarm_counts, until)?;
        sets::mask(libc::SIG_SETMASK, &while_waiting(signals.original()))?;
        Ok(interruption)
    }

    /// The signal that told the waiter to give up.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        interrupted_by()
    }

    /// Ends it, and returns the signal that told the waiter to give up, be it at the last moment.
    #[must_use]
    pub fn end(self) -> Option<Signal> {
        drop(self);
        interrupted_by()
    }

    /// Lets the timer run out at the deadline, or at the caller's own alarm if that counts and comes first.
    fn set_timer(&mut self, alarm_counts: bool, until: Option<Deadline>) -> io::Result<()> {
        // The timer counts whole microseconds: one that runs out before the deadline would run out in vain.
        let after = until.map(|deadline| deadline.remaining() + Duration::from_micros(1));
        let mut callers = timer::disarm()?;
        if callers.first.is_zero() {
            // Linux starts a repeating timer anew when its signal is taken (kernel/signal.c, dequeue_signal).
            callers.first = callers.interval;
        }
        self.alarm = Some((callers, Instant::now()));
        let is_due = sets::contains(&sets::pending()?, libc::SIGALRM);
        let comes_first =
            !callers.first.is_zero() && after.is_none_or(|after| callers.first <= after);
        // Before the timer is armed: the default action would end the process.
        if alarm_counts && (is_due || comes_first) {
            self.act(libc::SIGALRM, &handling(give_up))?;
            timer::arm(if is_due { AGAIN } else { callers.first }, AGAIN)?;
        } else {
            self.act(
                libc::SIGALRM,
                &handling(if alarm_counts && after.is_none() { give_up } else { wake }),
            )?;
            if let Some(after) = after {
                timer::arm(after, AGAIN)?;
            }
        }
        Ok(())
    }

    fn act(&mut self, signal: Signal, action: &libc::sigaction) -> io::Result<()> {
        let old = actions::act(signal, action)?;
        self.before.push((signal, old));
        Ok(())
    }

    /// What is left of the caller's timer; of one that has run out and was not reported, the moment.
    fn callers_timer(&self) -> Option<Timer> {
        let (callers, since) = self.alarm.filter(|(callers, _)| !callers.first.is_zero())?;
        let left = callers.first.saturating_sub(since.elapsed());
        if left.is_zero() && self.signal() == Some(libc::SIGALRM) {
            return Some(Timer { first: callers.interval, ..callers })
                .filter(|next| !next.first.is_zero());
        }
        Some(Timer { first: left, ..callers })
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        // Each of these could be set a moment ago and so can be set now; there is nobody to tell if not.
        let _ = sets::mask(libc::SIG_SETMASK, &self.mask);
        if timer::disarm().is_ok_and(|ours| !ours.interval.is_zero()) {
            // It may have fired since the signals are held, and the job would be sent a signal that nobody sent.
            // Ignoring a pending signal discards it (POSIX.1, 2.4.3 Signal Actions).
            let _ = actions::act(libc::SIGALRM, &actions::ignoring());
        }
        for (signal, old) in self.before.iter().rev() {
            let _ = actions::act(*signal, old);
        }
        if let Some(callers) = self.callers_timer() {
            let _ = timer::arm(callers.first, callers.interval);
        }
    }
}

/// The caller's mask, and SIGALRM let through. What a waiter's own writes raise stays held, as the calls report it too;
/// and so does SIGCHLD, which may have a handler that would end the wait.
fn while_waiting(original: &libc::sigset_t) -> libc::sigset_t {
    let mut mask = *original;
    sets::remove(&mut mask, libc::SIGALRM);
    for signal in [libc::SIGCHLD, libc::SIGPIPE, libc::SIGXFSZ] {
        sets::add(&mut mask, signal);
    }
    mask
}

fn interrupted_by() -> Option<Signal> {
    Some(SIGNAL.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
}

fn handling(handler: extern "C" fn(Signal)) -> libc::sigaction {
    actions::action(handler as *const () as usize, 0)
}

/// Async-signal-safe: an atomic exchange and one plain system call, which does not fail and so leaves errno alone.
extern "C" fn give_up(signal: Signal) {
    let _ = SIGNAL.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed);
    let _ = timer::arm(AGAIN, AGAIN);
}

/// That it runs at all is what ends the blocked call.
extern "C" fn wake(_: Signal) {}
