//! One traced run of withlock, that is held up where the test wants it.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::support::tracer::{Resume, Stop, Tracee};
use crate::support::{PATIENCE, kill, wait_until, waits_for_any, withlock};

/// The status of every job: none of withlock's own.
pub(crate) const STATUS: i32 = 42;

/// Says when it begins and when it ends, and ends when it is told to. A lock without a name would be no lock: the next run
/// would not meet it, so it says so if there is none.
const SCRIPT: &str = r#"
say() { echo "$1" >>"$log"; [ -e "$WITHLOCK_LOCKFILE" ] || echo "$1 without a lock file" >>"$log"; }
name=$1 log=$2; echo "$name $WITHLOCK_SLOT" >>"$log.slots"
say "$name begins"; read line; say "$name ends"; exit 42
"#;

/// Where a run has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// Where it was to be held up.
    There,
    /// It sleeps, as somebody else has the lock, and does not wake up by itself.
    Asleep,
    /// Its end.
    End,
}

/// A run and its job.
pub(crate) struct Run {
    pub(crate) name: &'static str,
    /// How many system calls it has entered, from the first one that is withlock's own.
    pub(crate) calls: usize,
    tracee: Tracee,
    child: Child,
    input: Option<ChildStdin>,
    /// Nothing but the lock ends its wait.
    is_patient: bool,
    is_stopped: bool,
    status: Option<ExitStatus>,
}

impl Run {
    /// Starts a run that stops at once.
    pub(crate) fn start(name: &'static str, options: &[&str], lock: &Path, log: &Path) -> Self {
        let mut command = withlock(options);
        command.arg(lock).args(["/bin/sh", "-c", SCRIPT, "sh", name]).arg(log);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let (tracee, mut child) = Tracee::start(&mut command).unwrap();
        let input = child.stdin.take();
        let is_patient = options.contains(&"inf");
        Self { name, calls: 0, tracee, child, input, is_patient, is_stopped: true, status: None }
    }

    /// Goes on until it is about to make its own system call number `call`, from 1 on.
    pub(crate) fn go_to(&mut self, call: usize) -> Reached {
        while self.status.is_none() {
            self.resume(Resume::ToNextCall);
            match self.wait() {
                None => return Reached::Asleep,
                Some(Stop::Entering { number, first }) => {
                    self.count(number, first);
                    if self.calls == call {
                        return Reached::There;
                    }
                    if number == libc::SYS_rt_sigtimedwait {
                        self.end_job();
                    }
                }
                Some(_) => {}
            }
        }
        Reached::End
    }

    /// Goes on as far as it can.
    pub(crate) fn go_on(&mut self) -> Reached {
        self.end_job();
        while self.status.is_none() {
            self.resume(Resume::ToEnd);
            if self.wait().is_none() {
                return Reached::Asleep;
            }
        }
        Reached::End
    }

    /// Lets it have whatever stop it has come to meanwhile; returns whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        if self.look().is_some() && self.status.is_none() {
            self.resume(Resume::ToEnd);
        }
        self.status.is_some()
    }

    /// How it ended, once it has, and what it has said.
    pub(crate) fn outcome(mut self) -> (ExitStatus, String) {
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.status.unwrap(), errors)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.tracee.pid()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: i32) {
        kill(self.pid(), signal);
    }

    /// Kills it where it is held up or sleeps, but not its children.
    pub(crate) fn kill(&mut self) {
        self.signal(libc::SIGKILL);
        self.is_stopped = false;
        wait_until("it dies", || self.has_ended());
    }

    /// Goes on until its job runs, and it is about to wait for that.
    pub(crate) fn go_to_job(&mut self) {
        while self.status.is_none() {
            self.resume(Resume::ToNextCall);
            if let Some(Stop::Entering { number, first }) = self.wait() {
                self.count(number, first);
                if number == libc::SYS_rt_sigtimedwait {
                    return;
                }
            }
        }
        panic!("{} has no job", self.name);
    }

    /// The loader comes first, which differs from build to build: the run begins with holding signals back. What asks for the
    /// time is not counted: it changes nothing for anybody, and some builds make no call for it.
    fn count(&mut self, number: i64, first: u64) {
        let is_first = number == libc::SYS_rt_sigprocmask && first == libc::SIG_BLOCK as u64;
        if (self.calls > 0 || is_first) && number != libc::SYS_clock_gettime {
            self.calls += 1;
        }
    }

    /// The job ends at once, or, if it has not begun yet, as soon as it has.
    pub(crate) fn end_job(&mut self) {
        if let Some(mut input) = self.input.take() {
            let _ = input.write_all(b"\n");
        }
    }

    fn resume(&mut self, how: Resume) {
        if self.is_stopped {
            self.tracee.resume(how);
            self.is_stopped = false;
        }
    }

    /// Waits for the next stop; `None` when the run sleeps for the lock instead, and nothing else would wake it up.
    fn wait(&mut self) -> Option<Stop> {
        let start = Instant::now();
        loop {
            if let Some(stop) = self.look() {
                return Some(stop);
            }
            let waited = start.elapsed();
            assert!(waited < PATIENCE, "{} hangs after {} calls", self.name, self.calls);
            if waited < Duration::from_millis(1) {
                std::thread::yield_now();
            } else if self.is_patient && waits_for_any(self.pid(), 2) {
                return None;
            } else {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }

    fn look(&mut self) -> Option<Stop> {
        if self.is_stopped || self.status.is_some() {
            return None;
        }
        let stop = self.tracee.look().unwrap()?;
        match stop {
            Stop::Ended(status) => self.status = Some(status),
            _ => self.is_stopped = true,
        }
        Some(stop)
    }
}

/// Lets both go on to the end, one handing over to the other if need be.
pub(crate) fn finish(case: &str, first: &mut Run, second: &mut Run) {
    let _ = first.go_on();
    let _ = second.go_on();
    wait_until(&format!("both end: {case}"), || {
        let ended = first.has_ended();
        second.has_ended() && ended
    });
}
