//! What the tests share: the program under test, a safe place, runs whose job says when it has started, and waiting for what
//! must happen.

pub mod alone;
#[cfg(target_os = "linux")]
pub mod attacker;
#[cfg(target_os = "linux")]
pub mod before;
pub mod complaint;
pub mod facts;
#[cfg(target_os = "linux")]
pub mod family;
#[cfg(target_os = "linux")]
pub mod fate;
pub mod finished;
#[cfg(target_os = "linux")]
pub mod forest;
#[cfg(target_os = "linux")]
pub mod full_house;
#[cfg(target_os = "linux")]
pub mod helper;
pub mod left_alone;
pub mod people;
pub mod private;
pub mod procfs;
pub mod programs;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod puppet;
pub mod random;
#[cfg(target_os = "linux")]
pub mod resources;
mod running;
pub mod scripts;
pub mod signals;
pub mod strangers;
mod surroundings;
pub mod terminal;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub mod tracer;
#[cfg(target_os = "linux")]
pub mod walker;

use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub use running::{JOB, Running};

/// How long a test waits for what must happen soon, before it says that it never did. Far beyond any load.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program under test: `WITHLOCK_UNDER_TEST`, or the one that was built with the tests.
pub fn program() -> PathBuf {
    std::env::var_os("WITHLOCK_UNDER_TEST")
        .map_or_else(|| env!("CARGO_BIN_EXE_withlock").into(), PathBuf::from)
}

/// The backend that the whole suite is to run with: `WITHLOCK_TEST_BACKEND`, or none for the default.
pub fn forced_backend() -> Option<String> {
    std::env::var("WITHLOCK_TEST_BACKEND").ok().filter(|name| !name.is_empty())
}

/// Whether the lock belongs to the wrapper's process, so that it ends with a killed wrapper.
pub fn process_owned() -> bool {
    matches!(forced_backend().as_deref(), Some("fcntl" | "lockf"))
}

/// Whether whoever uses flock(2) alone, such as flock(1), and withlock exclude each other (Linux).
pub fn excludes_flock() -> bool {
    !process_owned()
}

/// Whether whoever uses fcntl(2) alone, such as with-lock-ex and lckdo, and withlock exclude each other (Linux).
pub fn excludes_fcntl() -> bool {
    forced_backend().as_deref() != Some("flock")
}

/// Whether the tests run once more, for another backend, another build of the program or another user
/// (`WITHLOCK_TEST_PROVEN`): what takes long is shorter then.
pub fn is_rerun() -> bool {
    is_of_another_program() || std::env::var_os("WITHLOCK_TEST_PROVEN").is_some()
}

fn is_of_another_program() -> bool {
    forced_backend().is_some() || std::env::var_os("WITHLOCK_UNDER_TEST").is_some()
}

/// A command line of the program under test, with the forced backend, every signal at its default, no variable of an outer
/// run, and no terminal that would be shown what it waits for.
pub fn withlock<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program());
    signals::plain(&mut command);
    for name in ["TERM", "WITHLOCK_LOCKFILE", "WITHLOCK_PID", "WITHLOCK_HELD", "WITHLOCK_SLOT"] {
        command.env_remove(name);
    }
    if let Some(backend) = forced_backend() {
        command.arg("--backend").arg(backend);
    }
    command.args(arguments);
    command
}

/// Whether this is a long campaign (`WITHLOCK_TEST_LONG=yes`, as `ci/torture` sets it), or the short form of it that
/// every check runs.
pub fn is_long() -> bool {
    std::env::var_os("WITHLOCK_TEST_LONG").is_some_and(|value| value == "yes")
}

