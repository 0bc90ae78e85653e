//! The job of every contender: it notices whether it is alone, as it must be, and takes notes for whoever checks them
//! afterwards.
//!
//! It raises a flag, a file that says who it is, and then looks for the flags of others. Of two that run at once, whoever
//! raises its flag second sees the other's. A job that was killed leaves its flag, which says whether it is still alive.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crate::support::family::{self, Identity};

/// What a job exits with: no wrapper has these of its own.
pub const ALONE: i32 = 42;
/// The same, of one that has met another, or whose lock file has lost its name.
pub const DISTURBED: i32 = 43;

/// Which locks a job is under, and so which others it must be alone among; a shared one, among the exclusive ones. With
/// slots, each is a lock of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub shared: bool,
    /// Of flock(2) and of fcntl(2), which do not see each other on Linux.
    pub by_flock: bool,
    pub by_fcntl: bool,
    /// Which of the slots; a lock without slots is the first one.
    pub slot: usize,
}

impl Claim {
    pub fn excludes(self, other: Self) -> bool {
        let meet = self.by_flock && other.by_flock || self.by_fcntl && other.by_fcntl;
        meet && self.slot == other.slot && !(self.shared && other.shared)
    }
}

/// As letters: `s` or `x`, then `l` for flock(2), `p` for fcntl(2); and the slot, if it is not the first one.
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.shared { "s" } else { "x" })?;
        f.write_str(if self.by_flock { "l" } else { "" })?;
        f.write_str(if self.by_fcntl { "p" } else { "" })?;
        if self.slot > 1 { write!(f, "{}", self.slot) } else { Ok(()) }
    }
}

impl FromStr for Claim {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let has = |letter| text.contains(letter);
        let slot = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let slot = if slot.is_empty() { 1 } else { slot.parse().map_err(drop)? };
        Ok(Self { shared: has('s'), by_flock: has('l'), by_fcntl: has('p'), slot })
    }
}

/// Where the jobs of one campaign leave their flags and notes.
#[derive(Clone)]
pub struct Notes(PathBuf);

impl Notes {
    pub fn new(place: &Path) -> Self {
        let notes = Self(place.to_owned());
        fs::create_dir(notes.flags()).unwrap();
        notes
    }

    fn flags(&self) -> PathBuf {
        self.0.join("flags")
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }

    /// One line, in one write, so that the lines of several jobs do not mix, and come in the order in which it happened.
    fn write(&self, name: &str, line: &str) {
        let file = OpenOptions::new().create(true).append(true).open(self.0.join(name));
        file.unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// The environment for a job: where to take notes, and what of.
    pub fn environment(
        &self,
        number: usize,
        claim: Claim,
        slots: usize,
        busy: Duration,
    ) -> [(&'static str, String); 5] {
        [
            ("WITNESS_NOTES", self.0.to_str().unwrap().to_owned()),
            ("WITNESS_NUMBER", number.to_string()),
            ("WITNESS_CLAIM", claim.to_string()),
            ("WITNESS_SLOTS", slots.to_string()),
            ("WITNESS_BUSY", busy.as_micros().to_string()),
        ]
    }

    pub fn raise(&self, flag: &Flag) {
        File::create_new(self.flags().join(flag.to_string())).unwrap();
    }

    pub fn lower(&self, flag: &Flag) {
        fs::remove_file(self.flags().join(flag.to_string())).unwrap();
    }

    /// The jobs that run beside this one and must not. Flags of dead ones are taken down.
    pub fn others(&self, own: &Flag) -> Vec<Flag> {
        let names = fs::read_dir(self.flags()).unwrap().map(|entry| entry.unwrap().file_name());
        let flags = names.map(|name| name.to_str().unwrap().parse::<Flag>().unwrap());
        let mut others: Vec<_> = flags.filter(|flag| flag != own).collect();
        others.retain(|flag| {
            let alive = flag.job.is_alive();
            if !alive {
                // Another one may have been faster.
                let _ = fs::remove_file(self.flags().join(flag.to_string()));
            }
            alive && flag.claim.excludes(own.claim)
        });
        others
    }
}

/// A job that runs, as the name of a file, which is there as a whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    pub claim: Claim,
    pub job: Identity,
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.claim, self.job.pid, self.job.since)
    }
}

impl FromStr for Flag {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split('.');
        let claim = words.next().ok_or(())?.parse()?;
        let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).ok_or(());
        Ok(Self { claim, job: Identity { pid: number()? as u32, since: number()? } })
    }
}

/// The file that the lock is on has lost its name, be it to another one. Only withlock tells its job which file that is.
fn has_lost_its_name() -> bool {
    let Ok(held) = std::env::var("WITHLOCK_HELD") else { return false };
    let path = std::env::var_os("WITHLOCK_LOCKFILE").unwrap();
    let named = fs::metadata(path).map(|facts| format!("{}:{}:", facts.dev(), facts.ino()));
    !named.is_ok_and(|named| held.rsplit(' ').next().unwrap().starts_with(&named))
}

/// When the lock file was created: tells one from the next, which may well get the same inode number.
fn born() -> String {
    let file = std::env::var_os("WITHLOCK_LOCKFILE").map(fs::metadata);
    let born = file.and_then(|facts| facts.ok()?.created().ok());
    let since = born.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or_else(|| "-".to_owned(), |since| since.as_nanos().to_string())
}

/// The job. `None` where this process is none.
pub fn job() -> Option<i32> {
    let notes = Notes(std::env::var_os("WITNESS_NOTES")?.into());
    let variable = |name| std::env::var(name).unwrap();
    let number = variable("WITNESS_NUMBER");
    let slot = std::env::var("WITHLOCK_SLOT").map_or(1, |slot| slot.parse().unwrap());
    let claim = Claim { slot, ..variable("WITNESS_CLAIM").parse().unwrap() };
    let own = Flag { claim, job: Identity::own() };
    notes.raise(&own);
    let line = |what| format!("{what} {number} {} {} {}", own.claim, own.job.pid, family::clock());
    notes.write("log", &format!("{} {}", line("start"), born()));
    let mut trouble: Vec<_> = notes.others(&own).iter().map(|flag| format!("met {flag}")).collect();
    let slots = variable("WITNESS_SLOTS");
    if slot > slots.parse().unwrap() {
        trouble.push(format!("is one more than {slots}"));
    }
    let mut check_name = |when| {
        if has_lost_its_name() {
            trouble.push(format!("lost its name {when}"));
        }
    };
    check_name("at the start");
    std::thread::sleep(Duration::from_micros(variable("WITNESS_BUSY").parse().unwrap()));
    check_name("at the end");
    notes.write("log", &line("end"));
    for what in &trouble {
        notes.write("trouble", &format!("{number} {own}: {what}"));
    }
    notes.lower(&own);
    Some(if trouble.is_empty() { ALONE } else { DISTURBED })
}
