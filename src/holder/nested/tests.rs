//! What proves that an ancestor holds the lock, and what does not.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use withlock_platform::holders::Life;

use super::*;

const IDENTITY: Identity = Identity { device: 7, inode: 42 };

/// This process is 100; its parents are 90, 80, ... and 1.
#[derive(Clone, Default)]
struct Seen {
    listed: Option<Vec<u32>>,
    holding: Vec<u32>,
    /// The kernel may not say of these; of nobody, if there is no list.
    hidden: Vec<u32>,
    age: Option<Duration>,
    /// This process has other threads.
    has_threads: bool,
}

impl Sight for Seen {
    fn listed(&self) -> Option<Vec<u32>> {
        self.listed.clone()
    }

    fn holds(&self, pid: u32) -> Holds {
        if self.listed.is_none() || self.hidden.contains(&pid) {
            Holds::Unknown
        } else if self.holding.contains(&pid) {
            Holds::Yes
        } else {
            Holds::No
        }
    }

    fn has_one_thread(&self) -> bool {
        !self.has_threads
    }

    fn life(&self, _: u32) -> Life {
        Life::Unknown
    }

    fn age(&self, _: u32) -> Option<Duration> {
        self.age
    }

    fn has_id(&self, _: u32, _: u32) -> bool {
        false
    }

    fn command(&self, _: u32) -> Vec<String> {
        Vec::new()
    }

    fn is_here(&self, host: &str) -> bool {
        host == "here"
    }

    fn ancestry(&self) -> Vec<u32> {
        vec![100, 90, 80, 1]
    }

    fn is_still_named(&self, _: u32) -> bool {
        true
    }
}

/// Where the kernel says that these hold the lock.
fn kernel(holding: &[u32]) -> Seen {
    Seen { listed: Some(holding.to_vec()), holding: holding.to_vec(), ..Seen::default() }
}

fn proves(value: &str, record: Option<&Record>, sight: &Seen) -> bool {
    let wanted = Wanted { identity: IDENTITY, mode: Mode::Exclusive, record };
    is_proven(OsStr::new(value), &wanted, sight)
}

/// The record of a process here, written a minute ago.
fn record(pid: u32) -> Record {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Record { pid, host: "here".into(), since: now - 60, token: "t".into(), ..Record::default() }
}

const fn older() -> Option<Duration> {
    Some(Duration::from_secs(61))
}

#[test]
fn a_lock_of_another_thread_is_worth_waiting_for() {
    let threaded = |seen| Seen { has_threads: true, ..seen };
    assert!(!proves("", Some(&record(100)), &threaded(kernel(&[100]))));
    assert!(proves("", None, &threaded(kernel(&[90]))), "but not one of its parent");
}

#[test]
fn a_holder_that_the_kernel_names_is_an_ancestor_or_it_is_none() {
    for holder in [100, 90, 80, 1] {
        assert!(proves("", None, &kernel(&[holder])), "{holder}");
        // A descriptor that was inherited shows without a process that is listed.
        let inherited = Seen { listed: Some(vec![]), ..kernel(&[100]) };
        assert!(proves("", None, &inherited));
    }
    for holders in [&[][..], &[70], &[70, 60]] {
        assert!(!proves("", None, &kernel(holders)));
        for pid in [90, 80, 1] {
            // What others say of an ancestor does not count against the kernel's word.
            let seen = Seen { age: older(), ..kernel(holders) };
            assert!(!proves(&format!("7:42:{pid}:x:"), None, &seen));
            assert!(!proves(&format!("7:42:{pid}:x:t"), Some(&record(pid)), &seen));
        }
    }
}

#[test]
fn where_the_kernel_may_not_say_an_ancestor_must_be_named_by_the_run() {
    let hidden = Seen { hidden: vec![90], age: older(), ..kernel(&[90]) };
    for seen in [hidden, Seen { age: older(), ..Seen::default() }] {
        assert!(proves("7:42:90:x:", None, &seen));
        assert!(proves("7:42:90:x:t", Some(&record(90)), &seen));
        assert!(proves("", Some(&record(90)), &seen));
        assert!(!proves("", None, &seen));
        assert!(!proves("7:43:90:x:", None, &seen), "of another file");
        assert!(!proves("7:42:90:x:old", Some(&record(70)), &seen), "somebody else's record");
        assert!(!proves("7:42:1:x:", None, &seen), "the first process of some container");
        assert!(!proves("", Some(&record(1)), &seen));
        let far = Record { host: "there".into(), ..record(90) };
        assert!(!proves("", Some(&far), &seen));
        // The writer of the record has ended, and his id is used again.
        for age in [None, Some(Duration::from_secs(30))] {
            assert!(!proves("", Some(&record(90)), &Seen { age, ..seen.clone() }));
        }
    }
}

#[test]
fn the_token_of_the_record_proves_it_unless_the_kernel_contradicts() {
    let value = "7:42:70:x:t";
    assert!(proves(value, Some(&record(70)), &Seen::default()));
    assert!(proves(value, Some(&record(70)), &kernel(&[70])));
    assert!(!proves(value, Some(&record(70)), &kernel(&[60])));
    assert!(!proves(
        "7:42:70:x:",
        Some(&Record { token: String::new(), ..record(70) }),
        &Seen::default()
    ));
}
