//! Linux: the child shares memory and descriptors with this process (clone(2), `CLONE_VM`, `CLONE_FILES`): it is made, and
//! ended, in a fraction of the time that a copy takes.
//!
//! `errno` is shared as well, so neither side acts on it while there are children: whatever a call of theirs returns, they
//! end, and the calls of the parent that may fail meanwhile are interpreted without it.

use std::ffi::{c_int, c_void};
use std::io;
use std::mem::MaybeUninit;

use super::by_fork;
use super::child::Errand;
use crate::os;

/// Room for the child's few calls, in bytes. No handler runs in it.
const STACK: usize = 16 * 1024;

/// Each child's stack and errand, which it uses until it has ended.
pub(super) struct Keep(#[expect(dead_code, reason = "kept for the child")] Option<Room>);

struct Room {
    _stack: Box<[MaybeUninit<u8>]>,
    _errand: Box<Errand<'static>>,
}

/// The option for waitpid(2) that finds children of either kind (waitpid(2), `__WALL`).
pub(super) const KIND: c_int = libc::__WALL | by_fork::KIND;

/// Makes the child; by fork(2) where clone(2) can't make one like this, as under an emulator.
pub(super) fn make(errand: Errand<'_>) -> io::Result<(libc::pid_t, Keep)> {
    let mut stack = Box::<[u8]>::new_uninit_slice(STACK);
    let end = stack.as_mut_ptr_range().end;
    // Aligned to 16 bytes, as every ABI of Linux wants it at most; it grows downwards.
    let top = end.map_addr(|address| address & !15);
    // SAFETY: a longer life is only claimed: whoever keeps `Keep` does so until the child has ended, and keeps what the
    // errand refers to as well (`Sleepers`).
    let errand = unsafe { std::mem::transmute::<Errand<'_>, Errand<'static>>(errand) };
    let mut errand = Box::new(errand);
    let flags = libc::CLONE_VM | libc::CLONE_FILES;
    let argument = (&raw mut *errand).cast::<c_void>();
    // SAFETY: the child has its own stack, reads nothing of this process's memory but the errand, and writes none but
    // `errno`, which nobody relies on meanwhile. All signals with handlers are held in it.
    let pid = unsafe { libc::clone(child, top.cast(), flags, argument) };
    if pid == -1 {
        let (pid, _) = by_fork::make(*errand)?;
        return Ok((pid, Keep(None)));
    }
    Ok((pid, Keep(Some(Room { _stack: stack, _errand: errand }))))
}

/// Runs in the child.
extern "C" fn child(errand: *mut c_void) -> c_int {
    // SAFETY: the errand that `make` has passed, which lives until this child has ended.
    let errand = unsafe { &*errand.cast::<Errand<'_>>() };
    if os::die_with_parent() { errand.run() } else { errand.fail() }
}
