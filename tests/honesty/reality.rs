//! The real side: tells puppets what to do, and says what came of it in the words of the simulated one.

use std::path::Path;

use super::answer::{Answer, Seen};
use super::script::{Call, FIRST, Step};
use crate::proof::simulated::{Content, Facts, Kernel, MARKER, Request, Space, WHOLE};
use crate::support::puppet::{self, Order, PUPPETS, Reply, Troupe};

pub(crate) struct Reality {
    troupe: Troupe,
    sleeps: [bool; PUPPETS],
    files: Files,
}

impl Reality {
    pub(crate) fn new(directory: &Path) -> Self {
        let sleeps = [false; PUPPETS];
        Self { troupe: Troupe::new(directory), sleeps, files: Files::default() }
    }

    /// Whether it can be seen who sleeps.
    pub(crate) fn can_watch(&mut self) -> bool {
        self.troupe.can_watch()
    }

    /// Makes sure of the first processes.
    pub(crate) fn begin(&mut self) {
        self.files = Files::default();
        for number in 0..FIRST {
            if !self.troupe.is_alive(number) {
                self.troupe.start(number);
            }
        }
    }

    pub(crate) fn is_alive(&self, who: usize) -> bool {
        self.troupe.is_alive(who)
    }

    /// Does a step, and waits until nothing moves any more.
    pub(crate) fn take(&mut self, step: Step, expected: Answer) -> Seen {
        let Step { who, call } = step;
        let answer = match call {
            Call::Kill => {
                self.troupe.kill(who);
                self.sleeps[who] = false;
                Answer::Done
            }
            Call::Interrupt => {
                self.troupe.interrupt(who);
                self.answer(who, call, expected)
            }
            _ => {
                self.troupe.tell(who, order(call));
                self.answer(who, call, expected)
            }
        };
        let late = self.settle();
        Seen { answer, late, sleeps: self.sleeps }
    }

    /// Forgets the files that have gone: their numbers may be used again.
    pub(crate) fn forget_gone(&mut self, kernel: &Kernel) {
        self.files.forget_gone(kernel);
    }

    /// Brings everything to an end; only the first processes stay, with nothing open.
    pub(crate) fn end(&mut self, kernel: &Kernel) {
        for who in FIRST..PUPPETS {
            self.take(Step { who, call: Call::Kill }, Answer::Done);
        }
        while let Some(who) = self.sleeps.iter().position(|sleeps| *sleeps) {
            self.take(Step { who, call: Call::Interrupt }, Answer::Interrupted);
        }
        for who in (0..FIRST).filter(|who| self.troupe.is_alive(*who)).collect::<Vec<_>>() {
            for descriptor in (0..2).filter(|number| kernel.has_open(who, *number)) {
                self.take(Step { who, call: Call::Close { descriptor } }, Answer::Done);
            }
        }
    }

    /// After an unexpected answer nothing is known about anybody.
    pub(crate) fn end_all(&mut self) {
        self.sleeps = [false; PUPPETS];
        (0..PUPPETS).for_each(|who| self.troupe.kill(who));
    }

    fn answer(&mut self, who: usize, call: Call, expected: Answer) -> Answer {
        let reply = self.troupe.answer(who, expected != Answer::Sleeps);
        self.sleeps[who] = reply.is_none();
        let Some(reply) = reply else { return Answer::Sleeps };
        match reply.errno {
            0 => self.success(call, reply, expected),
            libc::ENOENT | libc::EEXIST => Answer::No,
            libc::EAGAIN => Answer::Busy,
            libc::EINTR => Answer::Interrupted,
            libc::EDEADLK => Answer::Deadlock,
            other => Answer::Failed(other),
        }
    }

    fn success(&mut self, call: Call, reply: Reply, expected: Answer) -> Answer {
        match call {
            Call::Open { .. } | Call::Create { .. } | Call::OpenOrCreate { .. } => {
                let descriptor = usize::try_from(reply.value).unwrap_or(usize::MAX);
                Answer::Opened { descriptor, facts: self.files.facts(reply.facts, expected) }
            }
            Call::Stat { .. } | Call::Fstat { .. } => {
                Answer::Facts(self.files.facts(reply.facts, expected))
            }
            Call::Lock { .. } | Call::Interrupt => Answer::Granted,
            Call::Test { .. } if reply.value == libc::F_UNLCK => Answer::Granted,
            Call::Test { .. } => Answer::Busy,
            Call::Fork { child } => {
                self.troupe.adopt(child, reply);
                Answer::Done
            }
            _ => Answer::Done,
        }
    }

    /// Waits until nothing moves any more: all who slept have answered, or sleep and have slept since they were looked at
    /// before. (Whoever is granted a lock, or is woken and sleeps again, may wake others.)
    fn settle(&mut self) -> [Option<Answer>; PUPPETS] {
        let mut late = [None; PUPPETS];
        let mut before = None;
        loop {
            let naps = self.look_at_sleepers(&mut late);
            if before == Some(naps) {
                return late;
            }
            before = Some(naps);
        }
    }

