//! Any other Unix: the C library's own sets, which have every signal in them.

use std::ffi::c_int;
use std::io;
use std::mem::MaybeUninit;

use super::Signal;

/// No system has a higher signal number (FreeBSD: `SIGRTMAX`, sys/signal.h).
pub(super) const HIGHEST: Signal = 126;

/// Every signal.
pub(super) fn every() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: fills the set; it can't fail (POSIX.1, sigfillset).
    unsafe { libc::sigfillset(set.as_mut_ptr()) };
    // SAFETY: filled above.
    unsafe { set.assume_init() }
}

pub(super) fn add(set: &mut libc::sigset_t, signal: Signal) {
    // SAFETY: the set is initialised; an impossible number is refused and leaves the set as it was.
    unsafe { libc::sigaddset(set, signal) };
}

pub(super) fn remove(set: &mut libc::sigset_t, signal: Signal) {
    // SAFETY: the set is initialised; an impossible number is refused and leaves the set as it was.
    unsafe { libc::sigdelset(set, signal) };
}

pub(super) fn contains(set: &libc::sigset_t, signal: Signal) -> bool {
    // SAFETY: the set is initialised; an impossible number is answered with -1.
    unsafe { libc::sigismember(set, signal) == 1 }
}

/// `how` is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK; returns the mask as it was before.
pub(super) fn change(how: c_int, set: &libc::sigset_t) -> io::Result<libc::sigset_t> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both sets are alive during the call, and the old mask is written whole when it answers 0.
    let errno = unsafe { libc::pthread_sigmask(how, set, old.as_mut_ptr()) };
    if errno != 0 {
        return Err(io::Error::from_raw_os_error(errno));
    }
    // SAFETY: the call above answered 0.
    Ok(unsafe { old.assume_init() })
}

/// Sets what happens at `signal` to the default.
pub(super) fn reset(signal: Signal) -> io::Result<()> {
    super::set::act(signal, &super::set::default_action()).map(drop)
}

/// What to set for SIGCHLD so that it is not lost while it is held. A handler, if an empty one: FreeBSD discards a signal
/// whose action is to be ignored even while it is held (sys/kern/kern_sig.c, `ps_sigignore`), and the default is that.
#[allow(dead_code, reason = "not for those who receive by handler")]
pub(super) fn action_for_child() -> libc::sigaction {
    let handler: extern "C" fn(Signal) = nothing;
    super::set::action(handler as *const () as usize, 0)
}

extern "C" fn nothing(_: Signal) {}
