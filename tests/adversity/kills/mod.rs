//! Promise 1 under fire: at most one job a lock, whoever is killed when; nobody waits for ever, and no file stays.
//!
//! `WITHLOCK_TEST_SEED` repeats the draws of a run that has failed; which process then runs when is up to the kernel.
#![cfg(target_os = "linux")]

mod campaign;
mod contender;
mod log;
mod many;
mod striker;
mod tally;
mod witness;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::support::alone::alone;
use crate::support::family::Identity;
use crate::support::random::{self, Random};
use crate::support::{self, Scratch, find_program, is_long, is_rerun, skip, withlock};
use campaign::Campaign;
use contender::{Contender, Weather, by_flock, by_with_lock_ex};
use log::Log;
use striker::strike_until;
use witness::{Claim, Flag, Notes};

/// The job of the other tests.
#[test]
fn witness_job() {
    if let Some(status) = witness::job() {
        std::process::exit(status);
    }
}

/// How many kills: a figure for the default backend, fewer when the tests run once more, more in a long campaign.
fn scaled(kills: usize) -> usize {
    let figure = if is_rerun() { kills / 5 } else { kills };
    if is_long() { figure * 20 } else { figure }
}

/// Fights a whole campaign, and looks after each round what lies there.
fn fight(
    name: &str,
    campaign: &Campaign,
    kills: usize,
    draw: impl Fn(&mut Random, Weather) -> Contender + Sync,
    mut after_round: impl FnMut(u64),
) {
    let start = Instant::now();
    let mut random = Random::sequence(campaign.seed, 999);
    // So that even a short campaign meets every mix.
    let a_round = kills.div_ceil(6).min(100);
    let mut round = 0;
    while campaign.tally.kills() < kills {
        let enough = (campaign.tally.kills() + a_round).min(kills);
        let draw = |random: &mut Random| draw(random, Weather::of_round(round));
        campaign.round(round, &draw, |campaign| {
            strike_until(campaign, &mut random, || campaign.tally.kills() >= enough)
        });
        after_round(round);
        round += 1;
    }
    report(name, campaign, round, start);
}

fn report(name: &str, campaign: &Campaign, rounds: u64, start: Instant) {
    let log = Log::read(&campaign.notes.read("log"));
    let trouble = campaign.notes.read("trouble");
    let tally = &campaign.tally;
    let get = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "{name}: {} kills, {} told to end, {} runs, {} jobs, {} refused, {} jobs ended without their wrapper, {} files, \
         {rounds} rounds, {} overlaps, {:.1} s, seed {}; {}",
        tally.kills(),
        get(&tally.told),
        campaign.runs(),
        get(&tally.jobs),
        get(&tally.refused),
        get(&tally.abandoned),
        log.files,
        trouble.lines().count() + log.overlaps.len(),
        start.elapsed().as_secs_f64(),
        campaign.seed,
        tally.moments(&log),
    );
    assert_eq!(trouble, "", "seed {}", campaign.seed);
    assert_eq!(log.overlaps, [], "seed {}", campaign.seed);
    let odd = tally.odd.lock().unwrap();
    assert!(
        odd.is_empty(),
        "seed {}, {} odd ends: {:#?}",
        campaign.seed,
        odd.len(),
        &odd[..odd.len().min(9)]
    );
}

