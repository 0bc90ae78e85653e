//! Signal sets and dispositions: the calls of signal(7), each once.

use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

use super::Signal;
use super::masks;
pub(super) use super::masks::{add, change as mask, contains, remove, reset};

/// The set of every signal that is kept from acting on this process while it looks after a job. KILL and STOP can't be
/// held by anybody. A fault of this very process (SEGV, BUS, ...) ends it even while the signal is held; held is what
/// others send.
pub(super) fn held() -> libc::sigset_t {
    masks::every()
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

/// Signal numbers, all that there are here.
pub(super) fn numbers() -> impl Iterator<Item = Signal> {
    1..=masks::HIGHEST
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

/// A time as the calls that wait take it.
pub(super) fn timespec(time: Duration) -> libc::timespec {
    // SAFETY: a plain struct of integers, for which all bits zero is a value; some systems pad it.
    let mut spec: libc::timespec = unsafe { std::mem::zeroed() };
    spec.tv_sec = time.as_secs() as _;
    spec.tv_nsec = time.subsec_nanos() as _;
    spec
}

/// The clock that only grows (clock_gettime(2), `CLOCK_MONOTONIC`).
pub(super) fn monotonic() -> Duration {
    let mut now = timespec(Duration::ZERO);
    // SAFETY: the struct is writable; every system here has this clock, and the zeroes would stay.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Sends this process a signal.
pub(super) fn raise(signal: Signal) {
    // SAFETY: touches no memory.
    let own = unsafe { libc::getpid() };
    // SAFETY: touches no memory.
    unsafe { libc::kill(own, signal) };
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
