//! The set without a signal.

use std::mem::MaybeUninit;

pub(crate) fn empty() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: clears the set; it can't fail (POSIX.1, sigemptyset).
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: cleared above.
    unsafe { set.assume_init() }
}
