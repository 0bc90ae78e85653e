//! Signals taken one by one with sigwaitinfo(2): no handler runs, so no signal is lost between fork and exec.

use std::io;
use std::mem::MaybeUninit;

use super::arrival::{Arrival, Sender};
use super::receive::Receive;
use super::signal::Signal;
use super::{actions, sets};
use crate::deadline::{Deadline, timespec};
use crate::os::{self, sigtimedwait, sigwaitinfo};
use crate::process::signals::debug::opaque_debug;

/// Receives with sigwaitinfo(2).
pub struct ByWaiting {
    child_action: libc::sigaction,
}

opaque_debug!(ByWaiting);

impl Receive for ByWaiting {
    fn install() -> io::Result<Self> {
        let child_action = actions::act(libc::SIGCHLD, &child_action())?;
        Ok(Self { child_action })
    }

    fn next(&self, until: Option<Deadline>) -> io::Result<Option<Arrival>> {
        let held = sets::held();
        loop {
            let mut info = MaybeUninit::uninit();
            let signal = match until {
                // SAFETY: the set is initialised, and `info` is written whole when the call does not fail.
                None => unsafe { sigwaitinfo(&raw const held, info.as_mut_ptr()) },
                Some(deadline) => {
                    let within = timespec(deadline.remaining());
                    // SAFETY: as above, and the time is alive during the call.
                    unsafe { sigtimedwait(&raw const held, info.as_mut_ptr(), &raw const within) }
                }
            };
            if signal == -1 {
                let error = io::Error::last_os_error();
                match error.kind() {
                    // Continued after a stop, or the like.
                    io::ErrorKind::Interrupted => continue,
                    io::ErrorKind::WouldBlock => return Ok(None),
                    _ => return Err(error),
                }
            }
            // SAFETY: the call above did not fail.
            let info = unsafe { info.assume_init() };
            return Ok(Some(Arrival { signal, sender: Sender::of(&info) }));
        }
    }

    fn handled(&self) -> Vec<Signal> {
        Vec::new()
    }

    fn child_was_ignored(&self) -> bool {
        actions::is_ignored(&self.child_action)
    }

    fn restore(&self) {
        // A signal that could be set once can be set again.
        let _ = actions::act(libc::SIGCHLD, &self.child_action);
    }
}

/// What to set for SIGCHLD so that it is not lost while it is held: the default, or a handler, if an empty one, where the
/// system would discard the signal.
fn child_action() -> libc::sigaction {
    let handler: extern "C" fn(Signal) = nothing;
    if os::KEEPS_WHAT_IS_HELD {
        actions::default_action()
    } else {
        actions::action(handler as *const () as usize, 0)
    }
}

extern "C" fn nothing(_: Signal) {}
