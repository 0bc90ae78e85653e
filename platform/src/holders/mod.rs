//! Who holds a lock, as far as the system knows, and what becomes of a process: for messages, and so that nobody waits
//! for itself. Nothing here locks, waits or changes anything.
//!
//! | system | who holds the lock | parent, state and start of a process |
//! |---|---|---|
//! | Linux | /proc/locks and /proc/PID/fdinfo (proc(5)) | /proc/PID/stat |
//! | FreeBSD | - | sysctl(3) `KERN_PROC_PID` |
//! | macOS | - | `proc_pidinfo`, of processes of the same user; root asks of all |
//! | illumos, Solaris | - | /proc/PID/psinfo (proc(5)) |
//! | any other Unix | - | the own parent only |
//!
//! A process id is what this process, or /proc where it is mounted, calls a process: a holder in another container may
//! have another one there, or none here.

mod descriptors;
mod facts;
mod listed;
mod processes;
pub mod table;

pub use crate::lock::Kind;
pub use descriptors::has_another;
pub use facts::{Holds, Life, Listed, Process, State};
pub use listed::{List, Overview};
pub use processes::{age, ancestry, command, ids, life, name, user};
pub use table::Listing;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod fdinfo;
        mod proc_locks;
        mod proc_pid;
        mod proc_text;
        use proc_locks as native_list;
        use proc_pid as native_life;
    } else if #[cfg(target_os = "freebsd")] {
        mod sysctl;
        mod untold;
        use sysctl as native_life;
        use untold as native_list;
    } else if #[cfg(target_os = "macos")] {
        mod proc_pidinfo;
        mod untold;
        use proc_pidinfo as native_life;
        use untold as native_list;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        mod psinfo;
        mod untold;
        use psinfo as native_life;
        use untold as native_list;
    } else {
        mod untold;
        use untold as native_life;
        use untold as native_list;
    }
}
