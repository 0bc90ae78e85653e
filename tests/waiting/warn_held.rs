//! `--warn-held`: with `-q`, a lock that has been held for long is reported after all.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{
    Running, Scratch, excludes_flock, find_program, process_owned, skip, wait_until, withlock,
};

fn attempt(place: &Scratch, options: &[&str]) -> Output {
    run(withlock(options).args(["lock", "echo", "ran"]).current_dir(place.path()))
}

/// Has the record say that its holder came so many seconds earlier.
fn antedate(lock: &Path, seconds: u64) {
    const FIELD: &str = "\"since\":";
    let record = fs::read_to_string(lock).unwrap();
    let start = record.find(FIELD).unwrap() + FIELD.len();
    let end = start + record[start..].find(',').unwrap();
    let since: u64 = record[start..end].parse().unwrap();
    let file = fs::File::options().write(true).open(lock).unwrap();
    file.write_all_at((since - seconds).to_string().as_bytes(), start as u64).unwrap();
}

#[test]
fn a_job_that_only_takes_a_while_makes_no_mail_and_one_that_hangs_does() {
    for holder in [&[][..], &["-s"]] {
        let place = Scratch::new();
        let running = Running::start(holder, &place.join("lock"));
        antedate(&place.join("lock"), 7200);
        for (options, code, says) in [
            ("-q --warn-held 3h", 0, false),
            ("-q --warn-held inf", 0, false),
            ("-q --warn-held 3h -E 42", 42, false),
            ("-q --warn-held 3h -w 0.01", 0, false),
            ("-q --warn-held 2h", 1, true),
            ("--warn-held 1h -q", 1, true),
            ("-q --warn-held 0 -n", 1, true),
            ("-q --warn-held=90m -w 0.01", 1, true),
            ("-E 42 --warn-held 5m -q", 42, true),
            ("-q --warn-held 2h -F", 1, true),
            ("-q --warn-held 2h --warn-held 3h", 0, false),
            ("--warn-held 3h", 1, true),
            ("--warn-held inf -E 42", 42, true),
        ] {
            if process_owned() && options.ends_with("-F") {
                continue;
            }
            let options: Vec<&str> = options.split_whitespace().collect();
            let output = attempt(&place, &options);
            let case = options.join(" ");
            if says {
                let pid = format!("lock is held by pid {} (", running.child.id());
                assert_complains(&case, &output, code, &[&pid, ") for 2h"]);
            } else {
                assert_silent(&case, &output, code);
                assert!(output.stdout.is_empty(), "{case}");
            }
        }
        running.finish();
        assert_eq!(attempt(&place, &["-q", "--warn-held", "0"]).stdout, b"ran\n");
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn what_a_dead_holder_has_left_running_is_as_old_as_its_record() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let mut running = Running::start(&[], &place.join("lock"));
    antedate(&place.join("lock"), 7200);
    running.signal(libc::SIGKILL);
    running.child.wait().unwrap();
    assert_silent("younger", &attempt(&place, &["-q", "--warn-held", "3h"]), 0);
    let told = attempt(&place, &["-q", "--warn-held", "1h"]);
    assert_complains("older", &told, 1, &["which has ended, but left processes"]);
    running.finish();
}

#[test]
fn a_holder_without_a_record_is_as_old_as_its_process() {
    let Some(flock) = find_program("flock") else { return skip("flock") };
    if !excludes_flock() || !fs::exists("/proc/locks").unwrap_or(false) {
        return;
    }
    let place = Scratch::new();
    let mut holder = Command::new(flock);
    holder.args(["-o", "lock", "sh", "-c", "echo $$; read line"]).current_dir(place.path());
    let holder = Running::of(holder);
    assert_silent("young", &attempt(&place, &["-q", "--warn-held", "1h"]), 0);
    // The kernel counts hundredths of a second.
    wait_until("it is old enough", || {
        let output = attempt(&place, &["-q", "--warn-held", "0.3"]);
        output.status.code() == Some(1) && !output.stderr.is_empty()
    });
    let pid = format!("lock is held by pid {} (", holder.child.id());
    assert_complains("old", &attempt(&place, &["-q", "--warn-held", "0.3"]), 1, &[&pid]);
    holder.finish();
}

#[test]
fn a_run_inside_a_hanging_job_says_that_it_would_wait_for_itself() {
    let place = Scratch::new();
    let script = "echo $$; read line; \"$@\" -q --warn-held 1h lock true; exit $?";
    let mut outer = withlock(["lock", "sh", "-c", script, "sh"]);
    outer.arg(crate::support::program()).current_dir(place.path());
    if let Some(backend) = crate::support::forced_backend() {
        outer.args(["--backend", &backend]);
    }
    outer.stderr(Stdio::piped());
    let running = Running::of(outer);
    antedate(&place.join("lock"), 7200);
    let (status, _, errors) = running.finish();
    assert_eq!(status.code(), Some(1), "{errors}");
    assert!(errors.contains("the run that this one is part of"), "{errors}");
}
