//! What can be seen of the holders of an open lock file, on the real system.

use std::time::Duration;

use withlock_platform::backend::Mode;
use withlock_platform::evidence::Facts;
use withlock_platform::holders::{self, Holds, Life, List, Listed};
use withlock_platform::process;

use crate::holder::Sight;
use crate::record::Record;
use crate::system::OpenFile;

/// A look at the holders of a lock.
pub(crate) struct Look<'a> {
    file: &'a OpenFile,
    wanted: Mode,
    list: Option<List>,
}

impl<'a> Look<'a> {
    /// At the holders who keep this file from being locked in this mode.
    pub(crate) fn at(file: &'a OpenFile, wanted: Mode) -> Self {
        Self { file, wanted, list: List::of(&file.file) }
    }

    /// The same with a list that was asked for before.
    pub(crate) fn with(list: Option<List>, file: &'a OpenFile, wanted: Mode) -> Self {
        Self { file, wanted, list }
    }

    pub(crate) fn into_list(self) -> Option<List> {
        self.list
    }

    fn is_in_the_way(&self, lock: &Listed) -> bool {
        let conflicts = self.wanted == Mode::Exclusive || lock.mode == Mode::Exclusive;
        conflicts && self.file.backend.meets(lock.kind)
    }

    fn processes(&self, list: &List) -> Vec<u32> {
        let locks = list.locks().iter().filter(|lock| self.is_in_the_way(lock));
        let mut pids: Vec<u32> = locks.filter_map(|lock| lock.pid).collect();
        pids.dedup();
        pids
    }
}

impl Sight for Look<'_> {
    fn listed(&self) -> Option<Vec<u32>> {
        match &self.list {
            Some(list) => Some(self.processes(list)),
            None => List::EXISTS.then(Vec::new),
        }
    }

    fn holds(&self, pid: u32) -> Holds {
        self.list
            .as_ref()
            .map_or(Holds::Unknown, |list| list.holds(pid, &|lock| self.is_in_the_way(lock)))
    }

    fn life(&self, pid: u32) -> Life {
        holders::life(pid)
    }

    fn age(&self, pid: u32) -> Option<Duration> {
        holders::age(pid)
    }

    fn has_id(&self, pid: u32, id: u32) -> bool {
        holders::ids(pid).is_none_or(|ids| ids.contains(&id))
    }

    fn command(&self, pid: u32) -> Vec<String> {
        holders::command(pid).unwrap_or_default()
    }

    fn is_here(&self, host: &str) -> bool {
        host == process::host_name()
    }

    fn ancestry(&self) -> Vec<u32> {
        holders::ancestry()
    }

    fn is_still_named(&self, pid: u32) -> bool {
        match List::of(&self.file.file).map(|list| self.processes(&list)) {
            Some(listed) if !listed.is_empty() => listed.contains(&pid),
            _ => {
                let is_there = Facts::of(&self.file.file).is_ok_and(|facts| facts.links > 0);
                is_there && Record::parse(&self.file.read()).is_some_and(|it| it.pid == pid)
            }
        }
    }
}