    /// Lets each of those who sleep answer or sleep again; how many times each has fallen asleep that does.
    fn look_at_sleepers(&mut self, late: &mut [Option<Answer>; PUPPETS]) -> [Option<u64>; PUPPETS] {
        std::array::from_fn(|who| {
            if !self.sleeps[who] {
                return None;
            }
            let Some(reply) = self.troupe.answer(who, false) else { return self.troupe.naps(who) };
            self.sleeps[who] = false;
            late[who] = Some(match reply.errno {
                0 => Answer::Granted,
                libc::EDEADLK => Answer::Deadlock,
                other => Answer::Failed(other),
            });
            None
        })
    }
}

fn order(call: Call) -> Order {
    match call {
        Call::Stat { name } => Order::Stat { name },
        Call::Open { name } => Order::Open { name, flags: 0, mode: 0 },
        Call::Create { name, mode } => {
            Order::Open { name, flags: libc::O_CREAT | libc::O_EXCL, mode }
        }
        Call::OpenOrCreate { name, mode } => Order::Open { name, flags: libc::O_CREAT, mode },
        Call::Fstat { descriptor } => Order::Fstat { descriptor },
        Call::Write { descriptor, content } => {
            Order::Write { descriptor, length: content as usize }
        }
        Call::Chmod { descriptor, mode } => Order::Chmod { descriptor, mode },
        Call::Unlink { name } => Order::Unlink { name },
        Call::Link { from, to } => Order::Link { from, to },
        Call::Rename { from, to } => Order::Rename { from, to },
        Call::Lock { descriptor, request, waits } => lock(descriptor, request, waits),
        Call::Unlock { descriptor, request } if request.space == Space::Flock => {
            Order::Flock { descriptor, operation: libc::LOCK_UN }
        }
        Call::Unlock { descriptor, request } => {
            range(descriptor, request, [libc::F_OFD_SETLK, libc::F_SETLK], libc::F_UNLCK)
        }
        Call::Test { descriptor, request } => {
            range(descriptor, request, [libc::F_OFD_GETLK, libc::F_GETLK], kind(request))
        }
        Call::Close { descriptor } => Order::Close { descriptor },
        Call::Fork { child } => Order::Fork { puppet: child },
        Call::Kill | Call::Interrupt => unreachable!("no call of its own"),
    }
}

fn lock(descriptor: usize, request: Request, waits: bool) -> Order {
    if request.space == Space::Range {
        let commands = if waits {
            [libc::F_OFD_SETLKW, libc::F_SETLKW]
        } else {
            [libc::F_OFD_SETLK, libc::F_SETLK]
        };
        return range(descriptor, request, commands, kind(request));
    }
    let mode = if request.exclusive { libc::LOCK_EX } else { libc::LOCK_SH };
    Order::Flock { descriptor, operation: mode | if waits { 0 } else { libc::LOCK_NB } }
}

fn kind(request: Request) -> libc::c_int {
    if request.exclusive { libc::F_WRLCK } else { libc::F_RDLCK }
}

/// A call of fcntl(2), with the first command for locks of the description, with the second for those of the process.
fn range(
    descriptor: usize,
    request: Request,
    commands: [libc::c_int; 2],
    kind: libc::c_int,
) -> Order {
    const BEHIND: i64 = 1 << 62;
    let (start, length) = match request.bytes {
        WHOLE => (0, BEHIND),
        MARKER => (BEHIND, 1),
        _ => (0, BEHIND + 1),
    };
    let command = commands[usize::from(request.by_process)];
    Order::Range { descriptor, command, kind, start, length }
}

/// Which real file is which simulated one, as long as it exists.
#[derive(Default)]
struct Files(Vec<(u8, [u64; 2])>);

impl Files {
    /// Facts of a real file, with the number of the simulated one that it has been so far; a file that was not there yet
    /// is the one that is expected, unless that is another one.
    fn facts(&mut self, real: puppet::Facts, expected: Answer) -> Facts {
        let known = self.0.iter().find(|(_, file)| *file == real.file).map(|(number, _)| *number);
        let free = match expected {
            Answer::Facts(Facts { inode, .. })
            | Answer::Opened { facts: Facts { inode, .. }, .. } => {
                self.0.iter().all(|(number, _)| *number != inode).then_some(inode)
            }
            _ => None,
        };
        if let (None, Some(number)) = (known, free) {
            self.0.push((number, real.file));
        }
        let content = match real.size {
            0 => Content::Empty,
            1 => Content::Nobody,
            2 => Content::Named,
            _ => Content::Other,
        };
        Facts {
            inode: known.or(free).unwrap_or(u8::MAX),
            links: u8::try_from(real.links).unwrap_or(u8::MAX),
            mode: u16::try_from(real.mode).unwrap_or(u16::MAX),
            content,
        }
    }

    fn forget_gone(&mut self, kernel: &Kernel) {
        let named = (0..2).filter_map(|name| kernel.stat(name));
        let every = (0..PUPPETS).flat_map(|who| [(who, 0), (who, 1)]);
        let open = every
            .filter(|(who, descriptor)| kernel.has_open(*who, *descriptor))
            .map(|(who, descriptor)| kernel.fstat(who, descriptor));
        let there: Vec<_> = named.chain(open).map(|facts| facts.inode).collect();
        self.0.retain(|(number, _)| there.contains(number));
    }
}
