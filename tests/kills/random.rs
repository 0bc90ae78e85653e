//! Numbers that look random and can be drawn again: xorshift64* (Vigna 2016, "An experimental exploration of Marsaglia's
//! xorshift generators, scrambled").

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub struct Random(u64);

/// The seed of all: `WITHLOCK_TEST_SEED`, or another one each time.
pub fn seed() -> u64 {
    if let Some(seed) = std::env::var("WITHLOCK_TEST_SEED").ok().filter(|text| !text.is_empty()) {
        return seed.parse().expect("WITHLOCK_TEST_SEED is a number");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_micros() as u64 ^ (u64::from(std::process::id()) << 40)
}

impl Random {
    /// One of many independent sequences of a seed.
    pub fn new(seed: u64, sequence: u64) -> Self {
        // Neighbouring seeds are to have nothing in common: the finisher of splitmix64.
        let mut mixed = seed.wrapping_add(sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Whether something is to be, so often in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    pub fn up_to(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(longest.as_micros() as u64 + 1))
    }
}
