//! What a run and a wait cost, counted and not timed: system calls and wake-ups.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{
    self, Running, Scratch, find_program, resources, skip, wait_until, waits_for_lock, withlock,
};

/// The system calls of an uncontended run on a local file system, from the first one that is withlock's own, and what
/// each is for. The lock file lies in a directory of depth 2, such as /tmp/x.
const CALLS: [(&str, usize, &str); 22] = [
    ("rt_sigprocmask", 2, "hold signals back (musl needs two)"),
    ("rt_sigaction", 1, "SIGCHLD"),
    ("geteuid", 1, "whom to trust"),
    ("openat", 4, "three directories of the path; create the file"),
    ("stat", 8, "judge each of these; what stands at the name; compare, twice; what to remove"),
    ("fstatfs", 1, "whether a server keeps the locks"),
    ("close", 5, "two directories that were walked; the job's descriptor; the lock; its directory"),
    ("umask", 2, "create the file with the mode of one that is begun"),
    ("pwrite64", 1, "record"),
    ("fchmod", 1, "signed"),
    ("pread64", 1, "whose file it is"),
    ("flock", 2, "lock and unlock"),
    ("fcntl", 4, "lock and unlock the range; the job's descriptor; close the queue"),
    ("getpid", 2, "record; environment"),
    ("uname", 1, "record"),
    ("getrandom", 1, "record"),
    ("clone", 1, "spawn"),
    ("rt_sigpending", 1, "signals from before the job"),
    ("rt_sigtimedwait", 1, "wait for the job's end"),
    ("wait4", 1, "how it ended"),
    ("unlinkat", 1, "remove the file"),
    ("clock_gettime", 3, "record; when to begin to watch for signals, and how long until then"),
];

/// Their sum.
const AT_MOST: usize = 45;

/// Other names for the same call, by C library and machine.
const ALIASES: [(&str, &str); 7] = [
    ("fstat", "stat"),
    ("newfstatat", "stat"),
    ("statx", "stat"),
    ("fstatat64", "stat"),
    ("fstatfs64", "fstatfs"),
    ("clone3", "clone"),
    ("fcntl64", "fcntl"),
];

/// The allocator's calls depend on the C library and on what fits.
const ALLOCATOR: [&str; 6] = ["brk", "mmap", "munmap", "mremap", "madvise", "mprotect"];

#[test]
fn a_plain_run_makes_no_system_call_that_it_does_not_need() {
    let Some(strace) = find_program("strace") else { return skip("strace") };
    // The standard library checks descriptors in a debug build.
    if support::forced_backend().is_some() || cfg!(debug_assertions) {
        return;
    }
    assert_eq!(CALLS.iter().map(|(_, count, _)| count).sum::<usize>(), AT_MOST);
    let scratch = Scratch::new();
    let trace = scratch.join("trace");
    let lock = scratch.join("lock");
    let mut command = Command::new(strace);
    command.arg("-o").arg(&trace).arg(support::program()).arg(&lock).arg("/bin/true");
    assert!(command.status().unwrap().success());
    let trace = fs::read_to_string(&trace).unwrap();
    // Before the first call of its own, there is the loader, which differs from build to build.
    let own = trace.find("rt_sigprocmask(SIG_BLOCK").expect("the run begins with holding signals");
    let mut counts = std::collections::BTreeMap::new();
    for line in trace[own..].lines() {
        let Some((name, _)) = line.split_once('(') else { continue };
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
        if line.starts_with("---") || ALLOCATOR.contains(&name) || name == "exit_group" {
            continue;
        }
        *counts.entry(name.to_owned()).or_insert(0_usize) += 1;
    }
    // One more directory on the path is two calls and a close more.
    let depth = scratch.path().components().count() - 1;
    let more = depth.saturating_sub(2);
    for (name, count) in &counts {
        let allowed =
            CALLS.iter().find(|(known, ..)| known == name).map_or(0, |(_, count, _)| *count);
        let extra = if ["openat", "stat", "close"].contains(&name.as_str()) { more } else { 0 };
        assert!(
            *count <= allowed + extra,
            "{name}: {count} times, at most {allowed}\n{}",
            &trace[own..]
        );
    }
}

/// How many pages a plain run of the static program touches that the kernel has not given it yet, beyond those of its job. Most
/// of them are its own; some are the price of one process more.
const FAULTS: libc::c_long = 18;

