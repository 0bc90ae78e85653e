//! Every case of who may be named, and of whom what may be said.

use std::time::{SystemTime, UNIX_EPOCH};

use withlock_platform::holders::Process;

use super::*;

const PID: u32 = 4711;

/// What is seen: by process id, in the order in which they are listed.
#[derive(Default)]
struct Seen {
    listed: Option<Vec<u32>>,
    /// Those who live, and what they do.
    alive: Vec<(u32, holders::State)>,
    /// Those whom the kernel shows with the lock.
    holding: Vec<u32>,
    /// Whom nobody may know more of.
    hidden: Vec<u32>,
    /// A process with another id in a container.
    inside: Option<(u32, u32)>,
    released_meanwhile: bool,
    /// That of everybody.
    age: Option<Duration>,
}

impl Sight for Seen {
    fn listed(&self) -> Option<Vec<u32>> {
        self.listed.clone()
    }

    fn holds(&self, pid: u32) -> Holds {
        if self.hidden.contains(&pid) {
            Holds::Unknown
        } else if self.holding.contains(&pid) {
            Holds::Yes
        } else {
            Holds::No
        }
    }

    fn life(&self, pid: u32) -> Life {
        let process = |(_, state): &(u32, _)| Process { parent: 1, state: *state };
        match self.alive.iter().find(|(alive, _)| *alive == pid) {
            Some(found) => Life::Here(process(found)),
            None if self.hidden.contains(&pid) => Life::Unknown,
            None => Life::Gone,
        }
    }

    fn age(&self, _: u32) -> Option<Duration> {
        self.age
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
        !self.released_meanwhile
    }
}

fn record(host: &str) -> Option<Record> {
    Some(Record { pid: PID, host: host.into(), ..Record::default() })
}

/// Who is named, whether by a record, and what is said of it.
fn told(record: Option<Record>, seen: &Seen) -> Option<(u32, bool, State)> {
    identify(record, seen).map(|holder| (holder.pid, holder.record.is_some(), holder.state))
}

fn runs(pid: u32) -> (u32, holders::State) {
    (pid, holders::State::Runs)
}

#[test]
fn a_holder_that_holds_is_told_by_its_record_and_whether_it_is_stopped() {
    for (does, state) in
        [(holders::State::Runs, State::Runs), (holders::State::Stopped, State::Stopped)]
    {
        for listed in [vec![PID], vec![12, PID], vec![]] {
            let alive = vec![(PID, does)];
            let seen = Seen { listed: Some(listed), alive, holding: vec![PID], ..Seen::default() };
            assert_eq!(told(record("here"), &seen), Some((PID, true, state)));
        }
        let seen = Seen { alive: vec![(PID, does)], ..Seen::default() };
        assert_eq!(told(record("here"), &seen), Some((PID, true, state)), "no list here");
    }
}

#[test]
fn a_holder_that_has_ended_is_told_so_also_if_its_id_is_used_again() {
    let ended = Some((PID, true, State::Ended));
    let listed = Some(vec![PID]);
    for alive in [vec![], vec![(PID, holders::State::Ended)], vec![runs(PID)]] {
        let seen = Seen { listed: listed.clone(), alive, ..Seen::default() };
        assert_eq!(told(record("here"), &seen), ended);
        assert_eq!(told(None, &seen), Some((PID, false, State::Ended)));
        assert!(identify(None, &seen).unwrap().command.is_empty(), "of somebody else");
    }
    assert_eq!(told(record("here"), &Seen::default()), ended, "no list here");
}

#[test]
fn a_holder_that_was_there_before_its_record_is_no_other_one() {
    let hour = 3600;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let written = Record { since: now - hour, ..record("here").unwrap() };
    for (age, state) in [(hour, State::Runs), (hour - 60, State::Ended)] {
        let age = Some(Duration::from_secs(age));
        let (listed, alive) = (Some(vec![PID]), vec![runs(PID)]);
        let seen = Seen { listed, alive, age, ..Seen::default() };
        assert_eq!(told(Some(written.clone()), &seen), Some((PID, true, state)));
    }
}

#[test]
fn a_holder_that_ends_while_it_is_looked_at_has_left_nothing_behind() {
    for listed in [None, Some(vec![]), Some(vec![PID])] {
        let seen = Seen { listed, released_meanwhile: true, ..Seen::default() };
        assert_eq!(told(record("here"), &seen), Some((PID, true, State::Runs)));
    }
}

#[test]
fn of_a_process_that_may_be_another_one_nothing_is_said() {
    let runs_there = Some((PID, true, State::Runs));
    // On another host.
    assert_eq!(
        told(record("there"), &Seen { listed: Some(vec![]), ..Seen::default() }),
        runs_there
    );
    assert_eq!(told(record("there"), &Seen::default()), runs_there);
    // One that may not be looked at.
    let seen = Seen { listed: Some(vec![PID]), hidden: vec![PID], ..Seen::default() };
    assert_eq!(told(record("here"), &seen), runs_there);
    // One with this id, without the lock: the holder is in another container.
    let alive = vec![(PID, holders::State::Stopped)];
    let seen = Seen { listed: Some(vec![]), alive, ..Seen::default() };
    assert_eq!(told(record("here"), &seen), runs_there);
    let seen = Seen { listed: Some(vec![]), ..Seen::default() };
    assert_eq!(told(record("here"), &seen), Some((PID, true, State::Unseen)));
}

#[test]
fn a_record_is_believed_of_a_holder_that_has_this_id_in_its_container_and_no_other() {
    let seen = |inside| Seen {
        listed: Some(vec![9]),
        alive: vec![runs(9)],
        holding: vec![9],
        inside,
        ..Seen::default()
    };
    assert_eq!(told(record("here"), &seen(Some((9, PID)))), Some((PID, true, State::Runs)));
    assert_eq!(told(record("here"), &seen(None)), Some((9, false, State::Runs)), "an old record");
}

#[test]
fn without_a_record_the_first_listed_one_that_lives_is_named() {
    let listed = |listed| Seen {
        listed: Some(listed),
        alive: vec![runs(9)],
        holding: vec![9],
        ..Seen::default()
    };
    let holder = identify(None, &listed(vec![8, 9])).unwrap();
    assert_eq!((holder.pid, holder.command), (9, vec!["command of 9".to_owned()]));
    assert_eq!(told(None, &listed(vec![8])), Some((8, false, State::Ended)));
    assert_eq!(told(None, &listed(vec![])), None);
    assert_eq!(told(None, &Seen::default()), None);
}

#[test]
fn a_lock_is_as_old_as_its_record_and_without_one_as_the_process_that_has_it() {
    let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let written = Record { since: now - 3600, ..record("here").unwrap() };
    let (listed, alive) = (Some(vec![PID]), vec![runs(PID)]);
    let seen = Seen { listed, alive, holding: vec![PID], age: Some(minute), ..Seen::default() };
    let age = |record, seen: &Seen| identify(record, seen).and_then(|holder| holder.age());
    assert!(age(Some(written), &seen) >= Some(hour));
    assert_eq!(age(None, &seen), Some(minute));
    let ended = Seen { alive: vec![], ..seen };
    assert_eq!(age(None, &ended), None, "its id may be somebody else's by now");
}
