//! Signals: their numbers, sets of them, what happens at them, and how they are held back and taken one by one.
//!
//! There are two ways to take one. sigwaitinfo(2) runs no handler, so that no signal is lost between fork and exec; macOS and
//! OpenBSD lack it, and use handlers and pselect(2).
//!
//! And there are two ways to deal with sets. The C libraries of Linux keep a few numbers to themselves, so the sets there are
//! the kernel's words.

pub(super) mod actions;
pub(super) mod arrival;
mod by_handler;
pub(super) mod debug;
mod empty_set;
pub(super) mod held;
pub(super) mod receive;
pub(super) mod sending;
pub(super) mod sets;
pub mod signal;
mod size_limit;

pub use actions::act_by_default;
pub use arrival::{Arrival, Sender};
pub use by_handler::ByHandler;
pub use held::{Signals, forget_size_signal};
pub use native_sets::is_signal;
pub use receive::Receive;
pub use sending::exists;
pub use signal::Signal;
pub use size_limit::without_size_signal;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod kernel_words;
        use kernel_words as native_sets;
    } else {
        mod libc_sets;
        use libc_sets as native_sets;
    }
}

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "macos", target_os = "openbsd"))] {
        pub use by_handler::ByHandler as Native;
    } else {
        mod by_waiting;
        pub use by_waiting::ByWaiting;
        pub use by_waiting::ByWaiting as Native;
    }
}
