//! Whom the signals of a limit reach, and what becomes of the rest.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use super::{LIMITS, ended, read_up_to};
use crate::support::procfs::{child, has_ended, state};
use crate::support::scripts::run;
use crate::support::terminal::{CTRL_Z, Terminal, end};
use crate::support::{
    Scratch, find_program, kill, process_owned, skip, stderr, wait_until, withlock,
};

#[test]
fn what_a_job_in_a_group_of_its_own_has_started_is_ended_with_it() {
    let Some(setsid) = find_program("setsid") else { return skip("no setsid") };
    for options in [&[] as &[&str], &["--signal", "KILL"]] {
        let place = Scratch::new();
        let mut command = withlock(["-v", "--max-runtime", "0.2"]);
        command.args(options).arg(place.join("lock")).arg(&setsid);
        command.args(["sh", "-c", "sleep 1000 & sleep 1000 & wait"]);
        // The job's output ends when all that has it has ended.
        let output = ended(command);
        let killed = output.status.signal() == Some(libc::SIGKILL);
        assert!(killed || output.status.code() == Some(124), "{}", stderr(&output));
        assert_eq!(killed, !options.is_empty());
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn a_job_in_another_group_of_its_session_gets_each_signal_once() {
    let Some(perl) = find_program("perl") else { return skip("no perl") };
    let place = Scratch::new();
    let script = "$| = 1; $SIG{TERM} = sub { print \"told\\n\"; }; setpgrp(0, 0); print \"$$\\n\"; \
                  while (!-e $ARGV[0]) { select(undef, undef, undef, 0.02); } exit 7;";
    let started = LIMITS.iter().find_map(|limit| {
        let mut command = withlock(["-v", "--max-runtime", limit]);
        command.arg(place.join("lock")).arg(&perl).args(["-e", script]).arg(place.join("end"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut run = command.spawn().unwrap();
        let mut lines = BufReader::new(run.stdout.take().unwrap()).lines();
        match lines.next() {
            Some(_) => Some((run, lines)),
            None => run.wait().map(|_| None).unwrap(),
        }
    });
    let (mut run, mut lines) = started.expect("the job is ready before it is told to end");
    let errors = read_up_to(&mut run, "too long: sent it signal 15 (TERM)");
    assert_eq!(lines.next().unwrap().unwrap(), "told");
    kill(run.id(), libc::SIGTERM);
    assert_eq!(lines.next().unwrap().unwrap(), "told");
    std::fs::write(place.join("end"), "").unwrap();
    assert!(lines.next().is_none(), "told once more");
    let said: Vec<String> = errors.lines().map(Result::unwrap).collect();
    assert_eq!(run.wait().unwrap().code(), Some(124), "{said:?}");
    assert_eq!(place.names(), ["end"]);
}

#[test]
fn what_a_job_has_left_running_in_the_callers_group_keeps_the_lock_however_the_job_has_ended() {
    if find_program("setsid").is_none() {
        return skip("no setsid");
    }
    for (trap, starter) in
        [("", ""), ("trap 'exit 0' TERM; ", ""), ("trap 'exit 0' TERM; ", "setsid ")]
    {
        let place = Scratch::new();
        let job = format!("{trap}{starter}sleep 1000 </dev/null >/dev/null 2>&1 & echo $!; wait");
        let left = LIMITS.iter().find_map(|limit| {
            let mut command = withlock(["--max-runtime", limit]);
            command.arg(place.join("lock")).args(["sh", "-c", &job]);
            let output = ended(command);
            assert_eq!(output.status.code(), Some(124), "{}", stderr(&output));
            String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().ok()
        });
        let left = left.expect("the job has started something");
        assert!(!has_ended(left), "it was no part of the job for all that can be known");
        let second = withlock([place.join("lock").as_os_str(), "true".as_ref()]).output().unwrap();
        kill(left, libc::SIGKILL);
        assert_eq!(second.status.success(), process_owned(), "{}", stderr(&second));
        wait_until("it ends", || has_ended(left));
        assert_eq!(run(&[], &place.join("lock")).stdout, b"ran\n");
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn a_job_that_was_not_given_the_lock_leaves_it_to_nobody() {
    let place = Scratch::new();
    let job = "trap 'exit 0' TERM; sleep 1000 </dev/null >/dev/null 2>&1 & echo $!; wait";
    let left = LIMITS.iter().find_map(|limit| {
        let mut command = withlock(["-o", "--max-runtime", limit]);
        command.arg(place.join("lock")).args(["sh", "-c", job]);
        String::from_utf8(ended(command).stdout).unwrap().trim().parse::<u32>().ok()
    });
    assert_eq!(place.names(), [""; 0]);
    kill(left.expect("the job has started something"), libc::SIGKILL);
}

/// A run in the foreground of a shell, which is stopped by a key.
struct AtATerminal {
    terminal: Terminal,
    shell: Child,
    /// The run and its job, if both were stopped before the limit.
    stopped: Option<(u32, u32)>,
}

impl AtATerminal {
    fn start(limit: &str, place: &Scratch) -> Self {
        let mut terminal = Terminal::open();
        let run = withlock(["--max-runtime", limit]);
        let mut shell = Command::new("sh");
        shell.args(["-c", "set -m; \"$@\"; echo goes on; read line", "sh"]);
        shell.arg(run.get_program()).args(run.get_args()).arg(place.join("lock"));
        shell.args(["sh", "-c", "echo ready; exec sleep 1000"]);
        let shell = terminal.give_to(&mut shell).spawn().unwrap();
        wait_until("it starts", || terminal.shows("ready") || terminal.shows("goes on"));
        let run = child(shell.id());
        let both = run.and_then(|run| Some((run, child(run)?)));
        terminal.type_in(CTRL_Z);
        terminal.wait_for("goes on");
        let is_stopped = |pid| state(pid) == Some('T');
        let stopped = both.filter(|(run, job)| is_stopped(*run) && is_stopped(*job));
        Self { terminal, shell, stopped }
    }

    fn end(mut self) {
        self.terminal.type_in(b"\n");
        end(self.shell);
    }
}

#[test]
fn a_key_that_stops_the_job_does_not_stop_the_clock() {
    let place = Scratch::new();
    let is_stopped = LIMITS[3..].iter().any(|limit| {
        let mut at = AtATerminal::start(limit, &place);
        if let Some((run, job)) = at.stopped {
            at.terminal.wait_for(": sent TERM\r\n");
            wait_until("both end", || has_ended(run) && has_ended(job));
        }
        let is_stopped = at.stopped.is_some();
        at.end();
        is_stopped
    });
    assert!(is_stopped, "the limit always came first");
    assert_eq!(place.names(), [""; 0]);
}
