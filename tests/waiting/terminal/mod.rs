//! Waiting at a terminal: a line says for what, and is gone when the wait is over.
#![cfg(target_os = "linux")]

mod ending;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::procfs::{child, children, has_ended, status};
use crate::support::terminal::{Terminal, end, rows};
use crate::support::{self, Running, Scratch, kill, signals, wait_until, waits_for_lock, withlock};

const COLUMNS: u16 = 200;

/// How the line begins, wherever it is written; and where there is little room for it.
const LINE: &str = "\rwithlock: waiting for ";
const ANY_LINE: &str = "\rwithlock:";

/// A shell in the foreground of a terminal that starts a run, says how it ended, and stays until a line is typed, so that
/// nothing is lost which was written last.
struct Session {
    terminal: Terminal,
    shell: Child,
    waiter: u32,
}

impl Session {
    /// Waits for the lock at a terminal.
    fn start(options: &[&str], lock: &Path) -> Self {
        Self::start_by(
            "trap : INT; \"$@\"; echo status $?; read line",
            options,
            lock,
            &["echo", "ran"],
        )
    }

    /// The same by another script.
    fn start_by(script: &str, options: &[&str], lock: &Path, job: &[&str]) -> Self {
        let terminal = Terminal::open();
        terminal.resize(COLUMNS);
        let run = withlock(options);
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(run.get_program()).args(run.get_args());
        shell.arg(lock).args(job).env("TERM", "xterm");
        let shell = terminal.give_to(&mut shell).spawn().unwrap();
        let waits = || child(shell.id()).is_some_and(waits_for_lock);
        wait_until("the waiter sleeps", waits);
        let waiter = child(shell.id()).unwrap();
        Self { terminal, shell, waiter }
    }

    /// The process that writes the line.
    fn companion(&self) -> u32 {
        let found = children(self.waiter);
        assert_eq!(found.len(), 1, "its only child");
        found[0]
    }

    /// Waits until the screen shows a text, and returns what stands on it then.
    fn rows_with(&mut self, text: &str) -> Vec<String> {
        rows(&self.terminal.wait_for(text), COLUMNS.into())
    }

    /// Waits until the line has been written so often since `shown`.
    fn renewals(&mut self, times: usize) -> String {
        let before = self.terminal.wait_for("").matches(ANY_LINE).count();
        let mut shown = String::new();
        wait_until("it is renewed", || {
            shown = self.terminal.wait_for("");
            shown.matches(ANY_LINE).count() >= before + times
        });
        shown
    }

    fn end(mut self) {
        self.terminal.type_in(b"\n");
        assert!(end(self.shell).success());
    }
}

/// What is left on the screen of a wait: no line, and nothing of it.
fn assert_only(rows: &[String], expected: &[&str]) {
    let left: Vec<&str> = rows.iter().map(String::as_str).filter(|row| !row.is_empty()).collect();
    assert_eq!(left, expected);
}

#[test]
fn whoever_waits_at_a_terminal_sees_for_what_until_the_lock_comes() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let mut session = Session::start(&["-w", "3599"], &lock);
    let companion = session.companion();
    let shown = session.renewals(3);
    let held = format!("waiting for {}, held by pid {} (", lock.display(), holder.child.id());
    assert!(shown.contains(&held), "{shown}");
    let left =
        |line: &str| line.rsplit_once("; ")?.1.strip_suffix(" left\x1b[K").map(str::to_owned);
    let mut left: Vec<String> = shown.split('\r').filter_map(left).collect();
    assert!(left.len() >= 3 && left.iter().all(|left| left.starts_with("59m")), "{left:?}");
    left.dedup();
    assert!(left.len() >= 3, "{shown}");
    assert_eq!(rows(&shown, COLUMNS.into()).len(), 1, "{shown}");
    assert!(holder.finish().0.success());
    assert_only(&session.rows_with("status 0\r\n"), &["ran", "status 0"]);
    assert!(has_ended(companion));
    session.end();
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_wait_that_is_short_shows_nothing() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    loop {
        let start = Instant::now();
        let mut terminal = Terminal::open();
        let run = withlock(["-w", "0.01"]);
        let mut shell = Command::new("sh");
        shell.args(["-c", "\"$@\"; echo status $?; read line", "sh"]).arg(run.get_program());
        shell.args(run.get_args()).arg(&lock).arg("true").env("TERM", "xterm");
        let shell = terminal.give_to(&mut shell).spawn().unwrap();
        let shown = terminal.wait_for("status 1\r\n");
        // On a machine that was too slow, it was no short wait.
        let is_short = start.elapsed() < Duration::from_millis(300);
        terminal.type_in(b"\n");
        assert!(end(shell).success());
        if is_short {
            assert!(!shown.contains(['\x1b']) && !shown.contains(LINE), "{shown}");
            break;
        }
    }
    holder.finish();
}

