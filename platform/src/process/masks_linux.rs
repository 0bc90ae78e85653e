//! Linux: masks of all 64 signals, bit for bit.
//!
//! The C libraries keep a few numbers for themselves, from 32 on (nptl(7): 32 and 33; musl: 32 to 34), and leave them out
//! of what they fill, add, set or report. But anybody may send them, and by default they end a process. The kernel knows no
//! such exception; a set is as many words of its (include/uapi/asm-generic/signal.h, `sigset_t`), the same in both libraries.

use std::ffi::{c_int, c_ulong};
use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use super::Signal;

/// The highest signal number, and the number of bits in the kernel's set (`_NSIG`).
pub(super) const HIGHEST: Signal = 64;

const WORD: usize = c_ulong::BITS as usize;
const WORDS: usize = HIGHEST as usize / WORD;

/// Every signal, the C library's own as well.
pub(super) fn every() -> libc::sigset_t {
    let mut set = super::set::empty();
    words_mut(&mut set).fill(c_ulong::MAX);
    set
}

pub(super) fn add(set: &mut libc::sigset_t, signal: Signal) {
    if let Some((word, bit)) = place(signal) {
        words_mut(set)[word] |= bit;
    }
}

pub(super) fn remove(set: &mut libc::sigset_t, signal: Signal) {
    if let Some((word, bit)) = place(signal) {
        words_mut(set)[word] &= !bit;
    }
}

pub(super) fn contains(set: &libc::sigset_t, signal: Signal) -> bool {
    place(signal).is_some_and(|(word, bit)| words(set)[word] & bit != 0)
}

/// `how` is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK; returns the mask as it was before.
pub(super) fn change(how: c_int, set: &libc::sigset_t) -> io::Result<libc::sigset_t> {
    let mut old = super::set::empty();
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

/// Sets what happens at `signal` to the default, also where the C library would refuse.
pub(super) fn reset(signal: Signal) -> io::Result<()> {
    // The kernel's struct differs from machine to machine; all bits zero are the default with no flag in each.
    let default = MaybeUninit::<[c_ulong; 16]>::zeroed();
    let none = ptr::null_mut::<c_ulong>();
    let size = WORDS * size_of::<c_ulong>();
    // SAFETY: the new action is longer than any kernel's struct, and the old one is not asked for (rt_sigaction(2)).
    let answer = unsafe {
        libc::syscall(libc::SYS_rt_sigaction, signal as libc::c_long, default.as_ptr(), none, size)
    };
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// What to set for SIGCHLD so that it is not lost while it is held: the default, since Linux keeps a held signal
/// whatever its action is (kernel/signal.c, `sig_ignored`).
pub(super) fn action_for_child() -> libc::sigaction {
    super::set::default_action()
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