/// Runs once more, without waiting, as somebody would who comes when all is over.
fn run_once_more(campaign: &Campaign) {
    let output = withlock([] as [&str; 0]).arg(&campaign.lock).arg("true").output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn whoever_is_killed_jobs_run_alone_nobody_is_stuck_and_no_file_stays() {
    alone(|| {
        let campaign = Campaign::new(random::seed());
        let mut random = Random::sequence(campaign.seed, 998);
        let draw = |random: &mut Random, weather| Contender::drawn(random, weather);
        fight("own file", &campaign, scaled(700), draw, |round| {
            // Who was killed last may have left the file.
            run_once_more(&campaign);
            assert_eq!(campaign.locks.names(), [""; 0], "seed {}, round {round}", campaign.seed);
            for _ in 0..4 {
                campaign.burst(&mut random, Contender::last);
                assert_eq!(
                    campaign.locks.names(),
                    [""; 0],
                    "seed {}, round {round}",
                    campaign.seed
                );
            }
        });
    });
}

/// The file of somebody else's that lies there from the beginning, and what of it must not change.
fn put_foreign_file(campaign: &Campaign) -> (u64, u64, u32) {
    fs::write(&campaign.lock, "").unwrap();
    look(campaign)
}

fn look(campaign: &Campaign) -> (u64, u64, u32) {
    let facts = fs::metadata(&campaign.lock).unwrap();
    (facts.ino(), facts.len(), facts.mode())
}

#[test]
fn beside_flock_and_its_kin_on_a_file_of_theirs_a_kill_lets_nobody_in_and_the_file_stays() {
    alone(|| {
        let (Some(flock), Some(with_lock_ex)) = (by_flock(), by_with_lock_ex()) else { return };
        let neighbours = [flock, with_lock_ex].concat();
        let draw = |random: &mut Random, weather| {
            if random.chance(50) {
                return random.pick(&neighbours);
            }
            Contender::drawn(random, weather)
        };
        let campaign = Campaign::new(random::seed());
        let before = put_foreign_file(&campaign);
        fight("file of theirs", &campaign, scaled(200), draw, |_| {
            run_once_more(&campaign);
            assert_eq!(look(&campaign), before, "seed {}", campaign.seed);
            assert_eq!(campaign.locks.names(), ["lock"]);
        });
    });
}

#[test]
fn beside_with_lock_ex_on_a_file_that_withlock_removes_a_kill_lets_nobody_in() {
    alone(|| {
        let Some(neighbours) = by_with_lock_ex().filter(|all| !all.is_empty()) else { return };
        let draw = |random: &mut Random, weather| {
            if random.chance(6) {
                return random.pick(&neighbours);
            }
            Contender::drawn(random, weather)
        };
        let campaign = Campaign::new(random::seed());
        fight("file of both", &campaign, scaled(100), draw, |_| {
            run_once_more(&campaign);
            // Whichever of them finds no file creates it. What with-lock-ex has created stays.
            if let Ok(facts) = fs::metadata(&campaign.lock) {
                assert_eq!(
                    (facts.len(), facts.mode() & 0o777 == 0o700),
                    (0, false),
                    "seed {}",
                    campaign.seed
                );
                fs::remove_file(&campaign.lock).unwrap();
            }
            assert_eq!(campaign.locks.names(), [""; 0]);
        });
    });
}

const EXCLUSIVE: Claim = Claim { shared: false, by_flock: true, by_fcntl: false, slot: 1 };

/// Lets 32 contenders of one kind fight until two jobs at once were noticed, by the flags and by the log.
fn until_noticed(contender: &Contender, kills: bool) {
    until(contender, kills, |campaign| {
        campaign.notes.read("trouble").contains(": met ")
            && !Log::read(&campaign.notes.read("log")).overlaps.is_empty()
    });
}

fn until(contender: &Contender, kills: bool, is_noticed: fn(&Campaign) -> bool) {
    let campaign = Campaign::new(random::seed());
    let is_noticed = || is_noticed(&campaign);
    campaign.round(0, &|_| contender.clone(), |campaign| {
        if kills {
            return strike_until(campaign, &mut Random::sequence(campaign.seed, 999), is_noticed);
        }
        support::wait_until("the witness notices two at once", is_noticed);
        Ok(())
    });
}

#[test]
fn the_witness_notices_jobs_without_a_lock() {
    alone(|| {
        let without = ["-c", r#"shift; exec "$@""#, "sh"];
        until_noticed(&Contender::other("sh", &without, EXCLUSIVE).unwrap(), false);
    });
}

#[test]
fn the_witness_notices_a_locker_that_removes_its_file_and_does_not_compare() {
    alone(|| {
        if find_program("flock").is_none() {
            return skip("flock is not installed");
        }
        let script =
            r#"lock=$1; shift; exec 9>>"$lock"; flock 9; "$@"; code=$?; rm "$lock"; exit $code"#;
        until_noticed(&Contender::other("sh", &["-c", script, "sh"], EXCLUSIVE).unwrap(), false);
    });
}

/// With --close, the lock ends with the wrapper, as the manual says: whoever kills wrappers there must find it out.
#[test]
fn the_witness_notices_a_job_that_has_lost_its_lock_with_its_wrapper() {
    alone(|| {
        let without = Contender::withlock(&["-o", "-w", "inf"]);
        until_noticed(&Contender { job_holds: true, ..without }, true);
    });
}

#[test]
fn the_witness_takes_the_flag_of_a_dead_job_for_no_job() {
    let place = Scratch::new();
    let notes = Notes::new(place.path());
    let own = Flag { claim: EXCLUSIVE, job: Identity::own() };
    let mut other = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let since = support::procfs::stat(other.id(), 22).unwrap();
    let flag = Flag { claim: EXCLUSIVE, job: Identity { pid: other.id(), since } };
    let earlier = Flag { job: Identity { since: since - 1, ..flag.job }, ..flag };
    notes.raise(&own);
    notes.raise(&flag);
    notes.raise(&earlier);
    assert_eq!(notes.others(&own), [flag]);
    // From now on it does nothing more, whether it has ended yet or not.
    support::kill(other.id(), libc::SIGKILL);
    assert_eq!(notes.others(&own), []);
    other.wait().unwrap();
    notes.raise(&flag);
    assert_eq!(notes.others(&own), []);
    notes.lower(&own);
    assert!(fs::read_dir(place.join("flags")).unwrap().next().is_none());
}

#[test]
fn the_witness_lets_readers_meet_and_strangers_and_nobody_else() {
    for (one, other, excluded) in [
        ("xl", "xl", true),
        ("xl", "sl", true),
        ("sl", "xl", true),
        ("sl", "sl", false),
        ("xl", "xp", false),
        ("xlp", "xp", true),
        ("sl", "xlp", true),
        ("xl", "xl2", false),
        ("xlp3", "xl3", true),
        ("sl2", "xl2", true),
    ] {
        let claim = |text: &str| text.parse::<Claim>().unwrap();
        assert_eq!(claim(one).excludes(claim(other)), excluded, "{one} {other}");
        let log = format!(
            "start 1 {one} 11 100 5\nstart 2 {other} 12 101 5\nend 1 {one} 11 102\nend 2 {other} 12 103\n\
             start 3 {one} 13 104 6\nend 3 {one} 13 105\n"
        );
        let log = Log::read(&log);
        assert_eq!(log.overlaps, if excluded { vec![(1, 2)] } else { vec![] }, "{one} {other}");
        assert_eq!((log.files, log.started.len(), log.ended.len()), (2, 3, 3));
    }
}
