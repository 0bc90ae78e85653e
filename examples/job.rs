//! Runs a command under a lock, and waits for the lock at most ten seconds.
//!
//! Usage: job LOCKFILE COMMAND [ARGUMENT...]

use std::error::Error;
use std::process::exit;
use std::time::Duration;
use std::{env, iter};

use withlock::{Attempt, Deadline, Job, LockPath, Policy, Signals, Status, Wait};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args_os().skip(1);
    let (Some(lock), Some(program)) = (words.next(), words.next()) else {
        return Err("usage: job LOCKFILE COMMAND [ARGUMENT...]".into());
    };
    let job = Job::new(program, words);
    // From here on signals are taken one by one: they end the wait, and are passed on to the command.
    let signals = Signals::hold()?;
    let wait = Deadline::after(Duration::from_secs(10)).map_or(Wait::Forever, Wait::Until);
    let label = iter::once(&job.program).chain(&job.arguments);
    let label: Vec<_> = label.map(|word| word.to_string_lossy()).collect();
    let policy = Policy { label: label.join(" "), ..Policy::default() };
    match LockPath::new(lock).check(&policy)?.acquire_with(wait, &signals)? {
        Attempt::Held(held) => match held.run(&job, &signals)?.status {
            Status::Exited(code) => exit(code),
            Status::Signaled(signal) => Err(format!("the command died of signal {signal}").into()),
        },
        Attempt::Busy(busy) => Err(format!("busy: {:?}", busy.holder).into()),
        Attempt::Interrupted(signal) => Err(format!("interrupted by signal {signal}").into()),
    }
}