/// Says that a test can't run here, and why, also in the file `WITHLOCK_TEST_SKIPPED` (as `ci/step` sets it, to count them);
/// where everything must be there (`WITHLOCK_TEST_REQUIRE=all`), fails.
pub fn skip(why: &str) {
    assert!(
        std::env::var_os("WITHLOCK_TEST_REQUIRE").is_none_or(|value| value != "all"),
        "needed here: {why}"
    );
    eprintln!("skipped: {why}");
    if let Some(list) = std::env::var_os("WITHLOCK_TEST_SKIPPED") {
        let mut list = fs::File::options().create(true).append(true).open(list).unwrap();
        list.write_all(format!("{why}\n").as_bytes()).unwrap();
    }
}

/// The full path of a program, looked up in PATH and where system programs lie.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':')
        .chain(["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
        .map(|dir| Path::new(dir).join(name))
        .find(|file| {
            fs::metadata(file)
                .is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
        })
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    // SAFETY: cannot fail and touches no memory.
    unsafe { libc::geteuid() == 0 }
}

/// A directory of mode 0700, which withlock accepts, removed at the end of the test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let place = std::env::temp_dir();
        let place = fs::canonicalize(&place).unwrap_or(place);
        let (path, made) = loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = place.join(format!("withlock-test-{}-{number}", std::process::id()));
            let made = fs::create_dir(&path);
            // A test that was killed has left one, and its process id is this one's now.
            if !matches!(&made, Err(error) if error.kind() == ErrorKind::AlreadyExists) {
                break (path, made);
            }
        };
        assert!(
            made.is_ok(),
            "{}: {made:?}; set TMPDIR to a directory of your own",
            path.display()
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    /// What lies in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Sends a signal to a process that the test started.
pub fn kill(pid: u32, signal: i32) {
    send(pid as i32, signal);
}

/// Sends a signal to a process group that the test started.
pub fn kill_group(leader: u32, signal: i32) {
    send(-(leader as i32), signal);
}

fn send(to: i32, signal: i32) {
    // SAFETY: touches no memory.
    let answer = unsafe { libc::kill(to, signal) };
    assert_eq!(answer, 0, "kill {to} {signal}");
}

/// Waits until something is true, and fails with `what` if it never is.
pub fn wait_until(what: &str, condition: impl FnMut() -> bool) {
    wait_at_most(PATIENCE, what, condition);
}

/// The same with another patience: for what is not even due soon.
pub fn wait_at_most(patience: Duration, what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < patience, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a process sleeps in a lock call (Linux): by the kernel function that it sleeps in, or where the kernel does not
/// tell that, by the list of locks, which has no process for the locks of an open file description.
pub fn waits_for_lock(pid: u32) -> bool {
    let sleeps_in = fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
    if sleeps_in.contains("lock_inode_wait") || sleeps_in.contains("setlk") {
        return true;
    }
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let pid = pid.to_string();
    // "1: -> FLOCK  ADVISORY  WRITE 4711 08:01:42 0 EOF"
    locks.lines().any(|line| line.contains("->") && line.split_whitespace().nth(5) == Some(&pid))
}

/// Whether it sleeps for a lock; or, as the first in line for so many slots, each of its children does.
pub fn waits_for_any(pid: u32, slots: usize) -> bool {
    let sleepers = procfs::children(pid);
    waits_for_lock(pid)
        || procfs::state(pid) == Some('S')
            && sleepers.len() == slots
            && sleepers.iter().all(|sleeper| waits_for_lock(*sleeper))
}

/// What a finished run printed on stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An example that was built with the tests (`cargo test` builds them all); `None` where the tests run once more, and it makes
/// no difference, or are to be quick.
pub fn example(name: &str) -> Option<PathBuf> {
    if is_of_another_program() || std::env::var_os("WITHLOCK_TEST_QUICK").is_some() {
        return None;
    }
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(built.exists(), "{} is not built: cargo build --examples", built.display());
    Some(built)
}

/// Sets the umask of this very process, for tests that run alone; returns what it was before.
pub fn set_umask(umask: libc::mode_t) -> libc::mode_t {
    // SAFETY: cannot fail and touches no memory (POSIX.1, umask).
    unsafe { libc::umask(umask) }
}
