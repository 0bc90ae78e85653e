//! A simulated kernel: what files, names, descriptors and locks do on Linux, as one value that can be copied, compared
//! and hashed. `tests/honesty/` holds it against the real one.
//!
//! A process that blocks in a lock call is woken by an unlock and then has to try again itself ([`Kernel::retry`]), as
//! in Linux (`fs/locks.c`, `flock_lock_inode_wait`): between the two, others get on. What other systems do, granting
//! the lock in the unlock itself, is the order in which the retry comes at once.
//!
//! A close, and the end of a process, are one step here. In Linux, those who are woken may try again before the last lock
//! is gone.

mod files;
mod labels;
mod locks;

pub use locks::{EVERYTHING, MARKER, Request, Space, Tried, WHOLE};

use labels::Labels;
use locks::{Locks, Owner};

/// How many processes there may be.
pub const PROCESSES: usize = 12;
const DESCRIPTORS: usize = 2;
const DESCRIPTIONS: usize = 8;
const INODES: usize = 8;
const NAMES: usize = 2;
const NONE: u8 = u8::MAX;

/// The content of a file, as far as anybody looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// Withlock's signature, without a holder.
    Nobody,
    /// Withlock's signature and a holder.
    Named,
    /// Words of somebody else's.
    Other,
}

/// What stat(2) tells about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Facts {
    /// The inode's number; it is used again once nobody has the file any more.
    pub inode: u8,
    /// The number of names.
    pub links: u8,
    /// The permission bits.
    pub mode: u16,
    /// Its content, which decides its size.
    pub content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Inode {
    links: u8,
    mode: u16,
    content: Content,
}

/// The whole state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    names: [u8; NAMES],
    inodes: [Inode; INODES],
    /// The inode of each open file description.
    descriptions: [u8; DESCRIPTIONS],
    /// The description of each descriptor of each process.
    descriptors: [[u8; DESCRIPTORS]; PROCESSES],
    locks: Locks,
}

impl Kernel {
    /// Nothing exists.
    pub fn new() -> Self {
        Self {
            names: [NONE; NAMES],
            inodes: [Inode { links: 0, mode: 0, content: Content::Empty }; INODES],
            descriptions: [NONE; DESCRIPTIONS],
            descriptors: [[NONE; DESCRIPTORS]; PROCESSES],
            locks: Locks::new(),
        }
    }

    /// Puts a file in place before anything begins.
    pub fn put(&mut self, name: usize, mode: u16, content: Content) {
        let inode = self.free_inode();
        self.inodes[inode] = Inode { links: 1, mode, content };
        self.names[name] = narrow(inode);
    }

    /// flock(2), fcntl(2): tries to lock, and blocks where it may not be granted and `waits` is set.
    pub fn lock(
        &mut self,
        process: usize,
        descriptor: usize,
        request: Request,
        waits: bool,
    ) -> Tried {
        let (inode, owner) = self.owner(process, descriptor, request);
        self.locks.lock(process, inode, owner, request, waits)
    }

    /// flock(2) with `LOCK_UN`, fcntl(2) with `F_UNLCK`.
    pub fn unlock(&mut self, process: usize, descriptor: usize, request: Request) {
        let (inode, owner) = self.owner(process, descriptor, request);
        self.locks.release(inode, request.space, owner, request.bytes);
    }

    /// fcntl(2) with `F_OFD_GETLK`, `F_GETLK`: whether the lock could be granted.
    pub fn test(&self, process: usize, descriptor: usize, request: Request) -> bool {
        let (inode, owner) = self.owner(process, descriptor, request);
        !self.locks.conflicts(inode, owner, request)
    }

    /// A process that was woken tries again.
    pub fn retry(&mut self, process: usize) -> Tried {
        self.locks.retry(process)
    }

    /// A signal handler runs in a process that blocks: it does not any more.
    pub fn interrupt(&mut self, process: usize) {
        self.locks.give_up(process);
    }

    /// Whether the process blocks in a lock call.
    pub fn is_blocked(&self, process: usize) -> bool {
        self.locks.is_blocked(process)
    }

    /// Whether the process was woken, and has not tried again yet.
    pub fn is_woken(&self, process: usize) -> bool {
        self.locks.is_woken(process)
    }

