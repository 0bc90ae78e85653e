//! Threads, and other runs of this program, that add to the number in a file, one at a time.
//!
//! Usage: guard LOCKFILE FILE THREADS TIMES

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use withlock::{Attempt, Held, LockPath, Policy};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let words: Vec<String> = env::args().collect();
    let [_, lock, file, threads, times] = words.as_slice() else {
        return Err("usage: guard LOCKFILE FILE THREADS TIMES".into());
    };
    let (lock, file) = (PathBuf::from(lock), PathBuf::from(file));
    let (threads, times): (u32, u32) = (threads.parse()?, times.parse()?);
    thread::scope(|scope| {
        let work = || (0..times).try_for_each(|_| add_one(&lock, &file));
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join().unwrap_or(Ok(())));
        results.collect::<Result<(), _>>()
    })
}

fn add_one(lock: &Path, file: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let held = wait_for(lock)?;
    let number: u64 = fs::read_to_string(file).unwrap_or_default().trim().parse().unwrap_or(0);
    fs::write(file, format!("{}\n", number + 1))?;
    // To drop it would release it as well; this tells what goes wrong.
    held.release()?;
    Ok(())
}

fn wait_for(lock: &Path) -> Result<Held<'static>, Box<dyn Error + Send + Sync>> {
    match LockPath::new(lock).check(&Policy::default())?.acquire()? {
        Attempt::Held(held) => Ok(held),
        Attempt::Busy(_) => Err("this program was started by the one that holds the lock".into()),
        Attempt::Interrupted(signal) => Err(format!("interrupted by signal {signal}").into()),
    }
}
