//! The record struct with 64-bit offsets, for 32-bit glibc, whose plain `flock` counts in 32 bits. The commands that
//! take it are numbered 13 and 14 there (Linux, include/uapi/asm-generic/fcntl.h, `F_SETLK64` and `F_SETLKW64`).

pub(super) use libc::{flock64 as Record, off64_t as Offset};

pub(super) const SETLK: libc::c_int = 13;
pub(super) const SETLKW: libc::c_int = 14;

/// The length of the range that stands for the whole file.
pub(super) const LENGTH: libc::off64_t = 1 << 62;
