//! The same with slots, places to wait in, and runs that replace others.

use super::campaign::Campaign;
use super::contender::{Contender, MOST_PLACES};
use super::{fight, run_once_more, scaled, until};
use crate::support::alone::alone;
use crate::support::full_house::use_all_parts;
use crate::support::process_owned;
use crate::support::random::{self, Random};

/// How many slots those want that want one of several.
const SLOTS: usize = 3;

#[test]
fn whoever_is_killed_no_more_jobs_run_than_there_are_slots_nobody_is_stuck_and_no_file_stays() {
    // The first in line has no children then, and looks at the slots only now and then.
    if process_owned() {
        return;
    }
    alone(|| {
        let campaign = Campaign::new(random::seed());
        let mut random = Random::sequence(campaign.seed, 998);
        let draw = |random: &mut Random, weather| Contender::drawn_for_slots(random, weather);
        fight("slots", &campaign, scaled(120), draw, |round| {
            let case = format!("seed {}, round {round}", campaign.seed);
            run_once_more(&campaign);
            use_all_parts(&campaign.lock, SLOTS, MOST_PLACES.parse().unwrap());
            assert_eq!(campaign.locks.names(), [""; 0], "{case}");
            for _ in 0..4 {
                campaign.burst(&mut random, Contender::last_for_slots);
                assert_eq!(campaign.locks.names(), [""; 0], "{case}");
            }
        });
    });
}

#[test]
fn whoever_is_killed_or_replaced_jobs_run_alone_nobody_is_stuck_and_no_file_stays() {
    alone(|| {
        let mut campaign = Campaign::new(random::seed());
        campaign.sent_by_others = &[libc::SIGTERM, libc::SIGKILL];
        let draw = |random: &mut Random, weather| Contender::drawn_to_replace(random, weather);
        fight("replaced", &campaign, scaled(120), draw, |round| {
            run_once_more(&campaign);
            assert_eq!(campaign.locks.names(), [""; 0], "seed {}, round {round}", campaign.seed);
        });
    });
}

#[test]
fn the_witness_notices_one_job_more_than_there_are_slots() {
    alone(|| {
        let four = Contender::withlock(&["-j", "4", "-w", "inf"]);
        until(&Contender { slots: SLOTS, ..four }, false, |campaign| {
            campaign.notes.read("trouble").contains(": is one more than 3")
        });
    });
}
