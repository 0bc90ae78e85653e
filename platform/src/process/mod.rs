//! The process and its job: who we are, how to start the job, what signals arrive, how to end as the job ended.

mod child;
mod closing;
mod credentials;
mod deadline;
mod ending;
mod entry;
mod environment;
mod exact;
mod host;
mod interruption;
mod launch_portable;
mod search;
mod size_limit;
mod spawn;

pub use child::{Change, Child, Status, news_of_any};
pub use credentials::{Elevation, effective_user, elevation, exists};
pub use deadline::Deadline;
pub use ending::die_of;
#[doc(hidden)]
pub use entry::arguments;
pub use host::{host_name, random_token, user_name};
pub use interruption::Interruption;
pub use size_limit::without_size_signal;
pub use spawn::{Command, StartError};
pub use witness::{Sighting, Witness, can_watch};

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

/// Time that only grows, from some moment in the past on; it is one for all processes.
#[must_use]
pub fn moment() -> std::time::Duration {
    set::monotonic()
}

/// Who sent a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The kernel: for INT, QUIT and TSTP that is the terminal, which tells the whole foreground process group.
    Kernel,
    /// A process, by kill(2), sigqueue(3) or the like: its id, 0 if it is none of this namespace's.
    Process(i32),
    /// This system does not tell.
    Unknown,
}

mod by_handler;
mod set;
pub mod signal;
mod signals;
mod timer;
mod witness;

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
        #[path = "masks_linux.rs"]
        mod masks;
    } else {
        #[path = "dump_posix.rs"]
        mod dump;
        #[path = "elevation_posix.rs"]
        mod elevation;
        use launch_portable as launch;
        #[path = "masks_posix.rs"]
        mod masks;
    }
}

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        #[path = "origin_linux.rs"]
        mod origin;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        #[path = "origin_solarish.rs"]
        mod origin;
    } else if #[cfg(any(target_os = "macos", target_os = "openbsd"))] {
        #[path = "origin_unknown.rs"]
        mod origin;
    } else {
        #[path = "origin_bsd.rs"]
        mod origin;
    }
}

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        #[path = "companion_linux.rs"]
        mod companion;
    } else if #[cfg(any(target_os = "freebsd", target_os = "dragonfly"))] {
        #[path = "companion_freebsd.rs"]
        mod companion;
    } else {
        #[path = "companion_posix.rs"]
        mod companion;
    }
}
