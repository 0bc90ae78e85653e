//! The jobs' log, read afterwards: what ran beside what.

use std::collections::{BTreeMap, BTreeSet};

use super::witness::Claim;

/// A line of the log.
struct Entry<'a> {
    ends: bool,
    number: usize,
    claim: Claim,
    born: &'a str,
}

fn entries(log: &str) -> Vec<Entry<'_>> {
    let parse = |line| {
        let mut words = str::split_whitespace(line);
        let mut next = || words.next().unwrap();
        let (what, number, claim) = (next(), next(), next());
        Entry {
            ends: what == "end",
            number: number.parse().unwrap(),
            claim: claim.parse().unwrap(),
            born: words.nth(2).unwrap_or("-"),
        }
    };
    // The last line may be half written.
    log.rsplit_once('\n').map_or("", |(lines, _)| lines).lines().map(parse).collect()
}

/// What the log of a campaign says.
#[derive(Default)]
pub struct Log {
    /// The runs whose job has started, and those whose job has ended in order.
    pub started: BTreeSet<usize>,
    pub ended: BTreeSet<usize>,
    /// The pairs of jobs that were at work at the same time and must not have been. Of a job without an end, which was
    /// killed, the log does not say until when it was at work; the flags do.
    pub overlaps: Vec<(usize, usize)>,
    /// How many different lock files there were.
    pub files: usize,
}

impl Log {
    pub fn read(text: &str) -> Self {
        let entries = entries(text);
        let mut log = Self::default();
        let born = entries.iter().map(|entry| entry.born).filter(|born| *born != "-");
        log.files = born.collect::<BTreeSet<_>>().len();
        log.ended = entries.iter().filter(|entry| entry.ends).map(|entry| entry.number).collect();
        // Appended to by whoever did something: the order of the lines is the order of events.
        let mut at_work = BTreeMap::<usize, Claim>::new();
        for entry in entries {
            if entry.ends {
                at_work.remove(&entry.number);
                continue;
            }
            let met = at_work.iter().filter(|(_, other)| entry.claim.excludes(**other));
            log.overlaps.extend(met.map(|(other, _)| (*other, entry.number)));
            log.started.insert(entry.number);
            if log.ended.contains(&entry.number) {
                at_work.insert(entry.number, entry.claim);
            }
        }
        log
    }
}
