//! Contenders come and go, and some are killed: 32 at a time, each a fresh process.

use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use super::contender::{Contender, Weather};
use super::tally::Tally;
use super::witness::Notes;
use crate::support::alone::{name_of, only};
use crate::support::family::{self, Reaped};
use crate::support::random::Random;
use crate::support::{PATIENCE, Scratch, kill_group, procfs, signals};

pub const PLACES: usize = 32;
const A_BURST: usize = 8;
pub const LONGEST_JOB: Duration = Duration::from_millis(20);

/// Who contends in a round: drawn anew each time.
pub type Draw<'a> = &'a (dyn Fn(&mut Random) -> Contender + Sync);

/// A contender that runs, or what is left of it.
pub struct Target {
    /// The wrapper, which leads a process group of its own. The number is taken as long as one of the group is not reaped.
    pub leader: u32,
    /// Whether the wrapper itself is not reaped.
    pub is_led: bool,
    pub since: Instant,
    pub job_holds: bool,
    /// The signals that were sent to any of them.
    pub sent: Vec<i32>,
}

/// One of the 32 places.
pub struct Place {
    target: Mutex<Option<Target>>,
    /// What the contender says on stderr.
    errors: PathBuf,
}

impl Place {
    /// Whether there is one that fits; one that is just being started or reaped does not.
    pub fn has(&self, fits: impl FnOnce(&Target) -> bool) -> bool {
        self.target.try_lock().is_ok_and(|target| target.as_ref().is_some_and(fits))
    }

    /// Nothing is reaped while this is held, so that no signal meets a stranger.
    pub fn target(&self) -> MutexGuard<'_, Option<Target>> {
        self.target.lock().unwrap()
    }
}

/// How everything that a contender was has ended.
#[derive(Debug)]
pub struct End {
    pub leader: ExitStatus,
    /// What it has left behind: its job.
    pub orphans: Vec<ExitStatus>,
    pub sent: Vec<i32>,
}

pub struct Campaign {
    pub seed: u64,
    pub lock: PathBuf,
    pub notes: Notes,
    pub places: Vec<Place>,
    pub tally: Tally,
    /// The signals that contenders send each other.
    pub sent_by_others: &'static [i32],
    begun: AtomicUsize,
    is_over: AtomicBool,
    /// The lock's directory, and the one of all the rest.
    pub locks: Scratch,
    _papers: Scratch,
}

impl Campaign {
    pub fn new(seed: u64) -> Self {
        family::adopt_orphans();
        signals::plain_from_now_on();
        let (locks, papers) = (Scratch::new(), Scratch::new());
        let place = |index| Place {
            target: Mutex::new(None),
            errors: papers.join(format!("errors-{index}")),
        };
        Self {
            seed,
            lock: locks.join("lock"),
            notes: Notes::new(papers.path()),
            places: (0..PLACES).map(place).collect(),
            tally: Tally::default(),
            sent_by_others: &[],
            begun: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            locks,
            _papers: papers,
        }
    }

    /// Lets them contend for as long as `disturb` takes, and then come to their end undisturbed.
    pub fn round(
        &self,
        number: u64,
        draw: Draw<'_>,
        disturb: impl FnOnce(&Self) -> Result<(), String>,
    ) {
        self.is_over.store(false, Ordering::Relaxed);
        let pause = Weather::of_round(number).pause();
        let outcome = thread::scope(|scope| {
            let occupy = |index: usize| {
                let random = Random::sequence(self.seed, number * 1_000 + index as u64);
                scope.spawn(move || self.occupy(&self.places[index], random, draw, pause))
            };
            let threads: Vec<_> = (0..PLACES).map(occupy).collect();
            let end = AtLast(&self.is_over);
            let disturbed = disturb(self);
            drop(end);
            disturbed.and(self.drain(&threads))
        });
        outcome.unwrap_or_else(|trouble| panic!("seed {}, round {number}: {trouble}", self.seed));
    }

