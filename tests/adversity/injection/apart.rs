//! Two calls fail together, or one of a child that sleeps for a slot: what no scene with a single fault of the run itself
//! comes to.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::company::{begin_to_wait, end_job};
use super::starting::{assert_next_runs, tampered};
use crate::support::procfs::{children, has_ended, status};
use crate::support::{
    Running, Scratch, find_program, is_long, is_rerun, process_owned, skip, stderr, wait_until,
};

/// Where there are no descriptors for processes, and the holder can't be signalled either.
#[test]
fn a_holder_that_can_not_be_told_to_end_goes_on_and_the_run_says_so() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let injections = ["pidfd_open:error=ENOSYS", "kill:error=EPERM:when=2"];
    let Some(mut command) = tampered(&injections, &[], &["--replace"], &lock) else { return };
    let output = command.arg("true").output().unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(71), "{told}");
    assert!(told.starts_with("withlock: ") && told.lines().count() == 1, "{told}");
    assert!(!has_ended(holder.job));
    assert!(holder.finish().0.success());
    assert_next_runs("kill", &place);
}

/// How the calls of a child may fail that sleeps for a slot.
const FAULTS: [&str; 9] = [
    "flock:error=ENOLCK",
    "fcntl:error=EINTR",
    "flock:error=EINTR",
    "fcntl:error=ENOLCK",
    "flock:error=EIO",
    "flock:error=EDEADLK",
    "fcntl:error=EDEADLK",
    // Nobody hears of it then, until the children are made anew.
    "write:error=EPIPE",
    "write:error=EINTR",
];

/// strace(1), attached to sleeping children; `None` where that is not allowed.
fn attach(sleepers: &[u32], fault: &str) -> Option<Child> {
    let Some(strace) = find_program("strace") else {
        skip("strace");
        return None;
    };
    let mut command = Command::new(strace);
    command.args(["-qq", "-o", "/dev/null", "-e", "signal=none", "-e"]);
    command.arg(format!("inject={fault}:when=1"));
    for sleeper in sleepers {
        command.arg("-p").arg(sleeper.to_string());
    }
    let mut strace = command.stderr(Stdio::null()).spawn().unwrap();
    let is_traced = |pid: &u32| status(*pid, "TracerPid").is_none_or(|tracer| tracer != "0");
    let mut is_over = false;
    wait_until("strace is there", || {
        is_over = strace.try_wait().unwrap().is_some();
        is_over || sleepers.iter().all(is_traced)
    });
    if is_over && !sleepers.iter().all(|pid| has_ended(*pid)) {
        skip("strace -p");
        return None;
    }
    Some(strace)
}

#[test]
fn a_failing_call_of_a_child_that_sleeps_for_a_slot_costs_no_more_than_time() {
    if process_owned() {
        return;
    }
    let count = match (is_long(), is_rerun()) {
        (true, _) => FAULTS.len(),
        (false, false) => 2,
        (false, true) => 1,
    };
    for fault in &FAULTS[..count] {
        if !fail_in_children(fault) {
            return;
        }
    }
}

/// Returns whether a fault could be made.
fn fail_in_children(fault: &str) -> bool {
    let place = Scratch::new();
    let lock: &Path = &place.join("lock");
    let mut holders = [(); 2].map(|()| Running::start(&["-j", "2"], lock)).into_iter();
    let first = begin_to_wait(&["-j", "2", "-w", "inf"], lock);
    let sleepers = children(first.id());
    let strace = attach(&sleepers, fault);
    assert!(holders.next().unwrap().finish().0.success());
    let output = end_job(first);
    assert!(output.status.success() && output.stderr.is_empty(), "{fault}: {}", stderr(&output));
    assert!(sleepers.iter().all(|pid| has_ended(*pid)), "{fault}: a child is left");
    assert!(holders.next().unwrap().finish().0.success());
    assert_eq!(place.names(), [""; 0], "{fault}");
    strace.is_some_and(|mut strace| strace.wait().is_ok())
}