#[test]
fn nothing_is_shown_where_nobody_would_see_it_or_wants_it() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let cases = [
        ("TERM=dumb \"$@\"", &["-w", "inf"][..]),
        ("TERM= \"$@\"", &["-w", "inf"]),
        ("unset TERM; \"$@\"", &["-w", "inf"]),
        ("\"$@\" 2>errors", &["-w", "inf"]),
        ("\"$@\" 2>&1 | cat", &["-w", "inf"]),
        ("\"$@\"", &["-q", "-w", "inf"]),
    ];
    for (script, options) in cases {
        let script = format!("cd '{}'; {script}; read line", place.path().display());
        let terminal = Terminal::open();
        let run = withlock(options);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, "sh"]).arg(run.get_program()).args(run.get_args());
        shell.arg(&lock).arg("true").env("TERM", "xterm");
        let mut shell = terminal.give_to(&mut shell).spawn().unwrap();
        let waits = || children(shell.id()).into_iter().find(|child| waits_for_lock(*child));
        wait_until("the waiter sleeps", || waits().is_some());
        let waiter = waits().unwrap();
        assert_eq!(children(waiter), [0; 0], "{script} {options:?}: it would write a line");
        kill(waiter, libc::SIGKILL);
        shell.kill().unwrap();
        shell.wait().unwrap();
    }
    assert!(holder.finish().0.success());
}

#[test]
fn the_line_costs_a_waiter_neither_its_sleep_nor_its_place() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let mut holder = Running::start(&[], &lock);
    let log = format!("echo first >>'{}'", place.join("log").display());
    let script = "trap : INT; \"$@\"; echo status $?; read line";
    let mut session = Session::start_by(script, &["-w", "1h"], &lock, &["sh", "-c", &log]);
    let mut next = withlock(["-w", "inf"]);
    let log = format!("echo next >>'{}'", place.join("log").display());
    let next = signals::plain(next.arg(&lock).args(["sh", "-c", &log])).spawn().unwrap();
    wait_until("the next one sleeps", || waits_for_lock(next.id()));
    let both = [session.waiter, next.id()];
    let sleeps = || both.map(|pid| status(pid, "voluntary_ctxt_switches"));
    let before = sleeps();
    session.renewals(3);
    assert_eq!(sleeps(), before, "somebody has woken up");
    holder.go_on();
    session.terminal.wait_for("status 0");
    assert!(end(next).success());
    // Where the file is removed each time, there is no order.
    if support::forced_backend().is_none() {
        assert_eq!(fs::read_to_string(place.join("log")).unwrap(), "first\nnext\n");
    }
    session.end();
    assert!(holder.wait().0.success());
}

#[test]
fn a_waiter_sees_how_many_are_before_it() {
    if support::forced_backend().is_some() {
        return;
    }
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let queue: Vec<Child> = (0..2)
        .map(|_| {
            let mut run = withlock(["-w", "inf"]);
            run.arg(&lock).args(["sh", "-c", "read line"]).stdin(Stdio::piped());
            let run = signals::plain(&mut run).spawn().unwrap();
            wait_until("it sleeps", || waits_for_lock(run.id()));
            run
        })
        .collect();
    let mut session = Session::start(&["-w", "inf"], &lock);
    session.terminal.wait_for("; 2 before this one\x1b[K");
    let mut holders = queue.into_iter();
    assert!(holder.finish().0.success());
    session.terminal.wait_for("; 1 before this one\x1b[K");
    for mut holder in holders.by_ref() {
        drop(holder.stdin.take());
        assert!(holder.wait().is_ok());
    }
    session.terminal.wait_for("status 0\r\n");
    session.end();
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_line_fits_into_the_terminal_and_obeys_nothing_that_a_command_says() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let evil = "\u{1b}[2J\r\n\u{9b}31m\u{202e}\u{7} \u{4e2d}\u{6587} \u{e9}";
    let mut holder = withlock([lock.as_os_str()]);
    holder.args(["sh", "-c", support::JOB, evil, evil]);
    let holder = Running::of(holder);
    let mut session = Session::start(&["-w", "inf"], &lock);
    for columns in [200, 90, 60, 30, 10] {
        session.terminal.resize(columns);
        session.renewals(1);
        let shown = session.renewals(1);
        let last = shown.rsplit('\r').next().unwrap();
        let line = last.strip_suffix("\x1b[K").unwrap();
        assert!(line.len() < columns.into() && line.starts_with("withlock:"), "{columns}: {line}");
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{columns}: {line}");
    }
    holder.finish();
    session.terminal.wait_for("status 0\r\n");
    session.end();
}

#[test]
fn messages_do_not_mix_with_the_line() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let mut session = Session::start(&["-v", "-w", "inf"], &lock);
    session.terminal.wait_for(LINE);
    // The waiter is granted the lock of a file that is not the one at the path, says so, and waits on.
    fs::remove_file(&lock).unwrap();
    let second = Running::start(&[], &lock);
    holder.finish();
    session.terminal.wait_for("trying again\r\n");
    session.renewals(1);
    second.finish();
    let rows = session.rows_with("status 0\r\n");
    let rows: Vec<_> = rows.iter().filter(|row| !row.is_empty()).collect();
    assert!(!rows.iter().any(|row| row.contains("waiting for /")), "{rows:?}");
    let said =
        |row: &&String| row.starts_with("withlock: ") && row.matches("withlock: ").count() == 1;
    let job = |row: &&String| ["ran", "status 0"].contains(&row.as_str());
    assert!(rows.iter().all(|row| said(row) || job(row)), "{rows:?}");
    session.end();
}
