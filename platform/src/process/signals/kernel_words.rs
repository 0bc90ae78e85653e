//! Linux: masks of all 64 signals, bit for bit.
//!
//! The C libraries keep a few numbers for themselves, from 32 on (nptl(7): 32 and 33; musl: 32 to 34), and leave them out
//! of what they fill, add, set or report. But anybody may send them, and by default they end a process. The kernel knows no
//! such exception; a set is as many words of its (include/uapi/asm-generic/signal.h, `sigset_t`), the same in both libraries.

use std::ffi::{c_int, c_ulong};
use std::io;
use std::ptr;

use super::empty_set::empty;
use super::signal::Signal;

/// The highest signal number, and the number of bits in the kernel's set (`_NSIG`).
const HIGHEST: Signal = 64;

const WORD: usize = c_ulong::BITS as usize;
const WORDS: usize = HIGHEST as usize / WORD;

/// Every signal, the C library's own as well.
pub(crate) fn every() -> libc::sigset_t {
    let mut set = empty();
    words_mut(&mut set).fill(c_ulong::MAX);
    set
}

pub(crate) fn add(set: &mut libc::sigset_t, signal: Signal) {
    if let Some((word, bit)) = place(signal) {
        words_mut(set)[word] |= bit;
    }
}

pub(crate) fn remove(set: &mut libc::sigset_t, signal: Signal) {
    if let Some((word, bit)) = place(signal) {
        words_mut(set)[word] &= !bit;
    }
}

pub(crate) fn contains(set: &libc::sigset_t, signal: Signal) -> bool {
    place(signal).is_some_and(|(word, bit)| words(set)[word] & bit != 0)
}

/// Whether there is a signal of this number.
#[must_use]
pub fn is_signal(signal: Signal) -> bool {
    place(signal).is_some()
}

/// Whether there is no signal in the set.
pub(crate) fn is_empty(set: &libc::sigset_t) -> bool {
    words(set).iter().all(|word| *word == 0)
}

/// `how` is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK; returns the mask as it was before.
pub(crate) fn change(how: c_int, set: &libc::sigset_t) -> io::Result<libc::sigset_t> {
    let mut old = empty();
    let size = WORDS * size_of::<c_ulong>();
    // SAFETY: both sets are alive during the call and longer than `size`, which is that of the kernel's own set
    // (rt_sigprocmask(2)).
    let answer = unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            how as libc::c_long,
            ptr::from_ref(set),
            &raw mut old,
            size,
        )
    };
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(old) }
}

fn place(signal: Signal) -> Option<(usize, c_ulong)> {
    let index = usize::try_from(signal).ok()?.checked_sub(1)?;
    (index < HIGHEST as usize).then(|| (index / WORD, 1 << (index % WORD)))
}

fn words(set: &libc::sigset_t) -> &[c_ulong; WORDS] {
    // SAFETY: a set begins with the kernel's words, and is aligned for them, in both C libraries.
    unsafe { &*ptr::from_ref(set).cast() }
}

fn words_mut(set: &mut libc::sigset_t) -> &mut [c_ulong; WORDS] {
    // SAFETY: as above.
    unsafe { &mut *ptr::from_mut(set).cast() }
}
