//! Facts about files and directories: no verdicts.
//!
//! Which access control lists a system has, and what it says of a file system, differ most: `acl_*` and `file_system_*` have a
//! file for each. All of them say the same in the end, `access_list`.

mod access_list;
mod asking;
mod facts;
mod file_system;
mod grants;
mod posix;

pub use asking::{acl, file_acl, file_system};
pub use facts::{Facts, Identity, Kind};
pub use file_system::FileSystem;
pub use grants::{Acl, FileAcl, Grantee};

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod file_system_linux;
        mod mount_table;
        use file_system_linux as native_file_system;
    } else if #[cfg(any(target_os = "freebsd", target_os = "dragonfly", target_os = "openbsd", target_os = "macos"))] {
        mod file_system_bsd;
        use file_system_bsd as native_file_system;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        mod file_system_solarish;
        use file_system_solarish as native_file_system;
    } else if #[cfg(target_os = "netbsd")] {
        mod file_system_netbsd;
        use file_system_netbsd as native_file_system;
    } else {
        use posix as native_file_system;
    }
}

cfg_if::cfg_if! {
    if #[cfg(target_os = "freebsd")] {
        mod acl_allocated;
        mod acl_freebsd;
        mod acl_nfs4;
        use acl_freebsd as native_acl;
    } else if #[cfg(target_os = "netbsd")] {
        mod acl_netbsd;
        mod acl_nfs4;
        use acl_netbsd as native_acl;
    } else if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod acl_linux;
        use acl_linux as native_acl;
    } else if #[cfg(target_os = "macos")] {
        mod acl_allocated;
        mod acl_macos;
        use acl_macos as native_acl;
    } else if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        mod acl_solarish;
        use acl_solarish as native_acl;
    } else {
        use posix as native_acl;
    }
}
