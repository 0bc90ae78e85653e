//! Signal sets and dispositions: the calls of signal(7), each once.

use std::io;
use std::mem::MaybeUninit;

use super::Signal;

/// Signals that are left alone: stops by the terminal on background input and output. KILL and STOP can't be held by
/// anybody. A fault of this very process (SEGV, BUS, ...) ends it even while the signal is held; held is what others send.
const LEFT_ALONE: [Signal; 2] = [libc::SIGTTIN, libc::SIGTTOU];

/// The set of every signal that is kept from acting on this process while it looks after a job.
pub(super) fn held() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: fills the set; it can't fail (POSIX.1, sigfillset).
    unsafe { libc::sigfillset(set.as_mut_ptr()) };
    // SAFETY: filled above.
    let mut set = unsafe { set.assume_init() };
    for signal in LEFT_ALONE {
        remove(&mut set, signal);
    }
    set
}

pub(super) fn empty() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: clears the set; it can't fail (POSIX.1, sigemptyset).
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: cleared above.
    unsafe { set.assume_init() }
}

pub(super) fn of(signals: &[Signal]) -> libc::sigset_t {
    let mut set = empty();
    for signal in signals {
        add(&mut set, *signal);
    }
    set
}

pub(super) fn contains(set: &libc::sigset_t, signal: Signal) -> bool {
    // SAFETY: the set is initialised; an impossible number is answered with -1.
    unsafe { libc::sigismember(set, signal) == 1 }
}

pub(super) fn add(set: &mut libc::sigset_t, signal: Signal) {
    // SAFETY: the set is initialised; an impossible number is refused and leaves the set as it was.
    unsafe { libc::sigaddset(set, signal) };
}

pub(super) fn remove(set: &mut libc::sigset_t, signal: Signal) {
    // SAFETY: the set is initialised; an impossible number is refused and leaves the set as it was.
    unsafe { libc::sigdelset(set, signal) };
}

/// `how` is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK; answers the mask as it was before.
pub(super) fn mask(how: libc::c_int, set: &libc::sigset_t) -> io::Result<libc::sigset_t> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both sets are alive during the call, and the old mask is written whole when it answers 0.
    let errno = unsafe { libc::pthread_sigmask(how, set, old.as_mut_ptr()) };
    if errno != 0 {
        return Err(io::Error::from_raw_os_error(errno));
    }
    // SAFETY: the call above answered 0.
    Ok(unsafe { old.assume_init() })
}

pub(super) fn pending() -> io::Result<libc::sigset_t> {
    let mut set = empty();
    // SAFETY: the set is initialised and written by the kernel.
    if unsafe { libc::sigpending(&raw mut set) } == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(set)
    }
}

/// Sets what happens at `signal`, and answers what was set before.
pub(super) fn act(signal: Signal, action: &libc::sigaction) -> io::Result<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both structs are alive during the call; handlers given here are functions of this crate.
    if unsafe { libc::sigaction(signal, action, old.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above answered 0, so the kernel has filled it.
    Ok(unsafe { old.assume_init() })
}

/// What is set to happen at `signal`.
pub(super) fn disposition(signal: Signal) -> io::Result<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: no new action is given; the old one is written whole when the call answers 0.
    if unsafe { libc::sigaction(signal, std::ptr::null(), old.as_mut_ptr()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above answered 0, so the kernel has filled it.
    Ok(unsafe { old.assume_init() })
}

/// An action that runs `handler` without SA_RESTART, so that a blocking call ends with EINTR.
pub(super) fn action(handler: usize, flags: libc::c_int) -> libc::sigaction {
    // SAFETY: plain data for which all bits zero is a value: default disposition, no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = flags as _;
    action.sa_mask = held();
    action
}

pub(super) fn default_action() -> libc::sigaction {
    action(libc::SIG_DFL, 0)
}

pub(super) fn ignoring() -> libc::sigaction {
    action(libc::SIG_IGN, 0)
}

pub(super) fn is_ignored(action: &libc::sigaction) -> bool {
    action.sa_sigaction == libc::SIG_IGN
}

/// `Debug` for a struct with system structs inside, which have none.
macro_rules! opaque_debug {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use opaque_debug;
