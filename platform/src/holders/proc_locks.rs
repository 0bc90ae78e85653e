//! Linux: /proc/locks has every lock, with the process that took it; /proc/PID/fdinfo/FD has those of one open file
//! description, or of the process, and so proves who holds them (fs/locks.c, `show_fd_locks`; fs/proc/fd.c). That one is
//! shown to who may trace the process (ptrace(2), `PTRACE_MODE_READ_FSCREDS`): its user, and root.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::rc::Rc;

use super::facts::{Holds, Listed};
use super::fdinfo;
use super::proc_text::{PAGE, read, read_at_most};
use super::table::{self, Line, Listing, Named};
use crate::process::exists;

/// The list is read in pieces, each from a position on: what others take or release between two of them can hide a lock that
/// stays (fs/locks.c, `locks_next`). Where it shows no process with this file, it is read again, so often in all.
const READINGS: usize = 3;

/// So much of it is read, in bytes: a million locks.
const ALL_LOCKS: u64 = 1 << 26;

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
            locks = table::held(&all_locks()?, file);
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
        all_locks().map_or_else(Vec::new, |text| table::listing(&text, self.file).waiting)
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

/// All locks of the system, at one time or at several; and what processes have, once that is asked for.
#[derive(Debug)]
pub(super) struct Overview {
    readings: Vec<Vec<Line>>,
    is_whole: bool,
    shown: RefCell<Vec<(u32, Shown)>>,
    /// Whether all processes have been looked at.
    all_shown: Cell<bool>,
}

/// What is shown of a process's descriptors.
#[derive(Clone, Debug)]
enum Shown {
    All(Rc<[Line]>),
    /// There are more than are looked at, or some were hidden.
    Some(Rc<[Line]>),
    /// This user may not see them.
    Nothing,
    /// There is no such process.
    Gone,
}

impl Overview {
    /// A list that is longer than a page is read in several calls, and so may lack a lock (see [`READINGS`]). So that is read
    /// twice: what is held all the time is hardly left out both times.
    pub(super) fn now() -> Option<Self> {
        if !table::fdinfo_shows_locks(&read("/proc/sys/kernel/osrelease").ok()?) {
            return None;
        }
        let mut readings = Vec::new();
        for _ in 0..2 {
            let text = all_locks()?;
            readings.push(table::lines(&text));
            if text.len() <= PAGE / 2 {
                break;
            }
        }
        // Of the processes outside the own space of process ids, no lock of flock(2) and none that is the process's is shown
        // (fs/locks.c, `locks_show`). This is the first space (include/linux/proc_ns.h, `PROC_PID_INIT_INO`).
        let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let is_whole = space.as_os_str() == "pid:[4026531836]";
        Some(Self { readings, is_whole, shown: RefCell::default(), all_shown: Cell::default() })
    }

    /// Whether it has the locks of all processes.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What it says of this file.
    pub(super) fn of(&self, file: &File) -> Option<Listing> {
        // Most files are in no list, and for them it need not be known which device is meant.
        let inode = inode(file)?;
        if !self.readings.iter().flatten().any(|line| line.file.inode == inode) {
            return Some(Listing::default());
        }
        let named = named(file)?;
        let listings: Vec<_> =
            self.readings.iter().map(|lines| table::among(lines, named)).collect();
        let best = listings.iter().max_by_key(|it| (!it.held.is_empty(), !it.leases.is_empty()));
        let mut listing = best?.clone();
        for lock in listings.iter().flat_map(|other| &other.waiting) {
            if lock.pid.is_some() {
                listing.add_waiting(lock);
            }
        }
        Some(listing)
    }

    /// What the descriptors of a process have on this file. `None` where that is not shown, or there is no such process.
    pub(super) fn of_process(&self, pid: u32, file: &File) -> Option<Listing> {
        match self.shown(pid) {
            Shown::All(lines) | Shown::Some(lines) => Some(table::among(&lines, named(file)?)),
            Shown::Nothing | Shown::Gone => None,
        }
    }

    /// Whether a process has any lock on this file, now.
    pub(super) fn holds(&self, pid: u32, file: &File) -> Holds {
        let Some(named) = named(file) else {
            return Holds::Unknown;
        };
        match self.shown(pid).holds(named) {
            // It may have taken the lock since it was looked at.
            Holds::No => {
                self.shown.borrow_mut().retain(|(known, _)| *known != pid);
                self.shown(pid).holds(named)
            }
            known => known,
        }
    }

    /// The processes with descriptors of an open file description that has a lock on this file, or with one of their own,
    /// as far as that is shown.
    pub(super) fn having(&self, file: &File) -> Vec<(u32, Listing)> {
        if !self.all_shown.replace(true) {
            for pid in fdinfo::processes().unwrap_or_default() {
                self.shown(pid);
            }
        }
        let pids: Vec<u32> = self.shown.borrow().iter().map(|(pid, _)| *pid).collect();
        let listings = pids.into_iter().filter_map(|pid| Some((pid, self.of_process(pid, file)?)));
        listings.filter(|(_, listing)| !listing.held.is_empty()).collect()
    }

    /// Looks at a process, once.
    fn shown(&self, pid: u32) -> Shown {
        let known = self.shown.borrow().iter().find(|(known, _)| *known == pid).cloned();
        if let Some((_, known)) = known {
            return known;
        }
        let shown = Shown::of(pid);
        self.shown.borrow_mut().push((pid, shown.clone()));
        shown
    }
}

impl Shown {
    fn of(pid: u32) -> Self {
        let descriptors = match fdinfo::of(pid, DESCRIPTORS) {
            Ok(descriptors) => descriptors,
            Err(_) if exists(pid) => return Self::Nothing,
            Err(_) => return Self::Gone,
        };
        let mut is_all = descriptors.len() < DESCRIPTORS;
        let mut lines = Vec::new();
        for descriptor in descriptors {
            match read(format!("/proc/{pid}/fdinfo/{descriptor}")) {
                Ok(text) => lines.extend(table::lines(&text)),
                // It may have been closed meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => is_all = false,
            }
        }
        if is_all { Self::All(lines.into()) } else { Self::Some(lines.into()) }
    }

    fn holds(&self, file: Named) -> Holds {
        let has = |lines: &[Line]| !table::among(lines, file).held.is_empty();
        match self {
            Self::All(lines) | Self::Some(lines) if has(lines) => Holds::Yes,
            Self::All(_) | Self::Gone => Holds::No,
            Self::Some(_) | Self::Nothing => Holds::Unknown,
        }
    }
}

/// The common list.
fn all_locks() -> Option<String> {
    read_at_most("/proc/locks", ALL_LOCKS).ok()
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
