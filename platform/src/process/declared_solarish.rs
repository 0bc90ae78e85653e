//! illumos, Solaris: libc lacks a binding for setitimer(2), which the systems have (sys/time.h).

pub(super) use libc::getentropy;

/// Decrements in real time, then sends SIGALRM (sys/time.h).
pub(super) const ITIMER_REAL: libc::c_int = 0;

unsafe extern "C" {
    pub(super) fn setitimer(
        which: libc::c_int,
        value: *const libc::itimerval,
        old: *mut libc::itimerval,
    ) -> libc::c_int;
}
