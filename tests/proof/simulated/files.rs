//! Files, names and descriptors.

use super::locks::Owner;
use super::{
    Content, DESCRIPTORS, EVERYTHING, Facts, INODES, Inode, Kernel, NONE, Space, first, narrow,
};

impl Kernel {
    /// stat(2), fstatat(2).
    pub fn stat(&self, name: usize) -> Option<Facts> {
        (self.names[name] != NONE).then(|| self.facts(self.names[name]))
    }

    /// open(2) of what exists: the descriptor.
    pub fn open(&mut self, process: usize, name: usize) -> Option<usize> {
        (self.names[name] != NONE).then(|| self.open_inode(process, self.names[name]))
    }

    /// open(2) with `O_CREAT | O_EXCL`.
    pub fn create(&mut self, process: usize, name: usize, mode: u16) -> Option<usize> {
        if self.names[name] != NONE {
            return None;
        }
        self.put(name, mode, Content::Empty);
        self.open(process, name)
    }

    /// open(2) with `O_CREAT`.
    pub fn open_or_create(&mut self, process: usize, name: usize, mode: u16) -> Option<usize> {
        if self.names[name] == NONE {
            self.put(name, mode, Content::Empty);
        }
        self.open(process, name)
    }

    /// fstat(2).
    pub fn fstat(&self, process: usize, descriptor: usize) -> Facts {
        self.facts(self.inode_of(process, descriptor))
    }

    /// pwrite(2) at the start.
    pub fn write(&mut self, process: usize, descriptor: usize, content: Content) {
        let inode = self.inode_of(process, descriptor);
        self.inodes[usize::from(inode)].content = content;
    }

    /// fchmod(2).
    pub fn chmod(&mut self, process: usize, descriptor: usize, mode: u16) {
        let inode = self.inode_of(process, descriptor);
        self.inodes[usize::from(inode)].mode = mode;
    }

    /// unlink(2): whether there was such a name.
    pub fn unlink(&mut self, name: usize) -> bool {
        let inode = std::mem::replace(&mut self.names[name], NONE);
        if inode != NONE {
            self.inodes[usize::from(inode)].links -= 1;
            self.forget_if_unused(inode);
        }
        inode != NONE
    }

    /// link(2): whether it could be made.
    pub fn link(&mut self, from: usize, to: usize) -> bool {
        let inode = self.names[from];
        if inode == NONE || self.names[to] != NONE {
            return false;
        }
        self.names[to] = inode;
        self.inodes[usize::from(inode)].links += 1;
        true
    }

    /// rename(2): whether there was such a name. Two names of one file both stay (POSIX.1, rename).
    pub fn rename(&mut self, from: usize, to: usize) -> bool {
        let inode = self.names[from];
        if inode == NONE {
            return false;
        }
        if self.names[to] != inode {
            self.unlink(to);
            self.names[to] = inode;
            self.names[from] = NONE;
        }
        true
    }

    /// Gives a descriptor another number, which is free (`F_DUPFD`, and a close that changes nothing).
    pub fn renumber(&mut self, process: usize, from: usize, to: usize) {
        self.descriptors[process].swap(from, to);
    }

    /// close(2).
    pub fn close(&mut self, process: usize, descriptor: usize) {
        let description = std::mem::replace(&mut self.descriptors[process][descriptor], NONE);
        if description == NONE {
            return;
        }
        let inode = self.descriptions[usize::from(description)];
        // Any close of the file in a process ends the process's own locks on it (POSIX.1, fcntl).
        self.locks.release(inode, Space::Range, Owner::process(process), EVERYTHING);
        if !self.descriptors.as_flattened().contains(&description) {
            self.locks.release_all(inode, Owner::description(description));
            self.descriptions[usize::from(description)] = NONE;
            self.forget_if_unused(inode);
        }
    }

    /// fork(2): the child has every descriptor of its parent, and none of its process-owned locks.
    pub fn fork(&mut self, parent: usize, child: usize) {
        self.descriptors[child] = self.descriptors[parent];
    }

    /// The process ends, however it does.
    pub fn end(&mut self, process: usize) {
        self.locks.give_up(process);
        for descriptor in 0..DESCRIPTORS {
            self.close(process, descriptor);
        }
    }

    /// Whether the process has this descriptor open.
    pub fn has_open(&self, process: usize, descriptor: usize) -> bool {
        self.descriptors[process][descriptor] != NONE
    }

    /// Whether the process has anything open.
    pub fn has_any_open(&self, process: usize) -> bool {
        self.descriptors[process] != [NONE; DESCRIPTORS]
    }

    pub(super) fn facts(&self, inode: u8) -> Facts {
        let Inode { links, mode, content } = self.inodes[usize::from(inode)];
        Facts { inode, links, mode, content }
    }

    pub(super) fn inode_of(&self, process: usize, descriptor: usize) -> u8 {
        self.descriptions[usize::from(self.descriptors[process][descriptor])]
    }

    fn open_inode(&mut self, process: usize, inode: u8) -> usize {
        let description = first(&self.descriptions, NONE);
        let descriptor = first(&self.descriptors[process], NONE);
        self.descriptions[description] = inode;
        self.descriptors[process][descriptor] = narrow(description);
        descriptor
    }

    /// The lowest number that no file has: numbers of files that have gone are used again at once.
    pub(super) fn free_inode(&self) -> usize {
        let is_free =
            |number: &usize| self.inodes[*number].links == 0 && !self.is_open(narrow(*number));
        (0..INODES).find(is_free).unwrap_or_else(|| panic!("too many files"))
    }

    fn is_open(&self, inode: u8) -> bool {
        self.descriptions.contains(&inode)
    }

    fn forget_if_unused(&mut self, inode: u8) {
        let slot = &mut self.inodes[usize::from(inode)];
        if slot.links == 0 && !self.descriptions.contains(&inode) {
            *slot = Inode { links: 0, mode: 0, content: Content::Empty };
        }
    }
}
