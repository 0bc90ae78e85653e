//! A job that runs too long, as timeout(1) ends it.

mod reach;
mod recipe;

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::procfs::has_ended;
use crate::support::{
    Running, Scratch, find_program, signals, skip, stderr, wait_until, waits_for_lock, withlock,
};

/// A job that goes on until it is ended, without a process that could outlive it for long.
const LOOP: &str = "while :; do sleep 0.02; done";

/// What is left of the limit for a job to be prepared: twice as much each time that it was not.
const LIMITS: [&str; 8] = ["0.1", "0.2", "0.4", "0.8", "1.6", "3.2", "6.4", "12.8"];

fn ended(mut command: Command) -> Output {
    signals::plain(&mut command).stdin(Stdio::null()).process_group(0).output().unwrap()
}

fn under_timeout(options: &[&str], limit: &str, job: &str) -> Output {
    let mut command = Command::new("timeout");
    command.args(options).args([limit, "sh", "-c", job]);
    ended(command)
}

/// The same under withlock. No file may be left.
fn under_withlock(options: &[&str], limit: &str, job: &str) -> Output {
    let place = Scratch::new();
    let mut command = withlock(["--max-runtime", limit]);
    for option in options {
        command.arg(match *option {
            "-k" => "--kill-after",
            "-s" => "--signal",
            value => value,
        });
    }
    command.arg(place.join("lock")).args(["sh", "-c", job]);
    let output = ended(command);
    wait_until("nobody has the lock", || {
        withlock([place.join("lock").as_os_str(), "true".as_ref()])
            .output()
            .unwrap()
            .status
            .success()
    });
    assert_eq!(place.names(), [""; 0], "{job}");
    output
}

type Tool = fn(&[&str], &str, &str) -> Output;

/// Runs a job that says "ready" first, under a limit that is long enough for that.
fn once_ready(tool: Tool, options: &[&str], job: &str) -> Output {
    let job = format!("{job}; {LOOP}");
    let outputs = LIMITS.iter().map(|limit| tool(options, limit, &job));
    let ready = outputs.into_iter().find(|output| output.stdout.starts_with(b"ready\n"));
    ready.unwrap_or_else(|| panic!("never ready: {job}"))
}

#[test]
fn a_job_that_runs_too_long_ends_as_under_timeout() {
    if find_program("timeout").is_none() {
        return skip("no timeout");
    }
    for (options, job) in [
        (&[] as &[&str], "echo ready"),
        (&[], "trap 'exit 0' TERM; echo ready"),
        (&[], "trap 'exit 5' TERM; echo ready"),
        (&[], "trap 'kill -HUP $$' TERM; echo ready"),
        (&[], "echo ready; kill -STOP $$; echo goes on"),
        (&[], "trap 'echo told; exit 0' TERM; echo ready; kill -STOP $$"),
        (&["-k", "0.05"], "trap '' TERM; echo ready"),
        (&["-k", "0.05"], "trap '' TERM; echo ready; kill -STOP $$"),
        (&["-k", "1000"], "trap 'exit 0' TERM; echo ready"),
        (&["-k", "0"], "trap 'exit 0' TERM; echo ready"),
        (&["-s", "HUP"], "trap '' TERM; trap 'echo hup; exit 3' HUP; echo ready"),
        (&["-s", "KILL"], "echo ready"),
        (&["-s", "URG", "-k", "0.05"], "echo ready"),
        (&["-s", "CONT", "-k", "0.05"], "echo ready"),
    ] {
        let theirs = once_ready(under_timeout, options, job);
        let ours = once_ready(under_withlock, options, job);
        assert_eq!(ours.status.into_raw(), theirs.status.into_raw(), "{options:?} {job}");
        assert_eq!(ours.stdout, theirs.stdout, "{options:?} {job}");
        assert!(stderr(&ours).contains("ran longer than"), "{}", stderr(&ours));
        assert_eq!(stderr(&ours).lines().count(), 1, "{}", stderr(&ours));
    }
}

#[test]
fn a_job_that_ends_in_time_ends_as_without_a_limit() {
    if find_program("timeout").is_none() {
        return skip("no timeout");
    }
    for limit in ["1000", "1000.5", "999999999d", "18446744073709551615", "0", "0.0", "0s"] {
        for job in ["exit 3", "sleep 0.2; exit 4", "kill -TERM $$", "kill -KILL $$"] {
            for options in [&[] as &[&str], &["-k", "1"], &["-s", "INT", "-k", "0"]] {
                let theirs = under_timeout(options, limit, job);
                let ours = under_withlock(options, limit, job);
                assert_eq!(ours.status.into_raw(), theirs.status.into_raw(), "{limit} {job}");
                assert_eq!(stderr(&ours), "", "{limit} {job}");
            }
        }
    }
    assert_eq!(under_withlock(&[], "inf", "exit 3").status.code(), Some(3));
}

