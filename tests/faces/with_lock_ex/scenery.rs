//! What several cases put on the stage.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use withlock_platform::backend::{Attempt, ByteLock, Bytes, LockBackend, Mode};

use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::{PATIENCE, wait_until, waits_for_lock};

/// What was seen first, and then.
pub fn until(first: Seen, then: Seen) -> Seen {
    first.fact("then:", then)
}

pub fn mkfifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Starts a command, and returns when it sleeps for a lock.
pub fn asleep(mut command: Command) -> Child {
    let waiter = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    waiter
}

/// Whether something becomes true before patience ends; for what would go on for ever, so that the case can end it.
pub fn becomes(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > PATIENCE {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// Somebody else's lock of fcntl(2): on bytes of the file `lock`, of this test's open file description.
pub struct Stranger(#[expect(dead_code, reason = "closed at the end")] File);

impl Stranger {
    pub fn locks(stage: &Stage, mode: Mode, start: u64, length: u64) -> Self {
        let lock = stage.path("lock");
        let file = File::options().create(true).truncate(false).read(true).write(true).open(lock);
        let (file, bytes) = (file.unwrap(), Bytes { start, length });
        let answer = ByteLock::of_description(bytes).unwrap().try_lock(&file, mode);
        assert!(matches!(answer, Ok(Attempt::Granted)), "{answer:?}");
        Self(file)
    }
}
