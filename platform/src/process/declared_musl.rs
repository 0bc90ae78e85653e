//! Linux with musl: libc lacks a binding for getentropy(3), which musl has since 1.1.20 (unistd.h).

pub(super) use libc::{ITIMER_REAL, setitimer, sigtimedwait, sigwaitinfo};

unsafe extern "C" {
    pub(super) fn getentropy(bytes: *mut libc::c_void, length: libc::size_t) -> libc::c_int;
}
