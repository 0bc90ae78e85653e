//! What can be seen of processes and of their locks on one file, on the real system.

use std::cell::OnceCell;
use std::fs::File;
use std::time::Duration;

use withlock_platform::evidence::Facts;
use withlock_platform::holders::{self, Holds, Life, List, Listing, Overview};
use withlock_platform::process;

use crate::holder::identify::Sight;
use crate::holder::status::Processes;
use crate::local::sight;
use crate::trust::Trusted;

/// The processes around a lock file that is open for a look.
pub(super) struct Seen<'a> {
    file: &'a File,
    trusted: Trusted,
    overview: Option<&'a Overview>,
    /// Asked for when it is needed: it looks at all processes.
    having: OnceCell<Vec<(u32, Listing)>>,
}

impl<'a> Seen<'a> {
    pub(super) fn around(file: &'a File, trusted: Trusted, overview: Option<&'a Overview>) -> Self {
        Self { file, trusted, overview, having: OnceCell::new() }
    }
}

impl Processes for Seen<'_> {
    fn of_process(&self, pid: u32) -> Option<Listing> {
        self.overview?.of_process(pid, self.file)
    }

    fn having(&self) -> &[(u32, Listing)] {
        let having = || self.overview.map(|it| it.having(self.file)).unwrap_or_default();
        self.having.get_or_init(having)
    }

    fn user(&self, pid: u32) -> Option<u32> {
        holders::user(pid)
    }
}

impl Sight for Seen<'_> {
    fn listed(&self) -> Option<Vec<u32>> {
        match List::of(self.file) {
            Some(list) => Some(list.locks().iter().filter_map(|lock| lock.pid).collect()),
            None => List::EXISTS.then(Vec::new),
        }
    }

    fn holds(&self, pid: u32) -> Holds {
        self.overview.map_or(Holds::Unknown, |overview| overview.holds(pid, self.file))
    }

    fn life(&self, pid: u32) -> Life {
        holders::life(pid)
    }

    fn age(&self, pid: u32) -> Option<Duration> {
        holders::age(pid)
    }

    fn has_id(&self, pid: u32, id: u32) -> bool {
        holders::ids(pid).is_some_and(|ids| ids.contains(&id))
    }

    fn command(&self, pid: u32) -> Vec<String> {
        sight::command(pid, self.trusted)
    }

    fn is_here(&self, host: &str) -> bool {
        host == process::host_name()
    }

    fn ancestry(&self) -> Vec<u32> {
        holders::ancestry()
    }

    fn is_still_named(&self, pid: u32) -> bool {
        match self.listed() {
            Some(listed) if !listed.is_empty() => listed.contains(&pid),
            _ => Facts::of(self.file).is_ok_and(|facts| facts.links > 0),
        }
    }
}
