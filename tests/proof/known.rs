//! The states that are known already, by their fingerprints.

/// A table that is filled from each fingerprint's own place on, up to the next free one: to look one up is one look at the
/// memory, and most of the time of a large exploration is such looks.
pub(super) struct Known {
    /// Fingerprint and number; a fingerprint of 0 is a free place.
    places: Vec<(u64, u32)>,
    count: usize,
}

impl Known {
    pub(super) fn new() -> Self {
        Self { places: vec![FREE; 1 << 10], count: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Looks at the places of several fingerprints, so that the memory brings them all at once.
    pub(super) fn bring(&self, fingerprints: &[u64]) -> u32 {
        fingerprints.iter().fold(0, |sum, it| sum ^ self.places[self.place(*it)].1)
    }

    /// The number of the state with this fingerprint: the new one, if it is not known.
    pub(super) fn number(&mut self, fingerprint: u64, new: u32) -> u32 {
        if 3 * self.count >= 2 * self.places.len() {
            self.grow();
        }
        let found = self.find(fingerprint.max(1));
        if self.places[found] == FREE {
            self.places[found] = (fingerprint.max(1), new);
            self.count += 1;
        }
        self.places[found].1
    }

    fn find(&self, fingerprint: u64) -> usize {
        let mut place = self.place(fingerprint);
        while self.places[place] != FREE && self.places[place].0 != fingerprint {
            place = (place + 1) % self.places.len();
        }
        place
    }

    fn place(&self, fingerprint: u64) -> usize {
        fingerprint as usize & (self.places.len() - 1)
    }

    fn grow(&mut self) {
        let larger = vec![FREE; 2 * self.places.len()];
        for old in std::mem::replace(&mut self.places, larger) {
            if old != FREE {
                let place = self.find(old.0);
                self.places[place] = old;
            }
        }
    }
}

const FREE: (u64, u32) = (0, 0);
