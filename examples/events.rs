//! Takes a lock and releases it, and prints each event on the way with its number.
//!
//! Usage: events LOCKFILE

use std::env;
use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};

use withlock::event::{Event, Listener};
use withlock::{Attempt, LockPath, Policy};

fn main() -> Result<(), Box<dyn Error>> {
    let lock = env::args_os().nth(1).ok_or("usage: events LOCKFILE")?;
    let count = AtomicU32::new(0);
    let print = |event: &Event<'_>| {
        println!("{}: {event:?}", count.fetch_add(1, Ordering::Relaxed) + 1);
    };
    let policy = Policy { listener: Listener::new(&print), ..Policy::default() };
    match LockPath::new(lock).check(&policy)?.try_acquire()? {
        Attempt::Held(held) => held.release()?,
        other => println!("not held: {other:?}"),
    }
    Ok(())
}
