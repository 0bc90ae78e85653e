//! The record struct where `off_t` is what it is. The range ends at 2^62 where it can, so that bytes beyond stay free.

pub(super) use libc::{F_SETLK as SETLK, F_SETLKW as SETLKW, flock as Record, off_t as Offset};

/// The length of the range that stands for the whole file; 0 ("to the end") where offsets have 32 bits.
pub(super) const LENGTH: libc::off_t =
    if libc::off_t::BITS >= 64 { (1_u64 << 62) as libc::off_t } else { 0 };
