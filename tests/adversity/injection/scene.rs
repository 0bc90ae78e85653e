//! A run, what it meets, and who else is there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use super::company::Company;
use super::faults::Fault;
use crate::support::before::{Before, Untouched};
use crate::support::{
    Scratch, find_program, forced_backend, procfs, program, wait_until, waits_for_any, withlock,
};

/// How the job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exit(i32),
    Signal(i32),
    /// Only after a long time: the run is to end it before.
    Never,
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
        let mut others = self.company.invite(&stage.place.join("lock"));
        let mut run = Guarded(stage.start(self, fault, others.excluded_job()));
        if others.is_waited_for() {
            wait_until(&format!("the run waits or ends: {self:?}, {fault:?}"), || {
                run.has_ended() || run.waits(&stage)
            });
            others.react();
        }
        wait_until(&format!("the run ends: {self:?}, {fault:?}"), || run.has_ended());
        let output = run.output(&stage);
        let told = others.part();
        let log = fs::read_to_string(stage.aside.join("log")).unwrap_or_default();
        let trace = fs::read_to_string(stage.aside.join("trace")).unwrap();
        Played { stage, before, output, log, trace, told }
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
    /// How the holder has ended that the run may have told to.
    pub(crate) told: Option<ExitStatus>,
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

    fn start(&self, scene: &Scene, fault: Option<&Fault>, excluded: Option<u32>) -> Child {
        let plain = withlock(scene.options);
        let mut command = Command::new(find_program("strace").unwrap());
        command.arg("-qq").arg("-o").arg(self.aside.join("trace")).args(["-e", "signal=none"]);
        if let Some(fault) = fault {
            command.arg("-e").arg(format!("trace={}", fault.call.name));
            command.arg("-e").arg(fault.injection());
        }
        command.arg(plain.get_program()).args(plain.get_args());
        command.arg(self.lock(scene.way)).args(["/bin/sh", "-c", &self.job(scene, excluded)]);
        let errors = fs::File::create(self.aside.join("errors")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        // So that a waiter looks whether anybody sees it.
        command.env("TERM", "xterm").current_dir(self.place.path()).spawn().unwrap()
    }

    /// Says that it runs, whether a job does that it excludes, and what becomes of a rival meanwhile.
    fn job(&self, scene: &Scene, excluded: Option<u32>) -> String {
        let log = self.aside.join("log").display().to_string();
        let lock = self.place.join("lock").display().to_string();
        let backend = forced_backend().map_or_else(String::new, |name| format!("--backend {name}"));
        let end = match scene.end {
            End::Exit(status) => format!("exit {status}"),
            End::Signal(signal) => format!("kill -{signal} $$"),
            End::Never => "exec sleep 2".to_owned(),
        };
        let look = excluded.map_or_else(String::new, |job| {
            format!("kill -0 {job} 2>/dev/null && echo beside {job} >>{log}; ")
        });
        let slots = scene.company.slots();
        format!(
            "echo begun >>{log}; {look}{} {backend} -j {slots} -E 9 {lock} true 2>>{log}.rival; echo rival $? >>{log}; {end}",
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

    /// A first in line that can't have children looks at the slots now and then.
    fn waits(&self, stage: &Stage) -> bool {
        let is_first = stage.place.names().contains(&"lock.queue".to_owned());
        let rests = |run| is_first && procfs::state(run) == Some('S');
        procfs::child(self.0.id()).is_some_and(|run| waits_for_any(run, 2) || rests(run))
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
