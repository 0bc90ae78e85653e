//! Who contends: withlock with this or that option, and its neighbours on the same file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::witness::Claim;
use crate::support::random::Random;
use crate::support::{excludes_fcntl, excludes_flock, find_program, process_owned, skip, withlock};

/// What most contenders do for a while; other mixes meet other moments of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// They wait: the file is handed over, over and over.
    Queue,
    /// They give up soon: those who leave and those who give up meet.
    Haste,
    /// They do not wait: the file is removed and created, over and over.
    Bustle,
    /// Many are readers.
    Reading,
    /// The same, and nobody waits.
    Browsing,
    Anything,
}

impl Weather {
    /// The mixes of the rounds, in turn.
    pub fn of_round(round: u64) -> Self {
        use Weather::{Anything, Browsing, Bustle, Haste, Queue, Reading};
        let all = [Queue, Bustle, Haste, Browsing, Reading, Anything];
        all[(round % all.len() as u64) as usize]
    }

    /// How many in a hundred wait for ever, and how many with a limit.
    fn waiters(self) -> (usize, usize) {
        match self {
            Self::Queue => (90, 5),
            Self::Haste => (10, 80),
            Self::Bustle | Self::Browsing => (0, 0),
            Self::Reading | Self::Anything => (40, 30),
        }
    }

    /// How long a place stays free at most: those that do not wait would otherwise take all the processors' time.
    pub fn pause(self) -> Duration {
        Duration::from_millis(match self {
            Self::Queue => 0,
            Self::Bustle | Self::Browsing => 200,
            Self::Haste | Self::Reading | Self::Anything => 20,
        })
    }
}

const LIMITS: [&str; 5] = ["0.05", "0.1", "0.2", "0.35", "0.5"];

/// The options of who wants one of three slots.
const THREE_SLOTS: &[&str] = &["-j", "3"];
/// How many may wait for them at most.
pub const MOST_PLACES: &str = "5";

/// A wrapper of some kind, up to the lock file.
#[derive(Clone, Debug)]
pub struct Contender {
    pub program: PathBuf,
    pub options: Vec<String>,
    pub claim: Claim,
    /// How many jobs may run at once, each in a slot of its own.
    pub slots: usize,
    /// Its exit status when it is refused; `None` for one that is not to be.
    pub refused: Option<i32>,
    /// Whether its job has the lock, too, and keeps it when the wrapper is killed.
    pub job_holds: bool,
}

