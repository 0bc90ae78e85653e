//! The `withlock` program: parse, run, exit.
#![forbid(unsafe_code)]
#![no_main]

use std::ffi::OsString;
use std::mem::ManuallyDrop;

use withlock::cli::exit::{Ending, Exit};
use withlock::cli::face::{self, Face};
use withlock::cli::show::Shown;
use withlock::cli::words::{self, Syslog, WaitingLine};
use withlock::cli::{self, Plan, Request};
use withlock::event::{Event, Listener};
use withlock::{Attempt, Error, LockPath, Policy, Result, Signals, Step};
use withlock_platform::{Arena, process};

withlock_platform::entry!(run);

#[global_allocator]
static MEMORY: Arena = Arena::new();

fn run(mut words: Vec<OsString>) -> i32 {
    let ending = if let Some(elevation) = process::elevation() {
        let program = std::env::current_exe().ok();
        words::say(&words::elevated(elevation, program.as_deref()));
        Exit::Unsafe.into()
    } else {
        match face::choose(&mut words) {
            Ok(Face::Withlock) => carry_out(cli::withlock::parse(words)),
            Ok(Face::Flock) => cli::flock::flock(&words),
            Ok(Face::WithLockEx) => cli::with_lock_ex::with_lock_ex(&words),
            Err(why) => carry_out(Request::Refuse(why)),
        }
    };
    ending.conclude()
}

fn carry_out(request: Request) -> Ending {
    match request {
        Request::Run(plan) => withlock(&plan),
        Request::Show(show) => shown(&cli::show::take(&show)),
        Request::Print(text) => print(&text),
        Request::Refuse(why) => {
            words::say(&why);
            Exit::Usage.into()
        }
    }
}

fn withlock(plan: &Plan) -> Ending {
    match plan.lock.path() {
        Ok(lock) if plan.syslog => with_syslog(plan, &lock),
        Ok(lock) => attempt(plan, &lock, &plan.policy, None),
        Err(error) => end_with(&error, None),
    }
}

/// The same, with the system's log as a second listener.
fn with_syslog(plan: &Plan, lock: &LockPath) -> Ending {
    let log = Syslog::new(lock.path(), &plan.policy.label, plan.policy.listener);
    let tell = |event: &Event<'_>| log.tell(event);
    let policy = Policy { listener: Listener::new(&tell), ..plan.policy.clone() };
    attempt(plan, lock, &policy, Some(&log))
}

fn attempt(plan: &Plan, lock: &LockPath, policy: &Policy<'_>, log: Option<&Syslog<'_>>) -> Ending {
    run_job(plan, lock, policy, log).unwrap_or_else(|error| end_with(&error, log))
}

fn run_job(
    plan: &Plan,
    lock: &LockPath,
    policy: &Policy<'_>,
    log: Option<&Syslog<'_>>,
) -> Result<Ending> {
    // Never let go of: what is pending at the end, such as the SIGPIPE of a message that nobody read, must not take the
    // place of the job's status.
    let signals =
        Signals::hold().map_err(|error| Error::System { step: Step::HoldSignals, error })?;
    let signals = ManuallyDrop::new(signals);
    if let Some(shell) = &plan.passed_over {
        policy.listener.tell(&Event::PassedOver { shell });
    }
    let wait = plan.wait.from_now();
    let line = if plan.quiet { None } else { WaitingLine::new(lock, policy, wait, &signals) };
    let (tell, lined);
    let policy = match &line {
        Some(line) => {
            tell = |event: &Event<'_>| line.tell(event);
            lined = Policy { listener: Listener::new(&tell), ..policy.clone() };
            &lined
        }
        None => policy,
    };
    let checked = lock.check(policy)?;
    if plan.no_fork {
        checked.ensure_inheritable()?;
    }
    let attempt = match plan.replacement {
        Some(replacement) => checked.acquire_replacing(replacement, &signals),
        None => checked.acquire_with(wait, &signals),
    };
    if let Some(line) = &line {
        line.end();
    }
    match attempt? {
        Attempt::Held(held) if plan.no_fork => Err(held.exec(&plan.job, &signals)),
        Attempt::Held(held) => held.run(&plan.job, &signals).map(Ending::from),
        Attempt::Interrupted(signal) => {
            if let Some(log) = log {
                log.interrupted(signal);
            }
            Ok(Ending::Signal(signal))
        }
        Attempt::Busy(busy) => {
            let (is_told, status) = plan.on_busy(&busy);
            if is_told {
                words::say(&words::busy(lock.path(), &busy));
            }
            if let Some(log) = log {
                log.busy(&busy);
            }
            Ok(Ending::Code(status.into()))
        }
    }
}

fn shown(shown: &Shown) -> Ending {
    match print(&shown.text) {
        Ending::Code(0) => Ending::Code(shown.code),
        failed => failed,
    }
}

fn print(text: &str) -> Ending {
    match words::print(text) {
        Ok(()) => Ending::Code(0),
        Err(error) => end_with(&Error::System { step: Step::WriteOutput, error }, None),
    }
}

fn end_with(error: &Error, log: Option<&Syslog<'_>>) -> Ending {
    words::say(&words::error(error));
    if let Some(log) = log {
        log.failed(error);
    }
    Exit::from(error).into()
}
