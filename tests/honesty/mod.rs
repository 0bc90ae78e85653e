//! The simulated kernel of the proof (`tests/proof/simulated/`) against the real one (Linux): random scripts of calls are
//! run on both, side by side, and every answer is compared. The real one is given the time to come to rest after each
//! call: what is between waking up and trying again is not compared.
//!
//! To run a script again: `WITHLOCK_TEST_SEED` is the seed of the first one.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

mod answer;
mod beliefs;
mod reality;
mod script;
mod stage;

use std::time::{Duration, Instant};

use crate::support::alone::alone;
use crate::support::{self, random};
use stage::Stage;

/// Scripts of the long form, and at most of the short one.
const MANY: u64 = 20_000;
const SOME: u64 = 10_000;

/// What the short form may take; it compares what fits.
const SHORT: Duration = Duration::from_secs(8);

#[test]
fn what_the_proof_takes_for_granted_is_what_the_kernel_does() {
    alone(|| {
        let first = random::seed();
        let start = Instant::now();
        let Some(mut stage) = Stage::new() else {
            return support::skip("needs /proc/PID/wchan to name functions");
        };
        // The program under test and its backend play no part here.
        let (count, time) = match (support::is_long(), support::is_rerun()) {
            (true, false) => (MANY, Duration::MAX),
            (false, false) => (SOME, SHORT),
            (_, true) => (SOME, SHORT / 8),
        };
        let mut done = 0;
        while done < count && start.elapsed() < time {
            let seed = first.wrapping_add(done);
            if let Err(difference) = stage.play(&script::write(seed)) {
                panic!("WITHLOCK_TEST_SEED={seed}\n{}", stage.shrink(difference));
            }
            done += 1;
        }
        println!("{done} scripts from seed {first}, {}, {:.1?}", stage.counts, start.elapsed());
    });
}
