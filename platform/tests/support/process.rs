//! Processes made by fork(2).

use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// A child, killed and waited for when dropped.
pub(crate) struct Forked {
    pid: libc::pid_t,
    ended: bool,
}

/// Runs `body` in a child, which exits with its answer, or with 101 when it panics.
pub(crate) fn fork(body: impl FnOnce() -> i32) -> Forked {
    split().unwrap_or_else(|| leave_with(body))
}

/// fork(2): `None` in the child. The test has one thread, so the child may do whatever the parent may.
pub(crate) fn split() -> Option<Forked> {
    // SAFETY: this process has one thread, so the child's memory is in order.
    let pid = unsafe { libc::fork() };
    assert_ne!(pid, -1, "fork: {}", std::io::Error::last_os_error());
    (pid != 0).then(|| Forked { pid, ended: false })
}

/// Ends a child.
pub(crate) fn leave_with(body: impl FnOnce() -> i32) -> ! {
    let status = catch_unwind(AssertUnwindSafe(body)).unwrap_or(101);
    // SAFETY: ends the child, without running what the parent has registered.
    unsafe { libc::_exit(status) };
}

impl Forked {
    pub(crate) fn pid(&self) -> libc::pid_t {
        self.pid
    }

    pub(crate) fn kill(&self, signal: i32) {
        kill(self.pid, signal);
    }

    /// How it ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let status = wait(self.pid, 0);
        self.ended = true;
        status
    }

    /// Its id; it is neither killed nor waited for.
    pub(crate) fn give_up(mut self) -> libc::pid_t {
        self.ended = true;
        self.pid
    }

    /// Waits until it has stopped, or ended.
    pub(crate) fn wait_for_stop(&mut self) -> ExitStatus {
        let status = wait(self.pid, libc::WUNTRACED);
        self.ended = status.stopped_signal().is_none();
        status
    }
}

impl Drop for Forked {
    fn drop(&mut self) {
        if !self.ended {
            self.kill(libc::SIGKILL);
            self.wait();
        }
    }
}

fn wait(pid: libc::pid_t, options: i32) -> ExitStatus {
    let mut status = 0;
    loop {
        // SAFETY: `status` is writable; the child has not been waited for, so the id is its own.
        if unsafe { libc::waitpid(pid, &raw mut status, options) } == pid {
            return ExitStatus::from_raw(status);
        }
        let error = std::io::Error::last_os_error();
        assert_eq!(error.kind(), std::io::ErrorKind::Interrupted, "waitpid: {error}");
    }
}

pub(crate) fn kill(pid: libc::pid_t, signal: i32) {
    // SAFETY: touches no memory; callers pass the id of a process, or of a group, that this test has started.
    let answer = unsafe { libc::kill(pid, signal) };
    assert_eq!(answer, 0, "kill {pid}: {}", std::io::Error::last_os_error());
}

/// Returns when `condition` holds: something that the kernel makes true soon, but of which it sends no word.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "never came: {what}");
        std::thread::sleep(Duration::from_micros(500));
    }
}
