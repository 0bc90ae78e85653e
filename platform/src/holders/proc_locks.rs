//! Linux: /proc/locks has every lock, with the process that took it; /proc/PID/fdinfo/FD has those of one open file
//! description, or of the process, and so proves who holds them (fs/locks.c, `show_fd_locks`; fs/proc/fd.c). That one is
//! shown to who may trace the process (ptrace(2), `PTRACE_MODE_READ_FSCREDS`): its user, and root.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use super::facts::{Holds, Listed};
use super::fdinfo;
use super::proc_text::{PAGE, read, read_at_most};
use super::table::{self, Listing, Named};
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

/// So much of the list of all locks is read, in bytes: a million locks.
const ALL_LOCKS: u64 = 1 << 26;

/// All locks of the system, at one time or at two.
#[derive(Debug)]
pub(super) struct Overview(Vec<String>);

impl Overview {
    /// A list that is longer than a page is read in several calls. A lock is left out when others before it end between
    /// two of them. So that is read twice: what is held all the time is hardly left out both times.
    pub(super) fn now() -> Option<Self> {
        if !table::fdinfo_shows_locks(&read("/proc/sys/kernel/osrelease").ok()?) {
            return None;
        }
        let mut texts = vec![read_at_most("/proc/locks", ALL_LOCKS).ok()?];
        if texts[0].len() > PAGE / 2 {
            texts.push(read_at_most("/proc/locks", ALL_LOCKS).ok()?);
        }
        Some(Self(texts))
    }

    /// Whether it has the locks of all processes: of those outside the own space of process ids, none of flock(2) and none
    /// of a process is shown (fs/locks.c, `locks_show`).
    pub(super) fn is_whole(&self) -> bool {
        // The number of the first space (include/linux/proc_ns.h, `PROC_PID_INIT_INO`).
        let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        space.as_os_str() == "pid:[4026531836]"
    }

    /// What it says of this file.
    pub(super) fn of(&self, file: &File) -> Option<Listing> {
        // Most files are in no list, and for them it need not be known which device is meant.
        let inode = format!(":{} ", inode(file)?);
        if !self.0.iter().any(|text| text.contains(&inode)) {
            return Some(Listing::default());
        }
        let named = named(file)?;
        let listings = self.0.iter().map(|text| table::listing(text, named));
        listings.max_by_key(|listing| (!listing.held.is_empty(), !listing.leases.is_empty()))
    }
}

/// What the descriptors of a process have on this file. `None` where that is not shown, or there is no such process.
pub(super) fn of_process(pid: u32, file: &File) -> Option<Listing> {
    of_named(pid, named(file)?)
}

/// The processes with descriptors of an open file description that has a lock on this file, or with one of their own,
/// as far as that is shown.
pub(super) fn having(file: &File) -> Vec<(u32, Listing)> {
    let Some(named) = named(file) else {
        return Vec::new();
    };
    let all = fdinfo::processes().unwrap_or_default().into_iter();
    let listings = all.filter_map(|pid| Some((pid, of_named(pid, named)?)));
    listings.filter(|(_, listing)| !listing.held.is_empty()).collect()
}

fn of_named(pid: u32, file: Named) -> Option<Listing> {
    let mut all = String::new();
    for descriptor in fdinfo::of(pid, DESCRIPTORS).ok()? {
        match read(format!("/proc/{pid}/fdinfo/{descriptor}")) {
            Ok(text) => all.push_str(&text),
            // It may have been closed meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => return None,
        }
    }
    Some(table::listing(&all, file))
}

/// The inode number of a file in the kernel's lists.
fn inode(file: &File) -> Option<u64> {
    let info = read(format!("/proc/self/fdinfo/{}", file.as_raw_fd())).ok()?;
    let (_, inode) = table::mount_and_inode(&info);
    inode.or_else(|| Some(file.metadata().ok()?.ino()))
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
