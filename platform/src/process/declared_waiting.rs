//! Calls that libc binds on this system.

pub(super) use libc::{ITIMER_REAL, getentropy, setitimer, sigtimedwait, sigwaitinfo};
