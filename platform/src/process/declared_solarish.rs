//! illumos, Solaris: libc lacks bindings for setitimer(2), sigwaitinfo(3C) and sigtimedwait(3C), which the systems'
//! libc has (sys/time.h, signal.h).

pub(super) use libc::getentropy;

/// Decrements in real time, then sends SIGALRM (sys/time.h).
pub(super) const ITIMER_REAL: libc::c_int = 0;

unsafe extern "C" {
    pub(super) fn setitimer(
        which: libc::c_int,
        value: *const libc::itimerval,
        old: *mut libc::itimerval,
    ) -> libc::c_int;

    pub(super) fn sigwaitinfo(
        set: *const libc::sigset_t,
        info: *mut libc::siginfo_t,
    ) -> libc::c_int;

    pub(super) fn sigtimedwait(
        set: *const libc::sigset_t,
        info: *mut libc::siginfo_t,
        within: *const libc::timespec,
    ) -> libc::c_int;
}
