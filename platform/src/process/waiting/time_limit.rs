//! A deadline for a blocking call, and nothing else: signals act as the caller has set them.

use std::io;
use std::time::{Duration, Instant};

use super::timer::{self, Timer};
use crate::deadline::Deadline;
use crate::process::signals::debug::opaque_debug;
use crate::process::signals::signal::Signal;
use crate::process::signals::{actions, sets};

/// How often the call is interrupted again, see [`super::Interruption`].
const AGAIN: Duration = Duration::from_millis(5);

/// While this lives, a blocking call of this thread ends with `EINTR` at the deadline, and from then on again and again; and
/// when somebody sends SIGALRM. Every other signal acts on the process as the caller has set it: what ends a program ends this
/// one. Dropped, SIGALRM and the caller's own timer are as before.
pub struct TimeLimit {
    action: libc::sigaction,
    mask: libc::sigset_t,
    /// The caller's own timer, and when it was stopped.
    callers: (Timer, Instant),
}

opaque_debug!(TimeLimit);

impl TimeLimit {
    /// From now until the deadline.
    ///
    /// # Errors
    /// What sigaction(2), pthread_sigmask(3) or setitimer(2) say.
    pub fn set(deadline: Deadline) -> io::Result<Self> {
        let callers = (timer::disarm()?, Instant::now());
        let handler: extern "C" fn(Signal) = wake;
        let action =
            actions::act(libc::SIGALRM, &actions::action(handler as *const () as usize, 0))?;
        let mask = sets::mask(libc::SIG_UNBLOCK, &sets::of(&[libc::SIGALRM]))?;
        let limit = Self { action, mask, callers };
        // The timer counts whole microseconds: one that runs out before the deadline would run out in vain.
        timer::arm(deadline.remaining() + Duration::from_micros(1), AGAIN)?;
        Ok(limit)
    }
}

impl Drop for TimeLimit {
    fn drop(&mut self) {
        // Each of these could be set a moment ago and so can be set now; there is nobody to tell if not.
        let _ = timer::disarm();
        let _ = sets::mask(libc::SIG_SETMASK, &self.mask);
        let _ = actions::act(libc::SIGALRM, &self.action);
        let (Timer { first, interval }, since) = self.callers;
        let left = first.saturating_sub(since.elapsed());
        let first = if left.is_zero() { interval } else { left };
        if !first.is_zero() {
            let _ = timer::arm(first, interval);
        }
    }
}

/// That it runs at all is what ends the blocked call.
extern "C" fn wake(_: Signal) {}
