//! The lock tables: who holds what, and who waits behind whom.

mod queue;

use super::{Labels, PROCESSES};
use queue::{AWAKE, Front, Wait, Waiter};

const HELD: usize = 16;

/// The two families of locks, which do not see each other on a local file system of Linux (flock(2), NOTES).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// flock(2).
    Flock,
    /// fcntl(2), of the process or of the open file description.
    Range,
}

/// The bytes that stand for the file.
pub const WHOLE: u8 = 1;
/// The byte behind them.
pub const MARKER: u8 = 2;
/// All bytes.
pub const EVERYTHING: u8 = WHOLE | MARKER;

/// What a lock call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The family.
    pub space: Space,
    /// The lock is to belong to the process (`F_SETLK`), not to the description.
    pub by_process: bool,
    /// Some of [`EVERYTHING`]; flock(2) locks are always on [`WHOLE`].
    pub bytes: u8,
    /// Nobody else may hold one.
    pub exclusive: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tried {
    /// It is held now.
    Granted,
    /// Somebody else holds it.
    Busy,
    /// The process sleeps.
    Blocked,
}

/// What a lock belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(u8);

impl Owner {
    const NOBODY: Self = Self(0);

    pub(super) fn description(number: u8) -> Self {
        Self(0x40 | number)
    }

    pub(super) fn process(number: usize) -> Self {
        Self(0x20 | super::narrow(number))
    }

    /// The same owner with the new number.
    fn label(self, labels: &mut Labels) -> u8 {
        let number = self.0 & 0x1f;
        match self.0 & 0xe0 {
            0x40 => 0x40 | labels.description(number),
            kind => kind | labels.processes[usize::from(number)],
        }
    }

