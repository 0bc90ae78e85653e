//! What happens at a signal (sigaction(2)).

use std::io;
use std::mem::MaybeUninit;

use super::sets;
use super::signal::Signal;

/// Sets what happens at `signal`, and returns what was set before.
pub(crate) fn act(signal: Signal, action: &libc::sigaction) -> io::Result<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both structs are alive during the call; handlers given here are functions of this crate.
    if unsafe { libc::sigaction(signal, action, old.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above returned 0, so the kernel has filled it.
    Ok(unsafe { old.assume_init() })
}

/// Lets the signal act by default from now on, here and in the programs that are executed.
///
/// # Errors
/// What sigaction(2) says.
pub fn act_by_default(signal: Signal) -> io::Result<()> {
    act(signal, &default_action()).map(drop)
}

/// What is set to happen at `signal`.
pub(crate) fn disposition(signal: Signal) -> io::Result<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: no new action is given; the old one is written whole when the call returns 0.
    if unsafe { libc::sigaction(signal, std::ptr::null(), old.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above returned 0, so the kernel has filled it.
    Ok(unsafe { old.assume_init() })
}

/// An action that runs `handler` without SA_RESTART, so that a blocking call ends with EINTR.
pub(crate) fn action(handler: usize, flags: libc::c_int) -> libc::sigaction {
    // SAFETY: plain data for which all bits zero is a value: default disposition, no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = flags as _;
    action.sa_mask = sets::held();
    action
}

pub(crate) fn default_action() -> libc::sigaction {
    action(libc::SIG_DFL, 0)
}

pub(crate) fn ignoring() -> libc::sigaction {
    action(libc::SIG_IGN, 0)
}

pub(crate) fn is_ignored(action: &libc::sigaction) -> bool {
    action.sa_sigaction == libc::SIG_IGN
}
