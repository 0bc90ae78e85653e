//! Who else uses the lock of a scene, and that they are not concerned by what fails elsewhere.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};

use crate::support::{JOB, Running, wait_until, waits_for_any, withlock};

/// Who else uses the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    Nobody,
    /// A holder whose job ends as soon as the run waits for it.
    HolderWhoLeaves,
    /// A holder whose job ends after the run.
    HolderWhoStays,
    /// A holder that the run may tell to end.
    HolderToReplace,
    /// A shared holder whose job ends after the run.
    Reader,
    /// A shared holder that is about to remove the file, until the run waits for that.
    #[cfg(target_pointer_width = "64")]
    ReaderWhoLeaves,
    /// A holder who stays, and a waiter who has the only place.
    Crowd,
    /// A holder of the first of two slots, who stays.
    OneOfTwo,
    /// Holders of both slots: the second one leaves as soon as the run waits.
    OneOfTwoLeaves,
    /// Holders of both slots, who stay.
    BothStay,
    /// Holders of both slots, and a waiter who is first in line: both holders leave as soon as the run waits.
    Line,
}

const ONE: &[&str] = &[];
const TWO: &[&str] = &["-j", "2"];
const ONLY_PLACE: &[&str] = &["-w", "inf", "--max-waiters", "1"];
const FIRST_IN_LINE: &[&str] = &["-j", "2", "-w", "inf"];
const READER: &[&str] = &["-s"];

impl Company {
    /// Those who hold the lock when the run comes, by their options; and whoever waits for it.
    fn guests(self) -> (&'static [&'static [&'static str]], Option<&'static [&'static str]>) {
        match self {
            Self::HolderWhoLeaves | Self::HolderWhoStays | Self::HolderToReplace => (&[ONE], None),
            Self::Reader => (&[READER], None),
            Self::Crowd => (&[ONE], Some(ONLY_PLACE)),
            Self::OneOfTwo => (&[TWO], None),
            Self::OneOfTwoLeaves | Self::BothStay => (&[TWO, TWO], None),
            Self::Line => (&[TWO, TWO], Some(FIRST_IN_LINE)),
            _ => (&[], None),
        }
    }

    /// Whether the run can't get the lock as long as they are there.
    pub(crate) fn stays(self) -> bool {
        matches!(self, Self::HolderWhoStays | Self::Crowd | Self::BothStay)
    }

    /// Whether the run may be told that the lock is busy.
    pub(crate) fn may_refuse(self) -> bool {
        self.stays() || self.may_be_replaced()
    }

    /// Whether the run may tell the holder to end.
    pub(crate) fn may_be_replaced(self) -> bool {
        self == Self::HolderToReplace
    }

    /// Whether a play takes longer than with one other run, or none.
    pub(crate) fn is_large(self) -> bool {
        !matches!(self, Self::Nobody | Self::HolderWhoLeaves | Self::HolderWhoStays | Self::Reader)
    }

    /// How many slots there are.
    pub(crate) fn slots(self) -> usize {
        match self {
            Self::OneOfTwo | Self::OneOfTwoLeaves | Self::BothStay | Self::Line => 2,
            _ => 1,
        }
    }

    /// Lets them come.
    pub(crate) fn invite(self, lock: &Path) -> Others {
        let (holders, waiter) = self.guests();
        let holders = holders.iter().map(|options| Running::start(options, lock)).collect();
        let waiter = waiter.map(|options| begin_to_wait(options, lock));
        Others { company: self, holders, waiter, leaver: self.leaver(lock) }
    }

    #[cfg(target_pointer_width = "64")]
    fn leaver(self, lock: &Path) -> Option<Leaver> {
        (self == Self::ReaderWhoLeaves).then(|| super::leaver::about_to_remove(lock))
    }

    #[cfg(not(target_pointer_width = "64"))]
    fn leaver(self, _: &Path) -> Option<Leaver> {
        None
    }
}

/// Lets one go on that is held up.
type Leaver = Box<dyn FnOnce()>;

/// Those who are there.
pub(crate) struct Others {
    company: Company,
    holders: Vec<Running>,
    waiter: Option<Child>,
    leaver: Option<Leaver>,
}

impl Others {
    /// Whether they do something when the run waits.
    pub(crate) fn is_waited_for(&self) -> bool {
        let company = self.company;
        self.leaver.is_some()
            || matches!(company, Company::HolderWhoLeaves | Company::OneOfTwoLeaves | Company::Line)
    }

    /// The process of a job that must have ended before the run's job begins.
    pub(crate) fn excluded_job(&self) -> Option<u32> {
        let is_excluded =
            matches!(self.company, Company::HolderToReplace | Company::HolderWhoLeaves);
        self.holders.first().filter(|_| is_excluded).map(|holder| holder.job)
    }

    /// The run waits now, or has ended.
    pub(crate) fn react(&mut self) {
        let staying = usize::from(self.company == Company::OneOfTwoLeaves);
        for holder in self.holders.drain(staying..) {
            assert_undisturbed(&holder.finish());
        }
        if let Some(leaver) = self.leaver.take() {
            leaver();
        }
    }

    /// The run has ended: so do they. Returns how the one has ended that the run may have told to.
    pub(crate) fn part(self) -> Option<ExitStatus> {
        let mut told = None;
        for holder in self.holders {
            let outcome = holder.finish();
            if self.company.may_be_replaced() {
                assert_eq!(outcome.2, "");
                told = Some(outcome.0);
            } else {
                assert_undisturbed(&outcome);
            }
        }
        if let Some(waiter) = self.waiter {
            let output = end_job(waiter);
            let errors = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
            assert!(!output.stdout.is_empty(), "the job of the waiter has not run");
        }
        told
    }
}

fn assert_undisturbed((status, _, errors): &(ExitStatus, String, String)) {
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}

/// Whether the holder has ended as it was told to.
pub(crate) fn was_told(status: ExitStatus) -> bool {
    status.signal() == Some(libc::SIGTERM)
}

/// Starts a waiter whose job goes on until it is told to end.
pub(super) fn begin_to_wait(options: &[&str], lock: &Path) -> Child {
    let mut command = withlock(options);
    command.arg(lock).args(["sh", "-c", JOB]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let waiter = command.spawn().unwrap();
    wait_until("it waits", || waits_for_any(waiter.id(), 2));
    waiter
}

/// Tells its job to end, and waits for it.
pub(super) fn end_job(mut waiter: Child) -> std::process::Output {
    let _ = waiter.stdin.take().unwrap().write_all(b"\n");
    waiter.wait_with_output().unwrap()
}
