//! The record struct where `off_t` is what it is. The range ends at 2^62 where it can, so that bytes beyond stay free.

pub(super) use libc::{
    F_GETLK as GETLK, F_SETLK as SETLK, F_SETLKW as SETLKW, flock as Record, off_t as Offset,
};

/// fcntl(2) with such a record.
///
/// # Safety
/// The record is writable.
pub(super) unsafe fn fcntl(
    fd: libc::c_int,
    command: libc::c_int,
    record: *mut Record,
) -> libc::c_int {
    // SAFETY: of a descriptor the kernel knows whether it is one; the record is the caller's promise.
    unsafe { libc::fcntl(fd, command, record) }
}

/// The length of the range that stands for the whole file; 0 ("to the end") where offsets have 32 bits.
pub(super) const LENGTH: libc::off_t =
    if libc::off_t::BITS >= 64 { (1_u64 << 62) as libc::off_t } else { 0 };
