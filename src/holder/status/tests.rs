//! What the facts say of who holds the lock.

use std::time::Duration;

use withlock_platform::holders::{Holds, Process, State as Doing};

use super::*;

const WRAPPER: u32 = 4711;
const JOB: u32 = 4712;
const OTHER: u32 = 12;

/// Processes, by id: what they do, whose child they are, and what is shown of their locks.
#[derive(Default)]
struct Seen {
    alive: Vec<(u32, Doing, u32)>,
    having: Vec<(u32, Listing)>,
    /// Their descriptors are not shown.
    hidden: Vec<u32>,
    inside: Option<(u32, u32)>,
}

impl Sight for Seen {
    fn listed(&self) -> Option<Vec<u32>> {
        None
    }

    fn holds(&self, pid: u32) -> Holds {
        match self.of_process(pid) {
            Some(_) => Holds::Yes,
            None if self.hidden.contains(&pid) => Holds::Unknown,
            None => Holds::No,
        }
    }

    fn life(&self, pid: u32) -> Life {
        let found = self.alive.iter().find(|(alive, ..)| *alive == pid);
        found.map_or(Life::Gone, |(_, state, parent)| {
            Life::Here(Process { parent: *parent, state: *state })
        })
    }

    fn age(&self, _: u32) -> Option<Duration> {
        None
    }

    fn has_id(&self, pid: u32, id: u32) -> bool {
        self.inside == Some((pid, id))
    }

    fn command(&self, pid: u32) -> Vec<String> {
        vec![format!("command of {pid}")]
    }

    fn is_here(&self, host: &str) -> bool {
        host == "here"
    }

    fn ancestry(&self) -> Vec<u32> {
        Vec::new()
    }

    fn is_still_named(&self, _: u32) -> bool {
        true
    }
}

impl Processes for Seen {
    fn of_process(&self, pid: u32) -> Option<Listing> {
        let found = self.having.iter().find(|(having, _)| *having == pid);
        found.map(|(_, listing)| listing.clone())
    }

    fn having(&self) -> &[(u32, Listing)] {
        &self.having
    }

    fn user(&self, pid: u32) -> Option<u32> {
        matches!(self.life(pid), Life::Here(_)).then_some(7)
    }
}

fn lock(kind: Kind, mode: Mode, pid: impl Into<Option<u32>>) -> Listed {
    Listed { kind, mode, pid: pid.into() }
}

/// What a run has: a lock of each kind.
fn pair(mode: Mode, pid: impl Into<Option<u32>>) -> Vec<Listed> {
    vec![lock(Kind::Flock, mode, pid), lock(Kind::Description, mode, None)]
}

fn listing(held: Vec<Listed>) -> Listing {
    Listing { held, ..Listing::default() }
}

fn word(pid: u32, host: &str, only_of: Option<u32>) -> Word {
    let record = Record { pid, host: host.into(), user: 9, since: 1, ..Record::default() };
    Word { record, only_of }
}

/// Holders, shortened: process id, whether the record is believed, state, and who was left.
fn told(status: &Status) -> Vec<(Option<u32>, bool, identify::State, Vec<u32>)> {
    let told = |it: &Holding| {
        let holder = it.holder.clone().unwrap_or_default();
        let pid = it.holder.as_ref().map(|holder| holder.pid);
        (pid, holder.record.is_some(), holder.state, it.left.clone())
    };
    status.holders.iter().map(told).collect()
}

#[test]
fn a_run_is_one_holder_though_it_has_two_locks() {
    let held = listing(pair(Mode::Exclusive, WRAPPER));
    let seen = Seen { alive: vec![(WRAPPER, Doing::Runs, 1)], ..Seen::default() };
    let seen = Seen { having: vec![(WRAPPER, held.clone())], ..seen };
    let status = by_list(&held, Some(&word(WRAPPER, "here", None)), true, &seen);
    assert_eq!(status.state, State::Held);
    assert_eq!(told(&status), [(Some(WRAPPER), true, identify::State::Runs, vec![])]);
}

#[test]
fn a_free_lock_is_free_only_where_the_list_is_whole() {
    let state = |sees_all| by_list(&Listing::default(), None, sees_all, &Seen::default()).state;
    assert_eq!((state(true), state(false)), (State::Free, State::Unknown));
}

#[test]
fn a_record_is_not_believed_of_somebody_else() {
    let held = listing(pair(Mode::Exclusive, WRAPPER));
    let seen = Seen { alive: vec![(WRAPPER, Doing::Runs, 1)], ..Seen::default() };
    let seen = Seen { having: vec![(WRAPPER, held.clone())], ..seen };
    let believed = |word: Word| {
        let status = by_list(&held, Some(&word), true, &seen);
        told(&status)[0].1
    };
    assert!(believed(word(WRAPPER, "here", Some(7))), "the word of the one who holds it");
    assert!(!believed(word(WRAPPER, "here", Some(8))), "the file is another user's");
    assert!(!believed(word(WRAPPER, "there", None)), "another host's process of that number");
    assert!(!believed(word(OTHER, "here", None)), "one from before");
    let seen = Seen { inside: Some((WRAPPER, 1)), ..seen };
    let status = by_list(&held, Some(&word(1, "container", None)), true, &seen);
    assert_eq!(told(&status)[0], (Some(WRAPPER), true, identify::State::Runs, vec![]));
}