    /// Whether somebody else holds a lock, on the file that has this name, that keeps the process from its own.
    pub fn is_held_against(
        &self,
        process: usize,
        descriptor: usize,
        request: Request,
        name: usize,
    ) -> bool {
        let (inode, owner) = self.owner(process, descriptor, request);
        self.names[name] == inode && self.locks.conflicts(inode, owner, request)
    }

    /// Whether two processes have the same file open, by these descriptors.
    pub fn share_file(&self, one: [usize; 2], other: [usize; 2]) -> bool {
        self.has_open(one[0], one[1])
            && self.has_open(other[0], other[1])
            && self.inode_of(one[0], one[1]) == self.inode_of(other[0], other[1])
    }

    /// Whether no lock depends on this descriptor: nothing changes for anybody when it is closed.
    pub fn is_unlocked(&self, process: usize, descriptor: usize) -> bool {
        let description = self.descriptors[process][descriptor];
        let inode = self.descriptions[usize::from(description)];
        !self.locks.has_any(inode, Owner::description(description))
            && !self.locks.has_any(inode, Owner::process(process))
    }

    /// Whether the descriptor's description has locked one of these bytes by fcntl(2).
    pub fn has_locked(&self, process: usize, descriptor: usize, bytes: u8) -> bool {
        let description = self.descriptors[process][descriptor];
        let inode = self.descriptions[usize::from(description)];
        self.locks.has_range(inode, Owner::description(description), bytes)
    }

    /// Whether the file has no name, and is open in these processes only: nobody else can ever get at it.
    pub fn is_alone_with(&self, processes: &[usize], descriptor: usize) -> bool {
        let inode = self.inode_of(processes[0], descriptor);
        let has_it = |process: usize| {
            let mut open = self.descriptors[process].iter().filter(|it| **it != NONE);
            open.any(|it| self.descriptions[usize::from(*it)] == inode)
        };
        self.inodes[usize::from(inode)].links == 0
            && (0..PROCESSES).all(|process| processes.contains(&process) || !has_it(process))
    }

    /// Where a process is, apart from numbers that say nothing.
    pub fn place_of(&self, process: usize) -> [u8; 4] {
        let description = self.descriptors[process][0];
        let facts = match description {
            NONE => Facts::default(),
            _ => self.facts(self.descriptions[usize::from(description)]),
        };
        let named = u8::from(facts.links > 0);
        [named, facts.content as u8, u8::from(description == NONE), self.locks.place_of(process)]
    }

    /// Whether one more file may be opened or created, and one more lock asked for, within the limits.
    pub fn has_room(&self) -> bool {
        let mut unused = self.descriptions.iter().filter(|it| **it == NONE);
        // Each name and each description may be of a file of its own.
        unused.nth(NAMES).is_some() && self.locks.has_room()
    }

    /// Everything that tells this state from another one, with the processes in this order; files and descriptions are
    /// numbered as they are met, since their own numbers say nothing.
    pub fn write_to(&self, processes: &[usize], bytes: &mut Vec<u8>) {
        let mut labels = Labels::new();
        for (number, process) in processes.iter().enumerate() {
            labels.processes[*process] = narrow(number);
        }
        for inode in self.names {
            bytes.push(labels.inode(inode));
        }
        for process in processes {
            for description in self.descriptors[*process] {
                bytes.push(labels.description(description));
                if description != NONE {
                    bytes.push(labels.inode(self.descriptions[usize::from(description)]));
                }
            }
        }
        for inode in labels.met_inodes() {
            let Inode { links, mode, content } = self.inodes[usize::from(*inode)];
            let [high, low] = mode.to_be_bytes();
            bytes.extend_from_slice(&[links, high, low, content as u8]);
        }
        self.locks.write_to(&mut labels, bytes);
    }

    fn owner(&self, process: usize, descriptor: usize, request: Request) -> (u8, Owner) {
        let description = self.descriptors[process][descriptor];
        let owner = if request.by_process {
            Owner::process(process)
        } else {
            Owner::description(description)
        };
        (self.descriptions[usize::from(description)], owner)
    }
}

fn narrow(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(NONE)
}

fn first(slots: &[u8], wanted: u8) -> usize {
    slots.iter().position(|slot| *slot == wanted).unwrap_or_else(|| panic!("out of descriptors"))
}
