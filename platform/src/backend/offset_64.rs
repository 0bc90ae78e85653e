//! The record struct with 64-bit offsets, for 32-bit glibc, whose plain `flock` counts in 32 bits. The commands that
//! take it are numbered 12 to 14 there (Linux, include/uapi/asm-generic/fcntl.h, `F_GETLK64` to `F_SETLKW64`).

pub(super) use libc::{flock64 as Record, off64_t as Offset};

pub(super) const GETLK: libc::c_int = 12;
pub(super) const SETLK: libc::c_int = 13;
pub(super) const SETLKW: libc::c_int = 14;

/// fcntl(2) with such a record. The C library's own call takes the record of the commands for open file descriptions for
/// one with 32 bits there, and converts it (glibc, sysdeps/unix/sysv/linux/fcntl.c): the kernel's takes it as it is.
///
/// # Safety
/// The record is writable.
pub(super) unsafe fn fcntl(
    fd: libc::c_int,
    command: libc::c_int,
    record: *mut Record,
) -> libc::c_int {
    // SAFETY: of a descriptor the kernel knows whether it is one; the record is the caller's promise.
    unsafe { libc::syscall(libc::SYS_fcntl64, fd, command, record) as libc::c_int }
}

/// The length of the range that stands for the whole file.
pub(super) const LENGTH: libc::off64_t = 1 << 62;