#[test]
fn what_an_ended_holder_left_is_named_without_what_others_hold() {
    let held = listing([pair(Mode::Shared, WRAPPER), pair(Mode::Shared, OTHER)].concat());
    let having = vec![
        (JOB, listing(pair(Mode::Shared, WRAPPER))),
        (OTHER, listing(pair(Mode::Shared, OTHER))),
    ];
    let alive = vec![(OTHER, Doing::Runs, 1), (JOB, Doing::Runs, 1)];
    let status = by_list(&held, None, true, &Seen { alive, having, ..Seen::default() });
    assert_eq!(
        told(&status),
        [
            (Some(WRAPPER), false, identify::State::Ended, vec![JOB]),
            (Some(OTHER), false, identify::State::Runs, vec![]),
        ]
    );
}

#[test]
fn who_waits_for_its_second_lock_is_no_holder() {
    let mut held = listing(vec![
        lock(Kind::Process, Mode::Exclusive, OTHER),
        lock(Kind::Flock, Mode::Exclusive, WRAPPER),
    ]);
    held.waiting = vec![lock(Kind::Description, Mode::Exclusive, None)];
    held.announced = 1;
    let alive = vec![(OTHER, Doing::Runs, 1), (WRAPPER, Doing::Runs, 1)];
    let waits = Listing { announced: 1, ..listing(vec![held.held[1]]) };
    let shown = Seen { alive, having: vec![(WRAPPER, waits)], ..Seen::default() };
    let not_shown =
        Seen { alive: shown.alive.clone(), hidden: vec![WRAPPER, OTHER], ..Seen::default() };
    for seen in [Seen { hidden: vec![OTHER], ..shown }, not_shown] {
        let status = by_list(&held, None, true, &seen);
        assert_eq!(told(&status), [(Some(OTHER), false, identify::State::Runs, vec![])]);
        assert_eq!(status.waiting, Some(1));
    }
}

#[test]
fn a_lock_without_a_process_is_told_by_who_has_it_or_by_the_record() {
    // As on a file server: the lock of the description alone.
    let held = listing(vec![lock(Kind::Description, Mode::Exclusive, None)]);
    let having = vec![(JOB, held.clone()), (WRAPPER, held.clone())];
    let alive = vec![(WRAPPER, Doing::Runs, 1), (JOB, Doing::Runs, WRAPPER)];
    let seen = Seen { alive, having, ..Seen::default() };
    let record = word(WRAPPER, "here", None);
    let status = by_list(&held, Some(&record), false, &seen);
    assert_eq!(told(&status), [(Some(WRAPPER), true, identify::State::Runs, vec![])]);
    // As in a container, where the number of one who has ended is not listed.
    let left = vec![(JOB, listing(pair(Mode::Exclusive, None)))];
    let seen = Seen { alive: vec![(JOB, Doing::Runs, 1)], having: left, ..Seen::default() };
    let status = by_list(&held, Some(&record), false, &seen);
    assert_eq!(told(&status), [(Some(WRAPPER), true, identify::State::Ended, vec![JOB])]);
    // Nobody who has it is shown.
    let none = Seen::default();
    let status = by_list(&held, Some(&record), false, &none);
    assert_eq!(told(&status), [(Some(WRAPPER), true, identify::State::Unseen, vec![])]);
    let status = by_list(&held, Some(&word(WRAPPER, "here", Some(9))), false, &none);
    assert_eq!(told(&status), [(None, false, identify::State::Runs, vec![])]);
}

#[test]
fn a_lease_keeps_a_run_out_and_is_told_as_such() {
    let lease = lock(Kind::Description, Mode::Shared, OTHER);
    let listing = Listing { leases: vec![lease], ..Listing::default() };
    let status = by_list(&listing, None, true, &Seen::default());
    assert!(status.state == State::Held && status.holders[0].is_lease);
}

#[test]
fn without_a_list_the_answer_to_one_question_and_the_record_tell() {
    let seen = Seen { alive: vec![(WRAPPER, Doing::Stopped, 1)], ..Seen::default() };
    let conflict = |pid| Some(Conflict { mode: Mode::Exclusive, pid });
    let record = word(WRAPPER, "here", None);
    let ask = |conflict, sees_all| by_conflict(conflict, Some(&record), sees_all, &seen);
    assert_eq!(ask(None, true).state, State::Free);
    assert_eq!(ask(None, false).state, State::Unknown);
    let stopped = (Some(WRAPPER), true, identify::State::Stopped, vec![]);
    for pid in [None, Some(WRAPPER)] {
        assert_eq!(told(&ask(conflict(pid), true)).first(), Some(&stopped));
    }
    let other = (Some(OTHER), false, identify::State::Runs, vec![]);
    assert_eq!(told(&ask(conflict(Some(OTHER)), true)), [other]);
    assert_eq!(ask(conflict(None), true).waiting, None);
}
