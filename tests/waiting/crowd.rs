//! Many runs for few slots, with and without kills. Linux.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::slots::{begin, end};
use crate::support::procfs::state;
use crate::support::programs::copy_program;
use crate::support::random::Random;
use crate::support::{
    Running, Scratch, is_long, is_rerun, is_root, kill, process_owned, program, signals, stderr,
    wait_until,
};

/// Begin and end of each job, by one clock.
fn spans(log: &Path) -> Vec<(u64, u64)> {
    let text = fs::read_to_string(log).unwrap();
    let parse = |line: &str| {
        let (begin, end) = line.split_once(' ').unwrap();
        (begin.parse().unwrap(), end.parse().unwrap())
    };
    text.lines().map(parse).collect()
}

#[test]
fn a_crowd_never_runs_more_jobs_at_once_than_there_are_slots_and_leaves_no_file() {
    let (place, aside) = (Scratch::new(), Scratch::new());
    let (lock, log) = (place.join("lock"), aside.join("log"));
    let count = if is_long() {
        640
    } else if is_rerun() {
        24
    } else {
        64
    };
    // The boot clock, in hundredths of a second, does for jobs that last three of these.
    let script = format!(
        "read up idle </proc/uptime; sleep 0.03; read end idle </proc/uptime; echo ${{up%.*}}${{up#*.}} ${{end%.*}}${{end#*.}} >>{}",
        log.display()
    );
    let runs: Vec<Child> = (0..count).map(|_| begin("3", "inf", &lock, &script)).collect();
    for run in runs {
        let output = end(run);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let spans = spans(&log);
    assert_eq!(spans.len(), count);
    for (moment, _) in &spans {
        let at_once = spans.iter().filter(|(begin, end)| begin <= moment && moment < end).count();
        assert!(at_once <= 3, "{at_once} at {moment}");
    }
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn waiters_killed_at_any_moment_never_let_one_job_too_many_run_nor_block_a_slot() {
    let (place, aside) = (Scratch::new(), Scratch::new());
    let lock = place.join("lock");
    let ran = aside.join("ran");
    // A job counts those that run beside it, by files that it makes and removes.
    let script = format!(
        "cd {} && : >run.$$ && set -- run.* && echo $# >>ran && rm run.$$",
        aside.path().display()
    );
    let rounds = if is_long() { 400 } else { 20 };
    let mut random = Random::new(11);
    for _ in 0..rounds {
        let runs: Vec<Child> = (0..12).map(|_| begin("2", "inf", &lock, &script)).collect();
        for run in &runs {
            if random.below(3) == 0 {
                for _ in 0..random.below(200_000) {
                    std::hint::spin_loop();
                }
                kill(run.id(), libc::SIGKILL);
            }
        }
        for run in runs {
            end(run);
        }
        // A job that has lost its wrapper goes on.
        wait_until("the jobs have ended", || {
            aside.names().iter().all(|name| !name.starts_with("run."))
        });
        let after = begin("2", "60", &lock, "exit 0");
        let output = end(after);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let most = fs::read_to_string(ran).unwrap().lines().map(|line| line.parse().unwrap()).max();
    assert!(most <= Some(2), "{most:?} at once");
}

#[test]
fn someone_who_may_have_no_more_processes_waits_all_the_same() {
    let place = Scratch::new();
    if process_owned() || !is_root() {
        return;
    }
    let lock = place.join("lock");
    let own = place.join("withlock");
    copy_program(&program(), &own);
    chown(place.path(), Some(4711), Some(4711)).unwrap();
    let as_user = |script: &str| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "4711", "--regid", "4711", "--clear-groups", "sh", "-c"]);
        command.arg(script).arg("sh").arg(&own).arg(&lock);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        signals::plain(&mut command);
        command
    };
    let holder = Running::of(as_user("exec \"$1\" -j 2 \"$2\" sh -c 'echo $$; read line'"));
    let other = Running::of(as_user("exec \"$1\" -j 2 \"$2\" sh -c 'echo $$; read line'"));
    // Room for this shell's own process, but for no child.
    let waiter =
        as_user("ulimit -u 1; exec \"$1\" -F -j 2 -w inf \"$2\" echo ran").spawn().unwrap();
    wait_until("it waits", || {
        state(waiter.id()) == Some('S') && place.names().contains(&"lock.queue".to_owned())
    });
    assert!(holder.finish().0.success());
    let output = end(waiter);
    assert_eq!(output.stdout, b"ran\n", "{}", stderr(&output));
    assert!(other.finish().0.success());
}