    /// A process that waits: others may be behind it.
    fn waiter(number: usize) -> Self {
        Self(0x80 | super::narrow(number))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lock {
    inode: u8,
    owner: Owner,
    space: Space,
    /// The bytes that it is on. Two records of one owner have none in common, and are not of one kind: they would be one.
    bytes: u8,
    exclusive: bool,
}

impl Lock {
    fn is_of(&self, inode: u8, space: Space, owner: Owner) -> bool {
        self.inode == inode && self.space == space && self.owner == owner
    }

    fn front(&self) -> Front {
        Front { owner: self.owner, byte: self.bytes & self.bytes.wrapping_neg() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Locks {
    /// In the order in which they were taken.
    held: [Option<Lock>; HELD],
    waiters: [Waiter; PROCESSES],
    /// Those that stand behind something, in the order in which they came there.
    queue: [u8; PROCESSES],
}

impl Locks {
    pub(super) fn new() -> Self {
        Self { held: [None; HELD], waiters: [AWAKE; PROCESSES], queue: [super::NONE; PROCESSES] }
    }

    pub(super) fn lock(
        &mut self,
        process: usize,
        inode: u8,
        owner: Owner,
        request: Request,
        waits: bool,
    ) -> Tried {
        self.waiters[process] = Waiter { wait: Wait::Woken, inode, owner, request };
        let tried = self.retry(process);
        if tried == Tried::Blocked && !waits {
            self.give_up(process);
            return Tried::Busy;
        }
        tried
    }

    /// Grants the lock, or puts the process behind what is in its way.
    pub(super) fn retry(&mut self, process: usize) -> Tried {
        let Waiter { inode, owner, request, .. } = self.waiters[process];
        if request.space == Space::Flock {
            self.convert(inode, owner, request);
        }
        if let Some(obstacle) = self.obstacle(inode, owner, request) {
            self.stand_behind(process, obstacle);
            // Who stood behind the waiter need not be kept by what keeps the waiter now (__locks_insert_block).
            self.wake(Owner::waiter(process), inode, request.space, EVERYTHING);
            return Tried::Blocked;
        }
        self.waiters[process] = AWAKE;
        match self.grant(inode, owner, request) {
            // Who stood behind the waiter stands behind its lock now (locks_move_blocks).
            Some(new) => self.put_behind(new, Front::waiter(process), inode, request.space),
            // Where the lock became part of one that was there, it looks again (locks_delete_block).
            None => self.wake(Owner::waiter(process), inode, request.space, EVERYTHING),
        }
        Tried::Granted
    }

    /// flock(2) gives the old lock up before it asks for the new one, so that it may be left without any.
    fn convert(&mut self, inode: u8, owner: Owner, request: Request) {
        let mut held = self.held.iter().flatten();
        let old = held.find(|lock| lock.is_of(inode, Space::Flock, owner));
        if old.is_some_and(|old| old.exclusive != request.exclusive) {
            self.release(inode, Space::Flock, owner, request.bytes);
        }
    }

    pub(super) fn conflicts(&self, inode: u8, owner: Owner, request: Request) -> bool {
        self.obstacle(inode, owner, request).is_some()
    }

    /// The first lock in the way.
    fn obstacle(&self, inode: u8, owner: Owner, request: Request) -> Option<Front> {
        let in_the_way = |lock: &&Lock| {
            lock.inode == inode
                && lock.space == request.space
                && lock.owner != owner
                && lock.bytes & request.bytes != 0
                && (lock.exclusive || request.exclusive)
        };
        self.held.iter().flatten().find(in_the_way).map(Lock::front)
    }

    /// Makes a lock of the owner's, where nothing is in the way (`flock_lock_inode`, `posix_lock_inode`): joins it with
    /// those of the same kind, which are next to it or overlap, and takes its bytes from those of the other kind. Returns
    /// the lock if it is a new one.
    fn grant(&mut self, inode: u8, owner: Owner, request: Request) -> Option<Front> {
        let Request { space, bytes, exclusive, .. } = request;
        let mut new = Lock { inode, owner, space, bytes, exclusive };
        let mut place = None;
        let mut is_new = true;
        for at in 0..HELD {
            let own = self.held[at].filter(|lock| lock.is_of(inode, space, owner));
            let Some(old) = own else { continue };
            if old.exclusive != exclusive && old.bytes & !new.bytes != 0 {
                self.reduce(at, new.bytes);
                continue;
            }
            new.bytes |= old.bytes;
            if place.is_none() && old.exclusive == exclusive {
                is_new = false;
                self.put_behind(new.front(), old.front(), inode, space);
            } else {
                self.reduce(at, EVERYTHING);
            }
            let place = *place.get_or_insert(at);
            self.held[place] = Some(new);
        }
        if place.is_none() {
            self.insert(new);
        }
        self.pack();
        is_new.then(|| new.front())
    }

    /// Puts a record behind all others, but next to another one of its owner, in the order of their bytes.
    fn insert(&mut self, new: Lock) {
        let Some(end) = self.held.iter().position(Option::is_none) else {
            panic!("too many locks");
        };
        let is_own = |lock: &Lock| lock.is_of(new.inode, new.space, new.owner);
        let own = self.held.iter().position(|slot| slot.as_ref().is_some_and(is_own));
        let at = own.map_or(end, |own| own + usize::from(new.bytes == MARKER));
        self.held[end] = Some(new);
        self.held[at..=end].rotate_right(1);
    }

    /// Gives up what the owner has locked of these bytes.
    pub(super) fn release(&mut self, inode: u8, space: Space, owner: Owner, bytes: u8) {
        for at in 0..HELD {
            if self.held[at].is_some_and(|lock| lock.is_of(inode, space, owner)) {
                self.reduce(at, bytes);
            }
        }
        self.pack();
    }

    /// Takes these bytes from a record, if it has any of them, and wakes all who stand behind it.
    fn reduce(&mut self, at: usize, bytes: u8) {
        let Some(old) = self.held[at].filter(|lock| lock.bytes & bytes != 0) else { return };
        let rest = Lock { bytes: old.bytes & !bytes, ..old };
        self.held[at] = (rest.bytes != 0).then_some(rest);
        self.wake(old.owner, old.inode, old.space, old.bytes);
    }

    pub(super) fn release_all(&mut self, inode: u8, owner: Owner) {
        self.release(inode, Space::Flock, owner, EVERYTHING);
        self.release(inode, Space::Range, owner, EVERYTHING);
    }

    fn pack(&mut self) {
        let mut next = 0;
        for at in 0..HELD {
            if self.held[at].is_some() {
                self.held.swap(next, at);
                next += 1;
            }
        }
    }

    pub(super) fn has_any(&self, inode: u8, owner: Owner) -> bool {
        self.held.iter().flatten().any(|lock| lock.inode == inode && lock.owner == owner)
    }

    pub(super) fn has_range(&self, inode: u8, owner: Owner, bytes: u8) -> bool {
        let is_it = |lock: &Lock| lock.is_of(inode, Space::Range, owner) && lock.bytes & bytes != 0;
        self.held.iter().flatten().any(is_it)
    }

    /// Whether all who wait, and one more, can be granted what they ask for: two more records each at most.
    pub(super) fn has_room(&self) -> bool {
        let waiting = self.waiters.iter().filter(|waiter| waiter.wait != Wait::No).count();
        self.held.iter().filter(|slot| slot.is_none()).count() >= 2 * (waiting + 1)
    }

    pub(super) fn write_to(&self, labels: &mut Labels, bytes: &mut Vec<u8>) {
        for lock in self.held.iter().flatten() {
            let kinds = lock.bytes << 2 | u8::from(lock.exclusive) << 1 | lock.space as u8;
            bytes.extend_from_slice(&[labels.inode(lock.inode), lock.owner.label(labels), kinds]);
        }
        bytes.push(super::NONE);
        for process in 0..PROCESSES {
            let at = labels.processes.iter().position(|it| usize::from(*it) == process);
            let Some(at) = at else { break };
            let waiter = &self.waiters[at];
            let [front, byte] = match waiter.wait {
                Wait::No => continue,
                Wait::Woken => [0, 0],
                Wait::Behind(front) => [front.owner.label(labels), front.byte],
            };
            let Request { space, by_process, bytes: range, exclusive } = waiter.request;
            let kinds = byte << 5
                | range << 3
                | u8::from(by_process) << 2
                | u8::from(exclusive) << 1
                | space as u8;
            bytes.extend_from_slice(&[super::narrow(process), front, labels.inode(waiter.inode)]);
            bytes.extend_from_slice(&[waiter.owner.label(labels), kinds]);
        }
        bytes.push(super::NONE);
        for process in self.queue.iter().take_while(|it| **it != super::NONE) {
            bytes.push(labels.processes[usize::from(*process)]);
        }
    }
}
