//! Who is killed, when, and how much of it.

use std::thread;
use std::time::{Duration, Instant};

use super::campaign::{Campaign, LONGEST_JOB, PLACES, Place, Target};
use crate::support::random::Random;
use crate::support::{PATIENCE, family, kill, kill_group, procfs};

/// Which moment to strike in.
#[derive(Clone, Copy)]
enum Aim {
    /// Any, anybody's.
    Anybody,
    /// The first moments of the newest one: looking, creating, signing, trying.
    Newest,
    /// The same one, when it has just created the file.
    Creator,
    /// While a job runs.
    Holder,
    /// When a job has just ended: comparing, removing, unlocking.
    Leaver,
    /// A job whose wrapper is dead already.
    Orphan,
    /// The first in line for slots, with its children; anybody, where there is none.
    First,
}

const AIMS: [Aim; 13] = [
    Aim::Anybody,
    Aim::Anybody,
    Aim::Newest,
    Aim::Newest,
    Aim::Creator,
    Aim::Creator,
    Aim::Holder,
    Aim::Holder,
    Aim::Holder,
    Aim::Leaver,
    Aim::Leaver,
    Aim::Orphan,
    Aim::First,
];

/// Strikes until it is enough.
pub fn strike_until(
    campaign: &Campaign,
    random: &mut Random,
    enough: impl Fn() -> bool,
) -> Result<(), String> {
    let mut progress = (campaign.tally.kills(), Instant::now());
    while !enough() {
        let kills = campaign.tally.kills();
        if kills > progress.0 {
            progress = (kills, Instant::now());
        } else if progress.1.elapsed() > PATIENCE {
            return Err("nobody is left to be killed".to_owned());
        }
        thread::sleep(random.up_to(Duration::from_millis(4)));
        strike(campaign, random);
    }
    Ok(())
}

fn strike(campaign: &Campaign, random: &mut Random) {
    let aim = random.pick(&AIMS);
    if matches!(aim, Aim::Creator) && !has_seen_a_file_appear(campaign) {
        return;
    }
    let Some(place) = choose(campaign, random, aim) else { return };
    if matches!(aim, Aim::Newest) {
        thread::sleep(random.up_to(Duration::from_micros(1_500)));
    }
    let mut guard = place.target();
    let Some(target) = guard.as_mut() else { return };
    if matches!(aim, Aim::Leaver) && target.is_led && has_seen_its_job_end(target.leader) {
        thread::sleep(random.up_to(Duration::from_micros(150)));
        target.sent.push(libc::SIGKILL);
        return kill(target.leader, libc::SIGKILL);
    }
    let signal = match random.below(100) {
        0..84 => libc::SIGKILL,
        84..92 => libc::SIGTERM,
        _ => libc::SIGINT,
    };
    send(target, signal, random);
}

/// Somebody who is in that state now, and may not be in the next moment.
fn choose<'a>(campaign: &'a Campaign, random: &mut Random, aim: Aim) -> Option<&'a Place> {
    let places = &campaign.places[..PLACES];
    let age = |place: &&Place| {
        let mut age = Duration::MAX;
        place.has(|one| {
            age = one.since.elapsed();
            true
        });
        age
    };
    let first = random.below(PLACES);
    let mut in_turn = places.iter().cycle().skip(first).take(PLACES);
    let mut find =
        |fits: fn(&Target) -> bool| in_turn.find(|place| place.target().as_ref().is_some_and(fits));
    match aim {
        Aim::Anybody => places.get(first),
        Aim::Newest | Aim::Creator => places.iter().min_by_key(age),
        Aim::Holder | Aim::Leaver => find(|one| one.is_led && procfs::child(one.leader).is_some()),
        Aim::Orphan => find(|one| !one.is_led),
        Aim::First => {
            let first_in_line = find(|one| one.is_led && procfs::children(one.leader).len() > 1);
            first_in_line.or_else(|| places.get(first))
        }
    }
}

/// Waits for a new lock file for a while, where there is none now. Without a pause: it is signed at once.
fn has_seen_a_file_appear(campaign: &Campaign) -> bool {
    let start = Instant::now();
    let is_there = || campaign.lock.symlink_metadata().is_ok();
    if is_there() {
        return false;
    }
    while !is_there() {
        if start.elapsed() > LONGEST_JOB {
            return false;
        }
    }
    true
}

/// Waits for the end of a job for so long as one may take: it may be stopped, or wait for one that nobody can reap now.
fn has_seen_its_job_end(wrapper: u32) -> bool {
    let start = Instant::now();
    let is_over = || procfs::child(wrapper).is_none_or(procfs::has_ended);
    if is_over() {
        // Too late, or another contender by now, which has no job yet.
        return false;
    }
    while !is_over() {
        if start.elapsed() > LONGEST_JOB * 2 {
            return false;
        }
        thread::sleep(Duration::from_micros(20));
    }
    true
}

/// To the wrapper, its job, or both.
fn send(target: &mut Target, signal: i32, random: &mut Random) {
    target.sent.push(signal);
    let may_lose_wrapper = target.job_holds || signal != libc::SIGKILL;
    match random.below(3) {
        0 if target.is_led && may_lose_wrapper => kill(target.leader, signal),
        1 if target.is_led && family::signal_child(target.leader, signal) => {}
        // Where the lock is the wrapper's alone, its job must not outlive it. The kernel signals a group from the youngest
        // on (kernel/pid.c, attach_pid, adds at the head), so the job is told before its wrapper.
        _ => kill_group(target.leader, signal),
    }
}
