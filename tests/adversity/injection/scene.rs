//! A run, what it meets, and who else is there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use super::faults::Fault;
use crate::support::before::{Before, Untouched};
use crate::support::{
    Running, Scratch, find_program, forced_backend, procfs, program, wait_until, waits_for_lock,
    withlock,
};

/// Who else uses the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    Nobody,
    /// A holder whose job ends as soon as the run waits for it.
    HolderWhoLeaves,
    /// A holder whose job ends after the run.
    HolderWhoStays,
    /// A shared holder whose job ends after the run.
    Reader,
}

/// How the job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exit(i32),
    Signal(i32),
}

/// How the lock file is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Absolute,
    Relative,
    /// By way of a link to its directory.
    Link,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    pub(crate) options: &'static [&'static str],
    pub(crate) before: Before,
    pub(crate) company: Company,
    pub(crate) end: End,
    pub(crate) way: Way,
}

impl Scene {
    /// The job's status is none of withlock's own.
    pub(crate) const PLAIN: Self = Self {
        options: &[],
        before: Before::Nothing,
        company: Company::Nobody,
        end: End::Exit(42),
        way: Way::Absolute,
    };

    /// Plays it with one fault, or none.
    pub(crate) fn play(&self, fault: Option<&Fault>) -> Played {
        let stage = Stage::new(self);
        let before = Untouched::of(&stage.place.join("lock"));
        let company = self.invite(&stage);
        let mut run = Guarded(stage.start(self, fault));
        let company = match self.company {
            Company::HolderWhoLeaves => {
                wait_until("the run waits or ends", || run.has_ended() || run.waits());
                finish(company);
                None
            }
            _ => company,
        };
        wait_until(&format!("the run ends: {self:?}, {fault:?}"), || run.has_ended());
        let output = run.output(&stage);
        finish(company);
        let log = fs::read_to_string(stage.aside.join("log")).unwrap_or_default();
        let trace = fs::read_to_string(stage.aside.join("trace")).unwrap();
        Played { stage, before, output, log, trace }
    }

    fn invite(&self, stage: &Stage) -> Option<Running> {
        let lock = stage.place.join("lock");
        match self.company {
            Company::Nobody => None,
            Company::HolderWhoLeaves | Company::HolderWhoStays => Some(Running::start(&[], &lock)),
            Company::Reader => Some(Running::start(&["-s"], &lock)),
        }
    }
}

/// Whoever else was there is not concerned by what fails elsewhere.
fn finish(company: Option<Running>) {
    if let Some(company) = company {
        let (status, _, errors) = company.finish();
        assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    }
}

/// What came of it.
pub(crate) struct Played {
    pub(crate) stage: Stage,
    pub(crate) before: Option<Untouched>,
    pub(crate) output: Output,
    /// What the job has written.
    pub(crate) log: String,
    pub(crate) trace: String,
}

pub(crate) struct Stage {
    /// Nothing but the lock file.
    pub(crate) place: Scratch,
    /// Everything else.
    pub(crate) aside: Scratch,
}

impl Stage {
    fn new(scene: &Scene) -> Self {
        let stage = Self { place: Scratch::new(), aside: Scratch::new() };
        scene.before.set(&stage.place.join("lock"));
        symlink(stage.place.path(), stage.aside.join("link")).unwrap();
        stage
    }

    fn lock(&self, way: Way) -> PathBuf {
        match way {
            Way::Absolute => self.place.join("lock"),
            Way::Relative => "lock".into(),
            Way::Link => self.aside.join("link/lock"),
        }
    }

    fn start(&self, scene: &Scene, fault: Option<&Fault>) -> Child {
        let plain = withlock(scene.options);
        let mut command = Command::new(find_program("strace").unwrap());
        command.arg("-qq").arg("-o").arg(self.aside.join("trace")).args(["-e", "signal=none"]);
        if let Some(fault) = fault {
            command.arg("-e").arg(format!("trace={}", fault.call.name));
            command.arg("-e").arg(fault.injection());
        }
        command.arg(plain.get_program()).args(plain.get_args());
        command.arg(self.lock(scene.way)).args(["/bin/sh", "-c", &self.job(scene)]);
        let errors = fs::File::create(self.aside.join("errors")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        // So that a waiter looks whether anybody sees it.
        command.env("TERM", "xterm").current_dir(self.place.path()).spawn().unwrap()
    }

    /// Says that it runs, and what becomes of a rival meanwhile.
    fn job(&self, scene: &Scene) -> String {
        let log = self.aside.join("log").display().to_string();
        let lock = self.place.join("lock").display().to_string();
        let backend = forced_backend().map_or_else(String::new, |name| format!("--backend {name}"));
        let end = match scene.end {
            End::Exit(status) => format!("exit {status}"),
            End::Signal(signal) => format!("kill -{signal} $$"),
        };
        format!(
            "echo begun >>{log}; {} {backend} -E 9 {lock} true 2>>{log}.rival; echo rival $? >>{log}; {end}",
            program().display()
        )
    }
}

/// The run under strace(1), which does not outlive the test.
struct Guarded(Child);

impl Guarded {
    fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    fn waits(&self) -> bool {
        procfs::child(self.0.id()).is_some_and(waits_for_lock)
    }

    fn output(&mut self, stage: &Stage) -> Output {
        let stderr = fs::read(stage.aside.join("errors")).unwrap();
        Output { status: self.0.wait().unwrap(), stdout: Vec::new(), stderr }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if !self.has_ended() {
            if let Some(run) = procfs::child(self.0.id()) {
                crate::support::kill(run, libc::SIGKILL);
            }
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
