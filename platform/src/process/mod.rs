//! The process and its job: who we are, how to start the job, what signals arrive, how to end as the job ended.

mod credentials;
mod ending;
mod entry;
mod environment;
mod exact;
mod host;
mod interruption;
mod launch_portable;
mod spawn;

pub use credentials::{Elevation, effective_user, elevation, exists};
pub use ending::die_of;
#[doc(hidden)]
pub use entry::arguments;
pub use host::{host_name, is_name_too_long, is_out_of_descriptors, random_token, user_name};
pub use interruption::Interruption;
pub use spawn::{Child, Command, Status};

/// A signal's number, as kill(2) takes it.
pub type Signal = i32;

/// A signal that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Which one.
    pub signal: Signal,
    /// Who sent it.
    pub sender: Sender,
}

/// Who sent a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The kernel: for INT, QUIT and TSTP that is the terminal, which tells the whole foreground process group.
    Kernel,
    /// A process, by kill(2), sigqueue(3) or the like.
    Process,
}

mod by_handler;
mod set;
pub mod signal;
mod signals;
mod timer;

pub use by_handler::ByHandler;
pub use signals::{Receive, Signals, forget_size_signal};

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "macos", target_os = "openbsd"))] {
        /// What suits this system, which lacks sigwaitinfo(2).
        pub type Native = ByHandler;
    } else {
        mod by_waiting;
        pub use by_waiting::ByWaiting;
        /// What suits this system.
        pub type Native = ByWaiting;
    }
}

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        #[path = "declared_solarish.rs"]
        mod declared;
    } else if #[cfg(any(target_os = "macos", target_os = "openbsd"))] {
        #[path = "declared_libc.rs"]
        mod declared;
    } else if #[cfg(target_env = "musl")] {
        #[path = "declared_musl.rs"]
        mod declared;
    } else {
        #[path = "declared_waiting.rs"]
        mod declared;
    }
}

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        #[path = "dump_linux.rs"]
        mod dump;
        #[path = "elevation_linux.rs"]
        mod elevation;
        #[path = "launch_linux.rs"]
        mod launch;
        #[path = "origin_linux.rs"]
        mod origin;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        #[path = "dump_posix.rs"]
        mod dump;
        #[path = "elevation_posix.rs"]
        mod elevation;
        use launch_portable as launch;
        #[path = "origin_solarish.rs"]
        mod origin;
    } else {
        #[path = "dump_posix.rs"]
        mod dump;
        #[path = "elevation_posix.rs"]
        mod elevation;
        use launch_portable as launch;
        #[path = "origin_bsd.rs"]
        mod origin;
    }
}
