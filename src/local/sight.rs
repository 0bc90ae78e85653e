//! What can be seen of the holders of an open lock file, on the real system.

use std::cell::OnceCell;
use std::time::Duration;

use withlock_platform::backend::Mode;
use withlock_platform::evidence::Facts;
use withlock_platform::holders::{self, Holds, Life, List, Listed};
use withlock_platform::process;

use crate::holder::identify::Sight;
use crate::local::content::OpenFile;
use crate::lock::Terms;
use crate::trust::Trusted;

/// A look at the holders of a lock.
pub(crate) struct Look<'a> {
    file: &'a OpenFile,
    wanted: Mode,
    trusted: Trusted,
    has_one_thread: bool,
    /// Asked for when it is needed: it is as long as there are locks in the system.
    list: OnceCell<Option<List>>,
}

impl<'a> Look<'a> {
    /// At the holders who keep this file from being locked as these terms say; by a list that was asked for before, if
    /// there is one.
    pub(crate) fn at(
        file: &'a OpenFile,
        terms: &Terms,
        has_one_thread: bool,
        list: Option<List>,
    ) -> Self {
        let list = list.map_or_else(OnceCell::new, |list| OnceCell::from(Some(list)));
        Self { file, wanted: terms.mode, trusted: terms.trusted, has_one_thread, list }
    }

    pub(crate) fn into_list(self) -> Option<List> {
        self.list.into_inner().flatten()
    }

    fn list(&self) -> Option<&List> {
        self.list.get_or_init(|| List::of(&self.file.file)).as_ref()
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
        match self.list() {
            Some(list) => Some(self.processes(list)),
            None => List::EXISTS.then(Vec::new),
        }
    }

    fn has_one_thread(&self) -> bool {
        self.has_one_thread
    }

    fn may_inherit(&self) -> bool {
        holders::has_another(&self.file.file)
    }

    fn holds(&self, pid: u32) -> Holds {
        self.list().map_or(Holds::Unknown, |list| list.holds(pid, &|lock| self.is_in_the_way(lock)))
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
        command(pid, self.trusted)
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
                is_there && self.file.record(self.trusted).is_some_and(|it| it.pid == pid)
            }
        }
    }
}

/// The words of a process's command line, or its name.
pub(super) fn command(pid: u32, trusted: Trusted) -> Vec<String> {
    // Nobody else shall be able to let this run hang.
    let is_trusted = holders::user(pid).is_some_and(|user| trusted.contains(user));
    let command = if is_trusted { holders::command(pid) } else { None };
    command.or_else(|| holders::name(pid).map(|name| vec![name])).unwrap_or_default()
}
