//! The recipe of the README against jobs that hang. That it runs as it is printed, cron shows.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use super::ended;
use crate::support::procfs::has_ended;
use crate::support::programs::write_program;
use crate::support::scripts::run;
use crate::support::{Scratch, find_program, skip, stderr, wait_until, withlock};

/// Its words from the first option on.
fn recipe() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let line =
        readme.lines().find(|line| line.starts_with("    ") && line.contains("--max-runtime"));
    let (_, words) = line.unwrap().split_once("/usr/local/bin/withlock ").unwrap();
    words.split_whitespace().map(str::to_owned).collect()
}

/// Neither the job nor what it has started listens to TERM.
const JOB: &[u8] = b"#!/bin/sh\ntrap '' TERM\nsleep 1000 &\necho $!\nsleep 1000\n";

#[test]
fn the_recipe_for_jobs_that_hang_ends_all_of_the_job_and_sends_a_line_of_mail() {
    if find_program("setsid").is_none() {
        return skip("no setsid");
    }
    let place = Scratch::new();
    let (lock, job) = (place.join("lock"), place.join("poll"));
    write_program(&job, JOB, 0o755);
    let outputs = super::LIMITS.iter().map(|limit| {
        let words = recipe().into_iter().map(|word| match word.as_str() {
            "25m" => (*limit).into(),
            "1m" => "0.05".into(),
            "/run/poll.lock" => lock.clone().into_os_string(),
            "/usr/local/bin/poll" => job.clone().into_os_string(),
            _ => word.into(),
        });
        ended(withlock(words))
    });
    let output = outputs.into_iter().find(|output| !output.stdout.is_empty()).unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.signal(), Some(libc::SIGKILL), "{said}");
    assert!(said.contains(": setsid ") && said.contains("/poll ran longer than "), "{said}");
    assert!(said.ends_with(": sent TERM, and 0.05s later KILL\n"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let started = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    wait_until("what it has started ends", || has_ended(started));
    assert_eq!(run(&[], &lock).stdout, b"ran\n", "the next one is not blocked");
    assert_eq!(place.names(), ["poll"]);
}
