//! Signals taken one by one with sigwaitinfo(2): no handler runs, so no signal is lost between fork and exec.

use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

use super::declared::{sigtimedwait, sigwaitinfo};
use super::{Arrival, Receive, Signal, masks, origin, set};

/// Receives with sigwaitinfo(2).
pub struct ByWaiting {
    child_action: libc::sigaction,
}

super::set::opaque_debug!(ByWaiting);

impl Receive for ByWaiting {
    fn install() -> io::Result<Self> {
        let child_action = set::act(libc::SIGCHLD, &masks::action_for_child())?;
        Ok(Self { child_action })
    }

    fn next(&self, within: Option<Duration>) -> io::Result<Option<Arrival>> {
        let held = set::held();
        loop {
            let mut info = MaybeUninit::uninit();
            let signal = match within {
                // SAFETY: the set is initialised, and `info` is written whole when the call does not fail.
                None => unsafe { sigwaitinfo(&raw const held, info.as_mut_ptr()) },
                Some(within) => {
                    let within = set::timespec(within);
                    // SAFETY: as above, and the time is alive during the call.
                    unsafe { sigtimedwait(&raw const held, info.as_mut_ptr(), &raw const within) }
                }
            };
            if signal == -1 {
                let error = io::Error::last_os_error();
                match error.kind() {
                    // Continued after a stop, or the like. The time begins anew, which is as good.
                    io::ErrorKind::Interrupted => continue,
                    io::ErrorKind::WouldBlock => return Ok(None),
                    _ => return Err(error),
                }
            }
            // SAFETY: the call above did not fail.
            let info = unsafe { info.assume_init() };
            return Ok(Some(Arrival { signal, sender: origin::of(&info) }));
        }
    }

    fn handled(&self) -> Vec<Signal> {
        Vec::new()
    }

    fn child_was_ignored(&self) -> bool {
        set::is_ignored(&self.child_action)
    }

    fn restore(&self) {
        // A signal that could be set once can be set again.
        let _ = set::act(libc::SIGCHLD, &self.child_action);
    }
}
