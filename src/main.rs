//! The `withlock` program: parse, run, exit.
#![forbid(unsafe_code)]
#![no_main]

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;

use withlock::cli::exit::{Ending, Exit};
use withlock::cli::{self, Plan, Request, words};
use withlock::event::Event;
use withlock::{Attempt, Error, Result, Signals, Step};
use withlock_platform::{Arena, process};

withlock_platform::entry!(run);

#[global_allocator]
static MEMORY: Arena = Arena::new();

fn run(words: Vec<OsString>) -> i32 {
    let ending = if let Some(elevation) = process::elevation() {
        let program = std::env::current_exe().ok();
        words::say(&words::elevated(elevation, program.as_deref()));
        Exit::Unsafe.into()
    } else {
        match cli::withlock::parse(words) {
            Request::Run(plan) => withlock(&plan),
            Request::Print(text) => print(&text),
            Request::Refuse(why) => {
                words::say(&why);
                Exit::Usage.into()
            }
        }
    };
    ending.conclude()
}

fn withlock(plan: &Plan) -> Ending {
    attempt(plan).unwrap_or_else(|error| end_with(&error))
}

fn attempt(plan: &Plan) -> Result<Ending> {
    // Never let go of: what is pending at the end, such as the SIGPIPE of a message that nobody read, must not take the
    // place of the job's status.
    let signals =
        Signals::hold().map_err(|error| Error::System { step: Step::HoldSignals, error })?;
    let signals = ManuallyDrop::new(signals);
    if let Some(shell) = &plan.passed_over {
        plan.policy.listener.tell(&Event::PassedOver { shell });
    }
    let wait = plan.wait.from_now();
    let lock = plan.lock.path()?;
    let checked = lock.check(&plan.policy)?;
    match checked.acquire_with(wait, &signals)? {
        Attempt::Held(held) => held.run(&plan.job, &signals).map(Ending::from),
        Attempt::Interrupted(signal) => Ok(Ending::Signal(signal)),
        Attempt::Busy(busy) => {
            if !plan.quiet {
                words::say(&words::busy(lock.path(), &busy));
            }
            Ok(Ending::Code(plan.busy_status.into()))
        }
    }
}

fn print(text: &str) -> Ending {
    // The library's own handle on standard output takes a closed one for a successful one.
    let out = std::io::stdout().as_fd().try_clone_to_owned().map(File::from);
    match out.and_then(|mut out| out.write_all(text.as_bytes())) {
        Ok(()) => Ending::Code(0),
        Err(error) => end_with(&Error::System { step: Step::WriteOutput, error }),
    }
}

fn end_with(error: &Error) -> Ending {
    words::say(&words::error(error));
    Exit::from(error).into()
}
