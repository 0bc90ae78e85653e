//! What the witness does, in its own process.

use std::ffi::CStr;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::message::{Message, Order, is_readable};
use super::sighting::Sighting;
use crate::deadline::{Deadline, moment};
use crate::os;
use crate::process::signals::arrival::Arrival;
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;

/// What ps(1) shows. Not this program's own name: a signal for all programs of that name is not for the job.
const NAME: &CStr = c"signal-witness";
const TITLE: &[u8] = b"signal-witness: notes signals sent to a whole process group or service";

/// How often it looks whether its parent lives, where the system will not say when it ends.
const PARENT: Duration = Duration::from_secs(1);
/// How often it looks whether a stopped job goes on.
const STOPPED: Duration = Duration::from_millis(100);

/// The witness itself. It makes async-signal-safe calls only, and allocates nothing.
pub(super) struct Post<'a, R: Receive> {
    pub(super) signals: &'a Signals<R>,
    pub(super) link: UnixStream,
    pub(super) parent: libc::pid_t,
    pub(super) job: libc::pid_t,
}

impl<R: Receive> Post<'_, R> {
    /// Returns when there is nobody left to report to.
    pub(super) fn stand(&self) {
        let is_tied = os::die_with_parent();
        os::show_as(NAME, TITLE);
        os::close_all_but(&[self.link.as_raw_fd()]);
        let mut watch = None;
        while self.has_parent() {
            let within = match (watch, is_tied) {
                (Some(_), _) => Some(STOPPED),
                (None, true) => None,
                (None, false) => Some(PARENT),
            };
            let continued = match self.signals.receiver().next(within.and_then(Deadline::after)) {
                Ok(Some(arrival)) if arrival.signal == libc::SIGCHLD => self.obey(&mut watch),
                Ok(Some(arrival)) => self.report(arrival),
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if continued.is_err() {
                return;
            }
            if let Some(until) = watch {
                self.wake_parent(until);
            }
        }
    }

    fn has_parent(&self) -> bool {
        // SAFETY: cannot fail and touches no memory (POSIX.1, getppid).
        unsafe { libc::getppid() == self.parent }
    }

    fn report(&self, arrival: Arrival) -> io::Result<()> {
        self.say(&Message::Sighting(Sighting { arrival, at: moment() }))
    }

    /// Waits while the pair is full: what the witness is sent stays pending meanwhile.
    fn say(&self, message: &Message) -> io::Result<()> {
        (&self.link).write_all(&message.encode())
    }

    /// Everything that is pending comes before the answer. `watch` is until when it watches, if it does.
    fn obey(&self, watch: &mut Option<Duration>) -> io::Result<()> {
        while let Some(arrival) = self.signals.receiver().next(Some(Deadline::PASSED))? {
            if arrival.signal != libc::SIGCHLD {
                self.report(arrival)?;
            }
        }
        let mut order = [0; Order::LENGTH];
        while is_readable(&self.link, Deadline::PASSED)? {
            (&self.link).read_exact(&mut order)?;
            match Order::decode(order) {
                Order::Answer => self.say(&Message::Answer)?,
                Order::Watch(until) => *watch = Some(until),
                Order::Rest => *watch = None,
            }
        }
        Ok(())
    }

    /// Continues the parent, if that was stopped with its job, and the job goes on or has ended, or it is time.
    fn wake_parent(&self, until: Duration) {
        let (job, parent) = (os::is_stopped(self.job), os::is_stopped(self.parent));
        if wakes(parent, job, moment() >= until) {
            // SAFETY: touches no memory; our parent, so its id names nobody else.
            unsafe { libc::kill(self.parent, libc::SIGCONT) };
        }
    }
}

/// Whether to continue the parent, of which it may be known whether it is stopped, and of the job. Where nothing is known,
/// a parent that runs is continued when it is time, which does nothing, until it says that it needs that no longer.
fn wakes(is_parent_stopped: Option<bool>, is_job_stopped: Option<bool>, is_time: bool) -> bool {
    match is_parent_stopped {
        Some(true) => is_time || is_job_stopped == Some(false),
        Some(false) => false,
        None => is_time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_run_goes_on_with_its_job_and_when_it_is_time_to_end_that() {
        let (yes, no, unknown) = (Some(true), Some(false), None);
        assert!(wakes(yes, no, false), "the job goes on");
        assert!(!wakes(yes, yes, false) && !wakes(yes, unknown, false));
        assert!(wakes(yes, yes, true) && wakes(unknown, unknown, true), "it is time");
        assert!(!wakes(unknown, unknown, false));
        assert!(!wakes(no, no, true) && !wakes(no, yes, true), "it runs");
    }
}