#[test]
fn a_plain_run_touches_no_page_that_it_does_not_need() {
    let program = support::program();
    let is_handed_out = program
        .components()
        .any(|folder| folder.as_os_str() == "release-x86_64-unknown-linux-musl");
    if !is_handed_out || support::forced_backend().is_some() {
        return;
    }
    let scratch = Scratch::new();
    let mut run = Command::new(program);
    run.arg(scratch.join("lock")).arg("/bin/true");
    let own = page_faults(&mut run) - page_faults(&mut Command::new("/bin/true"));
    assert!(
        own <= FAULTS,
        "{own} page faults, at most {FAULTS}: is ci/order/functions stale? See ci/order/make"
    );
}

/// The page faults of a command and of what it starts. Where the stack begins is drawn by lot, and so is what else shares a page:
/// the fewest of several runs.
fn page_faults(command: &mut Command) -> libc::c_long {
    let faults = (0..20).map(|_| resources::page_faults_of(command.spawn().unwrap()));
    faults.min().unwrap()
}

/// A waiter without a limit, asleep.
fn sleeper(lock: &Path) -> Child {
    let mut command = withlock(["-w", "inf"]);
    command.arg(lock).args(["sh", "-c", "echo $$; read line"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(child.id()));
    child
}

/// How often a process has gone to sleep.
fn sleeps(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_waiter_sleeps_through() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let holder = Running::start(&[], &lock);
    let mut waiter = sleeper(&lock);
    let before = sleeps(waiter.id());
    // Whatever else goes on meanwhile.
    for index in 0..50 {
        let other = scratch.join(format!("other{index}"));
        assert!(withlock([other.as_os_str(), "true".as_ref()]).status().unwrap().success());
        assert!(!withlock(["-q", "-E", "1"]).arg(&lock).arg("true").status().unwrap().success());
    }
    assert_eq!(sleeps(waiter.id()), before, "it has woken up");
    holder.finish();
    drop(waiter.stdin.take());
    waiter.wait().unwrap();
    assert_eq!(scratch.names(), Vec::<String>::new());
}

/// Queues `waiters`, hands the lock over to all but the last, and counts how often the last one has woken up meanwhile.
fn wakeups_of_the_last(waiters: usize) -> u64 {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let holder = Running::start(&[], &lock);
    let mut queue: Vec<Child> = (0..waiters).map(|_| sleeper(&lock)).collect();
    let mut last = queue.pop().unwrap();
    let before = sleeps(last.id());
    holder.finish();
    for mut waiter in queue {
        drop(waiter.stdin.take());
        assert!(waiter.wait().is_ok());
    }
    // Its own turn has come by now: one wake-up, and the sleeps of its own job's start are to come.
    wait_until("the last one's job runs", || !waits_for_lock(last.id()));
    let wakeups = sleeps(last.id()) - before;
    drop(last.stdin.take());
    last.wait().unwrap();
    assert_eq!(scratch.names(), Vec::<String>::new());
    wakeups
}

#[test]
fn a_hand_over_wakes_one_waiter_however_many_there_are() {
    if support::forced_backend().is_some() {
        return;
    }
    // From its own turn on: the wake-up, the spawn, and the wait for the job's end. Some of it may lie ahead.
    const OWN_TURN: u64 = 6;
    for waiters in [5, 50] {
        let wakeups = wakeups_of_the_last(waiters);
        assert!(wakeups <= OWN_TURN, "{waiters} waiters: {wakeups} wake-ups");
    }
}

#[test]
fn what_a_killed_run_has_signed_is_not_signed_again() {
    let Some(strace) = find_program("strace") else { return skip("strace") };
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    fs::write(&lock, "{\"withlock\":1,\"pid\":1").unwrap();
    fs::set_permissions(&lock, fs::Permissions::from_mode(0o600)).unwrap();
    let plain = withlock::<&str>([]);
    let mut run = Command::new(strace);
    run.args(["-qq", "-e", "trace=fchmod,pwrite64", "-e", "signal=none", "-o"]);
    run.arg(scratch.join("log")).arg(plain.get_program()).arg(&lock).arg("true");
    assert!(run.status().unwrap().success());
    let calls = fs::read_to_string(scratch.join("log")).unwrap();
    assert_eq!(calls.lines().count(), 1, "it writes who it is, and nothing else: {calls}");
    assert!(!lock.exists());
}
