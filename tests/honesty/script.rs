//! Random scripts: who makes which call.

use crate::proof::simulated::{Content, EVERYTHING, MARKER, Request, Space, WHOLE};
use crate::support::puppet::PUPPETS;
use crate::support::random::Random;

/// The processes that there are at the beginning, with nothing open.
pub(crate) const FIRST: usize = 4;

/// What a process does, or what is done to it. Names and descriptors are numbers from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Stat { name: usize },
    Open { name: usize },
    Create { name: usize, mode: u16 },
    OpenOrCreate { name: usize, mode: u16 },
    Fstat { descriptor: usize },
    Write { descriptor: usize, content: Content },
    Chmod { descriptor: usize, mode: u16 },
    Unlink { name: usize },
    Link { from: usize, to: usize },
    Rename { from: usize, to: usize },
    Lock { descriptor: usize, request: Request, waits: bool },
    Unlock { descriptor: usize, request: Request },
    Test { descriptor: usize, request: Request },
    Close { descriptor: usize },
    Fork { child: usize },
    Kill,
    Interrupt,
}

impl Call {
    /// The descriptor that it needs.
    pub(crate) fn descriptor(self) -> Option<usize> {
        match self {
            Self::Fstat { descriptor }
            | Self::Write { descriptor, .. }
            | Self::Chmod { descriptor, .. }
            | Self::Lock { descriptor, .. }
            | Self::Unlock { descriptor, .. }
            | Self::Test { descriptor, .. }
            | Self::Close { descriptor } => Some(descriptor),
            _ => None,
        }
    }
}

/// One line of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) who: usize,
    pub(crate) call: Call,
}

/// The kinds of locks that a script is about: in some all meet, in some only one kind, so that more of them meet.
type Kinds = &'static [(Space, bool)];
const FLOCK: (Space, bool) = (Space::Flock, false);
const DESCRIPTION: (Space, bool) = (Space::Range, false);
const PROCESS: (Space, bool) = (Space::Range, true);
const KINDS: [Kinds; 6] = [
    &[FLOCK],
    &[DESCRIPTION],
    &[PROCESS],
    &[DESCRIPTION, PROCESS],
    &[FLOCK, DESCRIPTION],
    &[FLOCK, DESCRIPTION, PROCESS],
];

/// The script of this seed. Steps that make no sense when their turn comes are to be left out.
pub(crate) fn write(seed: u64) -> Vec<Step> {
    let mut random = Random::new(seed);
    let kinds = random.pick(&KINDS);
    // Most scripts are about one file that all have open.
    let together = random.chance(80);
    let opening = |who| Step { who, call: Call::OpenOrCreate { name: 0, mode: 0o600 } };
    let mut steps: Vec<_> = if together { (0..FIRST).map(opening).collect() } else { Vec::new() };
    for _ in 0..20 + random.below(60) {
        let among = if random.chance(70) { FIRST } else { PUPPETS };
        let who = random.below(among);
        steps.push(Step { who, call: call(&mut random, kinds, together) });
    }
    steps
}

fn call(random: &mut Random, kinds: Kinds, together: bool) -> Call {
    let name = usize::from(random.chance(if together { 20 } else { 50 }));
    let descriptor = usize::from(random.chance(25));
    let mode = random.pick(&[0o600, 0o640, 0o664, 0o700, 0o770]);
    match random.below(100) {
        0..44 => {
            let request = request(random, kinds);
            Call::Lock { descriptor, request, waits: random.chance(75) }
        }
        44..60 => Call::Unlock { descriptor, request: request(random, kinds) },
        60..64 => Call::Test {
            descriptor,
            request: Request { space: Space::Range, ..request(random, kinds) },
        },
        64..69 => Call::Close { descriptor },
        69..72 => Call::Open { name },
        72..76 => Call::OpenOrCreate { name, mode },
        76..78 => Call::Create { name, mode },
        78..80 => Call::Unlink { name },
        80..82 => Call::Link { from: name, to: random.below(2) },
        82..84 => Call::Rename { from: name, to: random.below(2) },
        84..86 => Call::Stat { name },
        86..88 => Call::Fstat { descriptor },
        88..90 => {
            let content = random.pick(&[Content::Nobody, Content::Named, Content::Other]);
            Call::Write { descriptor, content }
        }
        90..92 => Call::Chmod { descriptor, mode },
        92..95 => Call::Fork { child: random.below(PUPPETS) },
        95..97 => Call::Kill,
        _ => Call::Interrupt,
    }
}

fn request(random: &mut Random, kinds: Kinds) -> Request {
    let (space, by_process) = random.pick(kinds);
    let bytes = match space {
        Space::Flock => WHOLE,
        Space::Range => random.pick(&[WHOLE, WHOLE, MARKER, EVERYTHING]),
    };
    Request { space, by_process, bytes, exclusive: random.chance(50) }
}
