//! The small things in which systems differ: one file a system, each with the same list.
//!
//! | what | |
//! |---|---|
//! | `ATTRIBUTE_TOOLS` | how to see, and take away, what makes a file immutable |
//! | `MANDATORY_BY_MODE`, `ACCESS_MEANS_BUSY` | how locks behave |
//! | `ITIMER_REAL`, `setitimer`, `getentropy`, `clock_gettime` | calls that libc does not bind everywhere, or that cost less in another way |
//! | `sigwaitinfo`, `sigtimedwait`, `KEEPS_WHAT_IS_HELD` | waiting for signals; macOS and OpenBSD can't do that |
//! | `mount_of` | the number of a mount |
//! | `is_from_kernel`, `reset` | who sent a signal, and what happens at one |
//! | `OTHER_SIGNALS`, `real_time` | the signals that not every system has |
//! | `may_be_elevated`, `has_gained_capabilities` | rights that the caller lacks |
//! | `prevent_core_dump`, `die_with_parent`, `close_all_but`, `show_as`, `is_stopped` | calls about a process |
//!
//! What POSIX.1 has, or what a system does without, is in `posix`; each file says what it takes from there. To add a system:
//! copy `other.rs`, and choose it below. Whatever is longer than a few lines has a file of its own, in the folder of what it
//! is about, named by the call that it makes; the `mod.rs` there chooses it.

mod posix;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod linux;
        pub(crate) use linux::*;
    } else if #[cfg(any(target_os = "freebsd", target_os = "dragonfly"))] {
        mod freebsd;
        pub(crate) use freebsd::*;
    } else if #[cfg(target_os = "netbsd")] {
        mod netbsd;
        pub(crate) use netbsd::*;
    } else if #[cfg(target_os = "openbsd")] {
        mod openbsd;
        pub(crate) use openbsd::*;
    } else if #[cfg(target_os = "macos")] {
        mod macos;
        pub(crate) use macos::*;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        mod solarish;
        pub(crate) use solarish::*;
    } else {
        mod other;
        pub(crate) use other::*;
    }
}

// How a directory is opened for a walk. `O_PATH` needs search permission on the way only, and allows fstat(2) and openat(2);
// `O_SEARCH` (POSIX.1) needs search permission, and leaves ACL calls possible. Where there is neither, the walk needs read
// permission.
cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        pub(crate) use libc::O_PATH as SEARCH;
    } else if #[cfg(any(target_os = "freebsd", target_os = "netbsd", target_os = "illumos", target_os = "solaris"))] {
        pub(crate) use libc::O_SEARCH as SEARCH;
    } else {
        pub(crate) use libc::O_RDONLY as SEARCH;
    }
}

// The first real-time signal, where two systems have one file (sys/signal.h).
cfg_if::cfg_if! {
    if #[cfg(target_os = "freebsd")] {
        const FIRST_REAL_TIME: std::ffi::c_int = 65;
    } else if #[cfg(target_os = "dragonfly")] {
        const FIRST_REAL_TIME: std::ffi::c_int = 35;
    }
}

// How a file is opened to ask about it: by `O_PATH` where that needs no permission and tells nobody (Linux, open(2)).
cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        pub(crate) use libc::O_PATH as LOOK;
    } else {
        pub(crate) const LOOK: libc::c_int = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_NOCTTY;
    }
}

// The calls about files, as they take 64 bits: with 32-bit glibc these have names of their own.
cfg_if::cfg_if! {
    if #[cfg(all(any(target_os = "linux", target_os = "android"), target_env = "gnu", target_pointer_width = "32"))] {
        pub(crate) use libc::{
            fstat64 as fstat, fstatat64 as fstatat, fstatfs64 as fstatfs, openat64 as openat, stat64 as stat,
            statfs64 as statfs,
        };
    } else if #[cfg(any(target_os = "linux", target_os = "android"))] {
        pub(crate) use libc::{fstat, fstatat, fstatfs, openat, stat, statfs};
    } else {
        pub(crate) use libc::{fstat, fstatat, openat, stat};
    }
}
