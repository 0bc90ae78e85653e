//! Signals taken one by one with sigwaitinfo(2): no handler runs, so no signal is lost between fork and exec.

use std::io;
use std::mem::MaybeUninit;

use super::declared::sigwaitinfo;
use super::{Arrival, Receive, Sender, Signal, origin, set};

/// Receives with sigwaitinfo(2).
pub struct ByWaiting {
    child_action: libc::sigaction,
}

super::set::opaque_debug!(ByWaiting);

impl Receive for ByWaiting {
    fn install() -> io::Result<Self> {
        // A handler, if an empty one: an ignored SIGCHLD loses the job's status, and FreeBSD discards a signal whose
        // action is to be ignored even while it is held (sys/kern/kern_sig.c, ps_sigignore).
        let handler: extern "C" fn(Signal) = nothing;
        let child_action = set::act(libc::SIGCHLD, &set::action(handler as *const () as usize, 0))?;
        Ok(Self { child_action })
    }

    fn next(&self, _: &libc::sigset_t) -> io::Result<Arrival> {
        let held = set::held();
        loop {
            let mut info = MaybeUninit::uninit();
            // SAFETY: the set is initialised, and `info` is written whole when the call does not fail.
            let signal = unsafe { sigwaitinfo(&raw const held, info.as_mut_ptr()) };
            if signal == -1 {
                let error = io::Error::last_os_error();
                if error.kind() == io::ErrorKind::Interrupted {
                    continue;
                }
                return Err(error);
            }
            // SAFETY: the call above did not fail.
            let info = unsafe { info.assume_init() };
            let sender = if origin::from_process(&info) { Sender::Process } else { Sender::Kernel };
            return Ok(Arrival { signal, sender });
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

extern "C" fn nothing(_: Signal) {}