impl Contender {
    /// The command line up to the job.
    pub fn command(&self, lock: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.options).arg(lock);
        for name in ["WITHLOCK_LOCKFILE", "WITHLOCK_HELD", "WITHLOCK_SLOT"] {
            command.env_remove(name);
        }
        command
    }

    /// Whether it may end with exit status 69.
    pub fn needs_file(&self) -> bool {
        self.has("--no-create")
    }

    /// Whether it says on stderr what it does.
    pub fn is_talkative(&self) -> bool {
        self.has("-v")
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|one| one == option)
    }

    /// withlock with these options, and the backend under test.
    pub fn withlock(options: &[&str]) -> Self {
        let command = withlock(options);
        let has = |option| options.contains(&option);
        let value = |option: &str| {
            let at = options.iter().position(|one| *one == option)?;
            options[at + 1].parse().ok()
        };
        let busy = value("-E").unwrap_or_else(|| i32::from(!has("-q")));
        Self {
            program: command.get_program().into(),
            options: command.get_args().map(|word| word.to_str().unwrap().to_owned()).collect(),
            claim: Claim {
                shared: has("-s"),
                by_flock: excludes_flock(),
                by_fcntl: excludes_fcntl(),
                slot: 1,
            },
            slots: value("-j").map_or(1, |slots| slots as usize),
            refused: Some(busy).filter(|_| !has("inf") || has("--max-waiters")),
            job_holds: !process_owned() && !has("-o"),
        }
    }

    /// withlock with options that were drawn.
    pub fn drawn(random: &mut Random, weather: Weather) -> Self {
        let mut options = Vec::new();
        let (for_ever, with_limit) = weather.waiters();
        let draw = random.below(100);
        if draw < for_ever {
            options.extend(["-w", "inf"]);
        } else if draw < for_ever + with_limit {
            options.extend(["-w", random.pick(&LIMITS)]);
        } else if random.chance(30) {
            options.push("-n");
        }
        let readers = match weather {
            Weather::Reading | Weather::Browsing => 70,
            Weather::Bustle => 2,
            _ => 15,
        };
        options.push(if random.chance(readers) { "-s" } else { "-x" });
        let more = [("-q", 30), ("-o", 4), ("-v", 4), ("--no-create", 4), ("-k", 2)];
        for (option, percent) in more {
            if random.chance(percent) {
                options.push(option);
            }
        }
        if random.chance(5) {
            options.extend(["-E", "9"]);
        }
        Self::withlock(&options)
    }

    /// Most want one of three slots; the others have the first one for themselves, or share it.
    pub fn drawn_for_slots(random: &mut Random, weather: Weather) -> Self {
        if random.chance(10) {
            return Self::drawn(random, weather);
        }
        let mut options = THREE_SLOTS.to_vec();
        let (for_ever, with_limit) = weather.waiters();
        let draw = random.below(100);
        if draw < for_ever + with_limit {
            options.extend(["-w", if draw < for_ever { "inf" } else { random.pick(&LIMITS) }]);
            if random.chance(40) {
                options.extend(["--max-waiters", random.pick(&["1", "2", MOST_PLACES])]);
            }
        }
        for (option, percent) in [("-q", 30), ("-o", 4), ("-v", 4)] {
            if random.chance(percent) {
                options.push(option);
            }
        }
        Self::withlock(&options)
    }

    /// Some end whoever holds the lock, and some of these kill it.
    pub fn drawn_to_replace(random: &mut Random, weather: Weather) -> Self {
        if random.chance(60) {
            return Self::drawn(random, weather);
        }
        let mut options = vec!["--replace", "-w", random.pick(&LIMITS)];
        if random.chance(30) {
            options.extend(["--kill-after", "0.01"]);
        }
        Self::withlock(&options)
    }

    /// As [`Self::last`], for slots.
    pub fn last_for_slots(random: &mut Random) -> Self {
        let limit = random.pick(&["0", "0.002", "0.01", "inf"]);
        Self::withlock(&[THREE_SLOTS, &["-w", limit]].concat())
    }

    /// One of those that nobody kills, and that leave no file, whoever of them comes and goes when.
    pub fn last(random: &mut Random) -> Self {
        let limit = random.pick(&["0", "0.002", "0.005", "0.01", "inf"]);
        Self::withlock(&["-w", limit, random.pick(&["-s", "-x"])])
    }

    /// A program that a test takes instead of withlock.
    pub fn other(program: &str, options: &[&str], claim: Claim) -> Option<Self> {
        let Some(program) = find_program(program) else {
            skip(&format!("{program} is not installed"));
            return None;
        };
        let options = options.iter().map(|&word| word.to_owned()).collect();
        Some(Self { program, options, claim, slots: 1, refused: None, job_holds: true })
    }
}

/// The ways of flock(1) that withlock excludes with the backend under test; `None` when it is missing.
pub fn by_flock() -> Option<Vec<Contender>> {
    if !excludes_flock() {
        return Some(Vec::new());
    }
    let claim = Claim { shared: false, by_flock: true, by_fcntl: false, slot: 1 };
    let mut all = Vec::new();
    for options in [&[] as &[&str], &["-x"], &["-n"], &["-w", "0.1"], &["-s"], &["-s", "-n"]] {
        let shared = options.contains(&"-s");
        let waits = !options.contains(&"-n") && !options.contains(&"-w");
        let one = Contender::other("flock", options, Claim { shared, ..claim })?;
        all.push(Contender { refused: (!waits).then_some(1), ..one });
    }
    Some(all)
}

/// The same of with-lock-ex, which compares as withlock does, and removes nothing. It becomes its job.
pub fn by_with_lock_ex() -> Option<Vec<Contender>> {
    if !excludes_fcntl() {
        return Some(Vec::new());
    }
    let claim = Claim { shared: false, by_flock: false, by_fcntl: true, slot: 1 };
    let mut all = Vec::new();
    for (option, refused) in [("-w", None), ("-w", None), ("-f", Some(255)), ("-q", Some(0))] {
        all.push(Contender { refused, ..Contender::other("with-lock-ex", &[option], claim)? });
    }
    Some(all)
}
