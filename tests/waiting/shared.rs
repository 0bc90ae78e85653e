//! Many readers, or one writer.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::scripts::run;
use crate::support::{Running, Scratch, is_long, stderr, wait_until, waits_for_lock, withlock};

#[test]
fn readers_run_together_exclude_a_writer_and_the_last_one_out_removes_the_file() {
    let place = Scratch::new();
    let lock = place.join("lock");
    // Each starts while those before it still run.
    let mut readers: Vec<_> = (0..20).map(|_| Running::start(&["-s"], &lock)).collect();
    while let Some(reader) = readers.pop() {
        let writer = run(&["-x"], &lock);
        assert_eq!(
            writer.status.code(),
            Some(1),
            "{} readers: {}",
            readers.len() + 1,
            stderr(&writer)
        );
        assert_eq!(place.names(), ["lock"]);
        let (status, _, errors) = reader.finish();
        assert!(status.success(), "{errors}");
    }
    assert_eq!(place.names(), [""; 0]);
    assert!(run(&["-x"], &lock).status.success());
}

#[test]
fn a_writer_excludes_readers_and_those_that_wait_all_get_in_after_it() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let writer = Running::start(&[], &lock);
    let refused = run(&["-s"], &lock);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    assert!(
        stderr(&refused).contains(&format!("held by pid {}", writer.child.id())),
        "{}",
        stderr(&refused)
    );
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let mut command = withlock(["-s", "-w", "inf"]);
            let reader =
                command.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped()).spawn().unwrap();
            wait_until("the reader sleeps", || waits_for_lock(reader.id()));
            reader
        })
        .collect();
    assert!(writer.finish().0.success());
    for reader in readers {
        assert_eq!(reader.wait_with_output().unwrap().stdout, b"ran\n");
    }
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_writer_that_waits_gets_in_after_the_last_reader() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let (first, second) = (Running::start(&["-s"], &lock), Running::start(&["-s"], &lock));
    let mut writer = withlock(["-w", "inf"]);
    let writer = writer.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped()).spawn().unwrap();
    wait_until("the writer sleeps", || waits_for_lock(writer.id()));
    assert!(first.finish().0.success());
    wait_until("the writer still sleeps", || waits_for_lock(writer.id()));
    assert!(second.finish().0.success());
    assert_eq!(writer.wait_with_output().unwrap().stdout, b"ran\n");
    assert_eq!(place.names(), [""; 0]);
}

/// Counts down at its end, be it a panic.
struct Leaves<'a>(&'a AtomicUsize);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn a_reader_is_never_refused_because_another_one_is_just_leaving() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let (tries, left) = (if is_long() { 25_000 } else { 200 }, AtomicUsize::new(4));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let _one_fewer = Leaves(&left);
                for number in 0..tries {
                    let output = run(&["-s"], &lock);
                    assert!(output.status.success(), "try {number}: {}", stderr(&output));
                }
            });
        }
        // One who waits, and so comes and goes in another rhythm.
        while left.load(Ordering::Relaxed) > 0 {
            assert!(run(&["-s", "-w", "inf"], &lock).status.success());
        }
    });
    println!("{} tries of readers that do not wait, and nobody was refused", 4 * tries);
    assert_eq!(place.names(), [""; 0]);
}

/// Linux: strace(1) delays the removal.
#[cfg(target_os = "linux")]
#[test]
fn a_reader_is_not_refused_because_another_one_takes_its_time_to_clean_up() {
    use std::os::unix::fs::MetadataExt;

    use crate::support::{find_program, process_owned, skip};

    let Some(strace) = find_program("strace") else { return skip("strace") };
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut slow = std::process::Command::new(strace);
    slow.args(["-o", "/dev/null", "-e", "trace=unlinkat"]);
    slow.args(["-e", "inject=unlinkat:delay_enter=700000"]);
    let run = withlock(["-s"]);
    slow.arg(run.get_program()).args(run.get_args()).arg(&lock).args(["sh", "-c", "echo $$"]);
    let slow = Running::of(slow);
    let inode = std::fs::metadata(&lock).map(|facts| format!(":{} ", facts.ino())).unwrap();
    wait_until("it cleans up", || {
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|line| line.contains(&inode) && line.contains("WRITE"))
    });
    let reader = withlock(["-s"]).arg(&lock).args(["echo", "ran"]).output().unwrap();
    assert_eq!(reader.stdout, b"ran\n", "{}", stderr(&reader));
    assert!(slow.wait().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_file_that_readers_share_with_keep_stays() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let (first, second) =
        (Running::start(&["-s", "-k"], &lock), Running::start(&["-s", "-k"], &lock));
    assert!(first.finish().0.success());
    assert!(second.finish().0.success());
    assert_eq!(place.names(), ["lock"]);
    // The next plain run removes it, being withlock's own.
    assert!(run(&[], &lock).status.success());
    assert_eq!(place.names(), [""; 0]);
}
