//! Who waits behind whom: a tree, as in Linux (`fs/locks.c`, "the blocked list").

use super::super::{NONE, PROCESSES, narrow};
use super::{EVERYTHING, Locks, Owner, Request, Space, WHOLE};

/// What somebody waits behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Front {
    /// Whose lock it is, or which waiter.
    pub(super) owner: Owner,
    /// A byte of the lock: its owner may have two.
    pub(super) byte: u8,
}

impl Front {
    pub(super) fn waiter(number: usize) -> Self {
        Self { owner: Owner::waiter(number), byte: WHOLE }
    }
}

/// Where a process that waits stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    No,
    Behind(Front),
    Woken,
}

/// What a process asks for that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiter {
    pub(super) wait: Wait,
    pub(super) inode: u8,
    pub(super) owner: Owner,
    pub(super) request: Request,
}

const NOTHING: Request =
    Request { space: Space::Flock, by_process: false, bytes: 0, exclusive: false };
/// That of a process that does not.
pub(super) const AWAKE: Waiter =
    Waiter { wait: Wait::No, inode: 0, owner: Owner::NOBODY, request: NOTHING };

impl Locks {
    /// Puts a process behind a lock, and behind those who stand there already and are in its way.
    pub(super) fn stand_behind(&mut self, process: usize, obstacle: Front) {
        let waiter = self.waiters[process];
        let mut front = obstacle;
        while let Some(other) = self.first_behind(front, &waiter) {
            front = Front::waiter(other);
        }
        self.waiters[process].wait = Wait::Behind(front);
        if let Some(end) = self.queue.iter_mut().find(|slot| **slot == NONE) {
            *end = narrow(process);
        }
    }

    /// The first of those behind `front` that the new one must let go first (`__locks_insert_block`).
    fn first_behind(&self, front: Front, new: &Waiter) -> Option<usize> {
        let comes_first = |number: &usize| {
            let other = &self.waiters[*number];
            other.wait == Wait::Behind(front)
                && other.inode == new.inode
                && other.request.space == new.request.space
                && other.owner != new.owner
                && other.request.bytes & new.request.bytes != 0
                && (other.request.exclusive || new.request.exclusive)
        };
        self.queue
            .iter()
            .take_while(|slot| **slot != NONE)
            .map(|slot| usize::from(*slot))
            .find(comes_first)
    }

    /// Who stood behind the old one stands behind the new one now.
    pub(super) fn put_behind(&mut self, new: Front, old: Front, inode: u8, space: Space) {
        for waiter in &mut self.waiters {
            let is_there = waiter.inode == inode && waiter.request.space == space;
            if is_there && waiter.wait == Wait::Behind(old) {
                waiter.wait = Wait::Behind(new);
            }
        }
    }

    /// Wakes those behind this waiter, or behind this owner's lock on these bytes.
    pub(super) fn wake(&mut self, owner: Owner, inode: u8, space: Space, bytes: u8) {
        for number in 0..PROCESSES {
            let Waiter { wait, inode: file, request, .. } = self.waiters[number];
            let Wait::Behind(front) = wait else { continue };
            let is_it = front.owner == owner && front.byte & bytes != 0;
            if is_it && file == inode && request.space == space {
                self.waiters[number].wait = Wait::Woken;
                self.leave_queue(number);
            }
        }
    }

    fn leave_queue(&mut self, process: usize) {
        let mut next = 0;
        for at in 0..PROCESSES {
            if self.queue[at] != narrow(process) {
                self.queue[next] = self.queue[at];
                next += 1;
            }
        }
        self.queue[next..].fill(NONE);
    }

    /// The process waits no more; who stood behind it must look again.
    pub(in super::super) fn give_up(&mut self, process: usize) {
        let Waiter { wait, inode, request, .. } = self.waiters[process];
        if wait == Wait::No {
            return;
        }
        self.leave_queue(process);
        self.waiters[process] = AWAKE;
        self.wake(Owner::waiter(process), inode, request.space, EVERYTHING);
    }

    pub(in super::super) fn is_blocked(&self, process: usize) -> bool {
        self.waiters[process].wait != Wait::No
    }

    pub(in super::super) fn is_woken(&self, process: usize) -> bool {
        self.waiters[process].wait == Wait::Woken
    }

    /// Where a process stands in the queue.
    pub(in super::super) fn place_of(&self, process: usize) -> u8 {
        match self.waiters[process].wait {
            Wait::No => 0,
            Wait::Woken => 1,
            Wait::Behind(_) => {
                let at = self.queue.iter().position(|it| *it == narrow(process));
                narrow(at.unwrap_or(PROCESSES) + 2)
            }
        }
    }
}
