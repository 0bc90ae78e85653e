//! Numbers that look random and can be drawn again: `SplitMix64` (Steele, Lea and Flood 2014, "Fast splittable pseudorandom
//! number generators").

use std::time::{Duration, SystemTime};

/// The seed that was asked for: `WITHLOCK_TEST_SEED`.
pub fn given_seed() -> Option<u64> {
    let text = std::env::var("WITHLOCK_TEST_SEED").ok().filter(|text| !text.is_empty())?;
    Some(text.parse().expect("WITHLOCK_TEST_SEED is a number"))
}

/// The same, or else another one each time.
pub fn seed() -> u64 {
    given_seed().unwrap_or_else(|| {
        let time = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_micros() as u64);
        time ^ (u64::from(std::process::id()) << 40)
    })
}

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One of many sequences of a seed, which have nothing in common.
    pub fn sequence(seed: u64, number: u64) -> Self {
        let first = Self::new(seed).next();
        Self(Self::new(first ^ number).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end` - 1.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Whether something is to be, so often in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub fn up_to(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.next() % (longest.as_micros() as u64 + 1))
    }
}
