//! What the witness does, in its own process.

use std::ffi::CStr;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::message::{ANSWER, Message, WATCH, is_readable};
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
        let mut is_watching = false;
        while self.has_parent() {
            let within = match (is_watching, is_tied) {
                (true, _) => Some(STOPPED),
                (false, true) => None,
                (false, false) => Some(PARENT),
            };
            let continued = match self.signals.receiver().next(within.and_then(Deadline::after)) {
                Ok(Some(arrival)) if arrival.signal == libc::SIGCHLD => self.obey(&mut is_watching),
                Ok(Some(arrival)) => self.report(arrival),
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if continued.is_err() {
                return;
            }
            if is_watching {
                self.wake_parent();
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

    /// Everything that is pending comes before the answer.
    fn obey(&self, is_watching: &mut bool) -> io::Result<()> {
        while let Some(arrival) = self.signals.receiver().next(Some(Deadline::PASSED))? {
            if arrival.signal != libc::SIGCHLD {
                self.report(arrival)?;
            }
        }
        let mut order = [0];
        while is_readable(&self.link, Deadline::PASSED)? {
            (&self.link).read_exact(&mut order)?;
            match order[0] {
                ANSWER => self.say(&Message::Answer)?,
                other => *is_watching = other == WATCH,
            }
        }
        Ok(())
    }

    /// Continues the parent, if that was stopped with its job, and the job goes on or has ended.
    fn wake_parent(&self) {
        let is_stopped = os::is_stopped;
        if is_stopped(self.job) == Some(false) && is_stopped(self.parent) == Some(true) {
            // SAFETY: touches no memory; our parent, so its id names nobody else.
            unsafe { libc::kill(self.parent, libc::SIGCONT) };
        }
    }
}
