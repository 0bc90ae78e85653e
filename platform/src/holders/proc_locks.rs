//! Linux: /proc/locks has every lock, with the process that took it; /proc/PID/fdinfo/FD has those of one open file
//! description, or of the process, and so proves who holds them (fs/locks.c, `show_fd_locks`; fs/proc/fd.c). That one is
//! shown to who may trace the process (ptrace(2), `PTRACE_MODE_READ_FSCREDS`): its user, and root.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use super::facts::{Holds, Listed};
use super::fdinfo;
use super::proc_text::read;
use super::table::{self, Named};
use crate::process::exists;

/// The list is read in pieces, each from a position on: what others take or release between two of them can hide a lock that
/// stays (fs/locks.c, `locks_next`). Where it shows no process with this file, it is read again, so often in all.
const READINGS: usize = 3;

/// At most so many descriptors of a process are looked at.
const DESCRIPTORS: usize = 1024;

pub(super) const EXISTS: bool = true;

#[derive(Debug)]
pub(super) struct List {
    file: Named,
    locks: Vec<Listed>,
}

impl List {
    pub(super) fn of(file: &File) -> Option<Self> {
        if !table::fdinfo_shows_locks(&read("/proc/sys/kernel/osrelease").ok()?) {
            return None;
        }
        let file = named(file)?;
        let mut locks = Vec::new();
        for _ in 0..READINGS {
            locks = table::held(&read("/proc/locks").ok()?, file);
            if locks.iter().any(|lock| lock.pid.is_some()) {
                break;
            }
        }
        Some(Self { file, locks })
    }

    pub(super) fn locks(&self) -> &[Listed] {
        &self.locks
    }

    pub(super) fn waiting(&self) -> Vec<Listed> {
        table::waiting(&read("/proc/locks").unwrap_or_default(), self.file)
    }

    pub(super) fn holds(&self, pid: u32, relevant: &dyn Fn(&Listed) -> bool) -> Holds {
        let descriptors = match fdinfo::of(pid, DESCRIPTORS) {
            Ok(descriptors) => descriptors,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return self.may_hold(pid, relevant);
            }
            // Hidden from this user (proc(5), `hidepid`), or gone.
            Err(_) if exists(pid) => return self.may_hold(pid, relevant),
            Err(_) => return Holds::No,
        };
        // Not all of them were looked at.
        let mut refused = descriptors.len() >= DESCRIPTORS;
        for descriptor in descriptors {
            match read(format!("/proc/{pid}/fdinfo/{descriptor}")) {
                Ok(text) if table::held(&text, self.file).iter().any(relevant) => {
                    return Holds::Yes;
                }
                // It may have been closed meanwhile.
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => refused = true,
            }
        }
        if refused { self.may_hold(pid, relevant) } else { Holds::No }
    }

    /// By the common list alone: a process that is named in it may hold the lock. So may any, if there are only locks
    /// that are listed without a process.
    fn may_hold(&self, pid: u32, relevant: &dyn Fn(&Listed) -> bool) -> Holds {
        let mut pids = self.locks.iter().filter(|lock| relevant(lock)).map(|lock| lock.pid);
        let is_possible = pids.clone().all(|listed| listed.is_none());
        if is_possible || pids.any(|listed| listed == Some(pid)) {
            Holds::Unknown
        } else {
            Holds::No
        }
    }
}

/// How the kernel names this file in its lists.
fn named(file: &File) -> Option<Named> {
    let facts = file.metadata().ok()?;
    let info = read(format!("/proc/self/fdinfo/{}", file.as_raw_fd())).ok()?;
    let (mount, inode) = table::mount_and_inode(&info);
    let device = mount.and_then(|mount| {
        table::device_of_mount(&read("/proc/self/mountinfo").unwrap_or_default(), mount)
    });
    let device = device.unwrap_or_else(|| (libc::major(facts.dev()), libc::minor(facts.dev())));
    Some(Named { device, inode: inode.unwrap_or_else(|| facts.ino()) })
}