#[test]
fn every_signal_can_be_named() {
    let Some(bash) = find_program("bash") else { return skip("no bash") };
    let place = Scratch::new();
    for number in (1..32).chain([34, 35, 36, 50, 63, 64]) {
        let mut kill = Command::new(&bash);
        let name = kill.args(["-c", &format!("kill -l {number}")]).output().unwrap().stdout;
        let name = String::from_utf8(name).unwrap().trim().to_owned();
        let forms = [name.clone(), format!("SIG{name}"), name.to_lowercase(), number.to_string()];
        for form in forms {
            let mut command = withlock(["-v", "--max-runtime", "0.001", "--kill-after", "0.001"]);
            command.args(["--signal", &form]).arg(place.join("lock")).args(["sleep", "1000"]);
            let output = ended(command);
            let said = stderr(&output);
            assert!(said.contains(&format!("sent it signal {number}")), "{form}: {said}");
            let (code, signal) = (output.status.code(), output.status.signal());
            assert!(code == Some(124) || signal == Some(libc::SIGKILL), "{form}: {said}");
        }
    }
    assert_eq!(place.names(), [""; 0]);
}

/// The standard error of a run with `-v`, up to the line that has these words.
fn read_up_to(run: &mut Child, words: &str) -> BufReader<impl Read + use<>> {
    let mut errors = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert_ne!(errors.read_line(&mut line).unwrap(), 0, "never said: {words}");
    }
    errors
}

/// A run that has sent its job TERM, which that has ignored from the beginning.
fn ignoring(options: &[&str], place: &Scratch) -> Running {
    let mut command = withlock(["-v", "--max-runtime", "0.05"]);
    command.args(options).arg(place.join("lock")).args(["sh", "-c", crate::support::JOB]);
    signals::with(&mut command, &[libc::SIGTERM], &[]);
    let mut running = Running::of(command);
    drop(read_up_to(&mut running.child, "too long: sent it signal 15 (TERM)"));
    running
}

#[test]
fn a_second_run_is_refused_as_long_as_the_job_takes_to_end() {
    let place = Scratch::new();
    let mut running = ignoring(&[], &place);
    let lock = place.join("lock");
    let second = withlock([lock.as_os_str(), "echo".as_ref()]).output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{}", stderr(&second));
    let mut waiter = withlock(["-w", "inf"]);
    let waiter = waiter.arg(&lock).args(["echo", "ran"]).stdout(Stdio::piped()).spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    assert!(!has_ended(running.job));
    running.go_on();
    assert_eq!(running.child.wait().unwrap().code(), Some(124));
    assert_eq!(waiter.wait_with_output().unwrap().stdout, b"ran\n");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_signal_from_outside_is_passed_on_before_and_after_the_limit() {
    let place = Scratch::new();
    let mut running = ignoring(&["--kill-after", "inf"], &place);
    running.signal(libc::SIGHUP);
    assert_eq!(running.child.wait().unwrap().code(), Some(124));
    let mut command = withlock(["--max-runtime", "1000"]);
    command.arg(place.join("lock")).args(["sh", "-c", crate::support::JOB]);
    let running = Running::of(command);
    running.signal(libc::SIGTERM);
    let (status, _, errors) = running.wait();
    assert_eq!((status.signal(), errors.as_str()), (Some(libc::SIGTERM), ""));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn the_clock_starts_with_the_job_and_not_with_the_wait() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let begin = Instant::now();
    let mut waiter = withlock(["-v", "-w", "inf", "--max-runtime", "0.05"]);
    let waiter = waiter.arg(&lock).args(["sleep", "1000"]).stderr(Stdio::piped()).spawn().unwrap();
    let limit = Duration::from_millis(50);
    wait_until("it waits", || waits_for_lock(waiter.id()) && begin.elapsed() > 2 * limit);
    let released = Instant::now();
    holder.finish();
    let output = waiter.wait_with_output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(124), "{said}");
    assert!(released.elapsed() >= limit, "{said}");
    let place_of = |words| said.find(words).unwrap_or_else(|| panic!("{words}: {said}"));
    assert!(place_of("command started") < place_of("too long: sent it"), "{said}");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn cron_mails_one_line_about_it_also_with_q() {
    let place = Scratch::new();
    let mut command = withlock(["-q", "--max-runtime", "0.05"]);
    command.arg(place.join("lock")).args(["sleep", "1000"]);
    let output = ended(command);
    let expected = format!(
        "withlock: {}/lock: sleep 1000 ran longer than 0.05s: sent TERM\n",
        place.path().display()
    );
    assert_eq!((output.status.code(), stderr(&output)), (Some(124), expected));
    let mut command = withlock(["--max-runtime", "0.05", "--kill-after", "0.05"]);
    command.arg(place.join("lock")).args(["sleep", "1000"]);
    signals::with(&mut command, &[libc::SIGTERM], &[]);
    let output = command.output().unwrap();
    assert_eq!(output.status.signal(), Some(libc::SIGKILL));
    assert!(
        stderr(&output).ends_with(": sent TERM, and 0.05s later KILL\n"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_run_that_becomes_its_job_does_not_promise_to_end_it() {
    let place = Scratch::new();
    for options in [
        &["-F", "--max-runtime", "5"] as &[&str],
        &["--max-runtime", "0", "-F"],
        &["-F", "--kill-after", "5"],
        &["-F", "--signal", "INT"],
    ] {
        let output = withlock(options).arg(place.join("lock")).args(["echo", "ran"]).output();
        let output = output.unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
        let said = stderr(&output);
        assert!(said.contains("nobody is there to end the command") && said.lines().count() == 1);
    }
    assert_eq!(place.names(), [""; 0]);
}