    /// A few contenders at once, and nobody is killed.
    pub fn burst(&self, random: &mut Random, draw: fn(&mut Random) -> Contender) {
        let outcome = thread::scope(|scope| {
            let begin = |place| {
                let contender = draw(random);
                let busy = random.up_to(LONGEST_JOB / 10);
                scope.spawn(move || self.run(place, &contender, busy))
            };
            let threads: Vec<_> = self.places[..A_BURST].iter().map(begin).collect();
            self.drain(&threads)
        });
        outcome.unwrap_or_else(|trouble| panic!("seed {}, undisturbed: {trouble}", self.seed));
    }

    fn occupy(&self, place: &Place, mut random: Random, draw: Draw<'_>, pause: Duration) {
        while !self.is_over.load(Ordering::Relaxed) {
            thread::sleep(random.up_to(pause));
            let contender = draw(&mut random);
            // Most jobs are short, so that much happens at their ends.
            let longest = random.pick(&[Duration::ZERO, LONGEST_JOB / 10, LONGEST_JOB]);
            self.run(place, &contender, random.up_to(longest));
        }
    }

    /// Starts a contender, and waits for its end and that of its job.
    fn run(&self, place: &Place, contender: &Contender, busy: Duration) {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let mut command = contender.command(&self.lock);
        command
            .arg(std::env::current_exe().unwrap())
            .args(only(name_of(&super::witness_job)))
            .envs(self.notes.environment(number, contender.claim, contender.slots, busy))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&place.errors).unwrap())
            .process_group(0);
        let mut target = place.target();
        // Reaped below, with all that it leaves behind.
        let leader = command.spawn().unwrap().id();
        *target = Some(Target {
            leader,
            is_led: true,
            since: Instant::now(),
            job_holds: contender.job_holds,
            sent: self.sent_by_others.to_vec(),
        });
        drop(target);
        let end = reap_all(place, leader);
        let errors = fs::read_to_string(&place.errors).unwrap();
        self.tally.count(number, contender, &end, &errors);
    }

    /// Waits for all of them; for none that waits for ever.
    fn drain(&self, threads: &[ScopedJoinHandle<'_, ()>]) -> Result<(), String> {
        let start = Instant::now();
        while !threads.iter().all(ScopedJoinHandle::is_finished) {
            if start.elapsed() > PATIENCE {
                let stuck = self.describe();
                self.end_all();
                return Err(format!("these did not end:\n{stuck}"));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Those that still run, for the one who has to find out why.
    fn describe(&self) -> String {
        let mut text = String::new();
        for place in &self.places {
            let target = place.target();
            let Some(Target { leader, .. }) = *target else { continue };
            let child = procfs::child(leader);
            let read = |name| fs::read_to_string(format!("/proc/{leader}/{name}"));
            let command = read("cmdline").unwrap_or_default().replace('\0', " ");
            let sleeps_in = read("wchan").unwrap_or_default();
            text += &format!("pid {leader}, child {child:?}, in {sleeps_in:?}: {command}\n");
        }
        text + &fs::read_to_string("/proc/locks").unwrap_or_default()
    }

    fn end_all(&self) {
        for place in &self.places {
            if let Some(target) = place.target().as_mut() {
                target.sent.push(libc::SIGKILL);
                kill_group(target.leader, libc::SIGKILL);
            }
        }
    }

    pub fn runs(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }
}

/// Sets it, be it because a test panics, which would otherwise wait for ever for those that go on.
struct AtLast<'a>(&'a AtomicBool);

impl Drop for AtLast<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn reap_all(place: &Place, leader: u32) -> End {
    let mut status = None;
    let mut orphans = Vec::new();
    loop {
        family::await_end(leader);
        let mut guard = place.target();
        loop {
            match family::reap(leader) {
                Reaped::One { pid, status: ended } if pid == leader => {
                    status = Some(ended);
                    guard.as_mut().unwrap().is_led = false;
                }
                Reaped::One { status, .. } => orphans.push(status),
                Reaped::NoneYet => break,
                Reaped::AllGone => {
                    let sent = guard.take().unwrap().sent;
                    return End { leader: status.unwrap(), orphans, sent };
                }
            }
        }
    }
}

impl End {
    /// Whether somebody has ended by a signal that was sent here: died of it, or says so as a shell does.
    pub fn was_told(&self, status: ExitStatus) -> bool {
        let is = |signal| status.signal() == Some(signal) || status.code() == Some(128 + signal);
        self.sent.iter().any(|signal| is(*signal))
    }
}
