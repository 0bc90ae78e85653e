//! Any other Unix: the C library's own sets, which have every signal in them.

use std::ffi::c_int;
use std::io;
use std::mem::MaybeUninit;

use super::signal::Signal;

/// No system has a higher signal number (FreeBSD: `SIGRTMAX`, sys/signal.h).
const HIGHEST: Signal = 126;

/// Every signal.
pub(crate) fn every() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: fills the set; it can't fail (POSIX.1, sigfillset).
    unsafe { libc::sigfillset(set.as_mut_ptr()) };
    // SAFETY: filled above.
    unsafe { set.assume_init() }
}

pub(crate) fn add(set: &mut libc::sigset_t, signal: Signal) {
    // SAFETY: the set is initialised; an impossible number is refused and leaves the set as it was.
    unsafe { libc::sigaddset(set, signal) };
}

pub(crate) fn remove(set: &mut libc::sigset_t, signal: Signal) {
    // SAFETY: the set is initialised; an impossible number is refused and leaves the set as it was.
    unsafe { libc::sigdelset(set, signal) };
}

pub(crate) fn contains(set: &libc::sigset_t, signal: Signal) -> bool {
    // SAFETY: the set is initialised; an impossible number is reported by -1.
    unsafe { libc::sigismember(set, signal) == 1 }
}

/// Whether there is a signal of this number.
#[must_use]
pub fn is_signal(signal: Signal) -> bool {
    contains(&every(), signal)
}

/// Whether there is no signal in the set.
pub(crate) fn is_empty(set: &libc::sigset_t) -> bool {
    !(1..=HIGHEST).any(|signal| contains(set, signal))
}

/// `how` is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK; returns the mask as it was before.
pub(crate) fn change(how: c_int, set: &libc::sigset_t) -> io::Result<libc::sigset_t> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both sets are alive during the call, and the old mask is written whole when it returns 0.
    let errno = unsafe { libc::pthread_sigmask(how, set, old.as_mut_ptr()) };
    if errno != 0 {
        return Err(io::Error::from_raw_os_error(errno));
    }
    // SAFETY: the call above returned 0.
    Ok(unsafe { old.assume_init() })
}
