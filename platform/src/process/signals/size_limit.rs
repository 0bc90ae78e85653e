//! Writing a file beyond the limit on its size (`RLIMIT_FSIZE`), which sends SIGXFSZ and by default ends the process.

use super::sets;

/// Does something that may write a file beyond the limit, so that an error is all that comes of it: SIGXFSZ is held back
/// for this thread, to which the kernel sends it (POSIX.1, write: "shall be generated for the thread"), and taken back.
///
/// For a program with threads: what the process does at SIGXFSZ is not changed.
pub fn without_size_signal<T>(work: impl FnOnce() -> T) -> T {
    let signal = sets::of(&[libc::SIGXFSZ]);
    let is_pending = || sets::pending().is_ok_and(|set| sets::contains(&set, libc::SIGXFSZ));
    let was_pending = is_pending();
    let before = sets::mask(libc::SIG_BLOCK, &signal);
    let result = work();
    if let Ok(before) = before {
        if !was_pending && is_pending() {
            let mut taken = 0;
            // SAFETY: the set and the number are alive during the call, which returns at once: one of the set is pending.
            unsafe { libc::sigwait(&raw const signal, &raw mut taken) };
        }
        // The mask was this thread's a moment ago, so it can be set; there is nobody to tell if not.
        let _ = sets::mask(libc::SIG_SETMASK, &before);
    }
    result
}
