//! Memory for a program that starts, does one thing and ends: most of it comes from one block, in order.
//!
//! A general allocator prepares for a long life: that costs a few system calls, a dozen page faults and a third of the
//! instructions of a whole run. What does not fit any more comes from the system's allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// In bytes. A plain run needs a quarter of it; pages that are not touched cost nothing.
const SIZE: usize = 64 * 1024;

/// An allocator for `#[global_allocator]`. Memory that is given back is used again only if it was the last to be handed
/// out, so a program that allocates again and again ends up with the system's allocator, and is as well off.
#[repr(C)]
pub struct Arena {
    /// In front, so that it shares a page with what is handed out first.
    used: AtomicUsize,
    block: Block,
}

/// Aligned as every part of it may have to be.
#[repr(C, align(16))]
struct Block(UnsafeCell<[u8; SIZE]>);

// SAFETY: each part of the block is handed out to one owner at a time, by an atomic exchange of `used`.
unsafe impl Sync for Arena {}

impl Arena {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self { used: AtomicUsize::new(0), block: Block(UnsafeCell::new([0; SIZE])) }
    }

    fn base(&self) -> *mut u8 {
        self.block.0.get().cast()
    }

    /// How far into the block a pointer reaches; `None` if it is the system allocator's.
    fn offset(&self, pointer: *mut u8) -> Option<usize> {
        (pointer as usize).checked_sub(self.base() as usize).filter(|offset| *offset < SIZE)
    }

    /// Makes the block's used part end at `to`, if it ends at `from` now.
    fn move_end(&self, from: usize, to: usize) -> bool {
        to <= SIZE
            && self.used.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Arena {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arena").field("used", &self.used).finish_non_exhaustive()
    }
}

// SAFETY: what `alloc` answers is aligned, of the size asked for, and nobody else's until it is given back: either a part
// of the block that no other part overlaps, or the system allocator's.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut used = self.used.load(Ordering::Relaxed);
        // The block is aligned to 16 bytes and no more.
        while layout.align() <= 16 {
            let start = used.next_multiple_of(layout.align());
            let Some(end) = start.checked_add(layout.size()).filter(|end| *end <= SIZE) else {
                break;
            };
            match self.used.compare_exchange(used, end, Ordering::Relaxed, Ordering::Relaxed) {
                // SAFETY: `start` is within the block, or one past its end for a size of 0.
                Ok(_) => return unsafe { self.base().add(start) },
                Err(now) => used = now,
            }
        }
        // SAFETY: the caller's promise about the layout holds for this call as well.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        match self.offset(pointer) {
            Some(start) => drop(self.move_end(start + layout.size(), start)),
            // SAFETY: not of the block, so the system allocator's, with the same layout.
            None => unsafe { System.dealloc(pointer, layout) },
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(start) = self.offset(pointer) else {
            // SAFETY: not of the block, so the system allocator's, with the same layout.
            return unsafe { System.realloc(pointer, layout, size) };
        };
        if self.move_end(start + layout.size(), start.saturating_add(size)) {
            return pointer;
        }
        // SAFETY: the caller promises that `size`, rounded up to the alignment, does not overflow.
        let new_layout = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: as above; a size of 0 is excluded by the caller's promise.
        let new = unsafe { self.alloc(new_layout) };
        if !new.is_null() {
            // SAFETY: both are at least this long, and a new allocation overlaps no old one.
            unsafe { ptr::copy_nonoverlapping(pointer, new, layout.size().min(size)) };
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn what_is_handed_out_is_aligned_and_overlaps_nothing() {
        let arena = Arena::new();
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for round in 0..4_000_usize {
            let layout = layout(round * 7 % 97 + 1, 1 << (round % 6));
            // SAFETY: the size is not 0.
            let pointer = unsafe { arena.alloc(layout) };
            let start = pointer as usize;
            assert_eq!(start % layout.align(), 0);
            assert!(taken.iter().all(|(from, to)| start + layout.size() <= *from || start >= *to));
            // SAFETY: all of it is ours.
            unsafe { pointer.write_bytes(1, layout.size()) };
            taken.push((start, start + layout.size()));
        }
        assert!(arena.offset(taken[0].0 as *mut u8).is_some());
        assert!(arena.offset(taken[3_999].0 as *mut u8).is_none(), "the block is not endless");
    }

    #[test]
    fn what_was_written_survives_growing_and_moving_out_of_the_block() {
        let arena = Arena::new();
        let mut old = layout(10, 1);
        // SAFETY: the size is not 0.
        let mut pointer = unsafe { arena.alloc(old) };
        // SAFETY: 10 bytes are ours.
        unsafe { pointer.write_bytes(7, 10) };
        for size in [20, 5_000, 60_000, 70_000, 5_000_000] {
            if size == 60_000 {
                // SAFETY: the size is not 0. From now on the other one is not the last any more.
                let _ = unsafe { arena.alloc(layout(1, 1)) };
            }
            // SAFETY: allocated with `old`, and the new size is not 0.
            pointer = unsafe { arena.realloc(pointer, old, size) };
            old = layout(size, 1);
            // SAFETY: the first 10 bytes were written, and moved along.
            assert_eq!(unsafe { std::slice::from_raw_parts(pointer, 10) }, [7; 10]);
        }
        // SAFETY: allocated with `old`.
        unsafe { arena.dealloc(pointer, old) };
    }

    #[test]
    fn the_last_piece_is_used_again() {
        let arena = Arena::new();
        // SAFETY: the size is not 0.
        let first = unsafe { arena.alloc(layout(100, 8)) };
        // SAFETY: allocated with this layout.
        unsafe { arena.dealloc(first, layout(100, 8)) };
        // SAFETY: the size is not 0.
        assert_eq!(unsafe { arena.alloc(layout(50, 8)) }, first);
    }
}
