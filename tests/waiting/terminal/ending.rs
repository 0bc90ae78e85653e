//! How the line goes: with the wait, with the waiter, or into the background.

use std::fs;
use std::path::PathBuf;

use super::{LINE, Session};
use crate::support::procfs::{has_ended, state, status};
use crate::support::terminal::{CTRL_C, CTRL_Q, CTRL_S, CTRL_Z};
use crate::support::{Running, Scratch, kill, wait_until};

/// A lock, and a run that holds it.
fn held() -> (Scratch, PathBuf, Running) {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    (place, lock, holder)
}

#[test]
fn when_the_wait_is_over_only_the_message_is_left() {
    let (_place, lock, holder) = held();
    let mut session = Session::start(&["-w", "1.5"], &lock);
    session.terminal.wait_for(LINE);
    let rows = session.rows_with("status 1\r\n");
    let left: Vec<&String> = rows.iter().filter(|row| !row.is_empty()).collect();
    let busy = format!("withlock: {} is held by pid {} (", lock.display(), holder.child.id());
    assert!(left.len() == 2 && left[0].starts_with(&busy), "{rows:?}");
    session.end();
    holder.finish();
}

#[test]
fn an_interrupt_at_the_terminal_leaves_neither_a_line_nor_a_process_nor_a_file() {
    let (place, lock, holder) = held();
    let mut session = Session::start(&["-w", "inf"], &lock);
    let companion = session.companion();
    session.terminal.wait_for(LINE);
    session.terminal.type_in(CTRL_C);
    let rows = session.rows_with("status 130\r\n");
    assert!(!rows.iter().any(|row| row.contains("waiting")), "{rows:?}");
    assert!(has_ended(companion));
    assert!(holder.finish().0.success());
    assert_eq!(place.names(), [""; 0]);
    session.end();
}

#[test]
fn a_waiter_that_is_killed_leaves_nobody_who_writes_to_the_terminal() {
    let (_place, lock, holder) = held();
    let mut session = Session::start(&["-w", "inf"], &lock);
    let companion = session.companion();
    session.terminal.wait_for(LINE);
    kill(session.waiter, libc::SIGKILL);
    wait_until("the companion ends", || has_ended(companion));
    session.terminal.wait_for("status 137\r\n");
    holder.finish();
    session.end();
}

#[test]
fn a_waiter_in_the_background_neither_writes_to_the_terminal_nor_is_stopped_for_it() {
    let (_place, lock, holder) = held();
    let script = "set -m; stty tostop; \"$@\" & read line; fg; echo status $?; read line";
    let mut session = Session::start_by(script, &["-w", "inf"], &lock, &["echo", "ran"]);
    let companion = session.companion();
    let times = || status(companion, "voluntary_ctxt_switches").unwrap().parse::<u64>().unwrap();
    let before = times();
    wait_until("it would have written", || times() >= before + 3);
    assert!(!session.terminal.shows(LINE));
    assert_eq!(state(session.waiter), Some('S'));
    session.terminal.type_in(b"\n");
    session.terminal.wait_for(LINE);
    // And back into the background.
    session.terminal.type_in(CTRL_Z);
    wait_until("it is stopped", || state(session.waiter) == Some('T'));
    session.terminal.wait_for("status");
    let shown = session.terminal.wait_for("").matches(LINE).count();
    let before = times();
    wait_until("it would have written", || times() >= before + 3);
    assert_eq!(session.terminal.wait_for("").matches(LINE).count(), shown);
    kill(session.waiter, libc::SIGKILL);
    wait_until("the companion ends", || has_ended(companion));
    session.end();
    holder.finish();
}

#[test]
fn a_waiter_that_was_stopped_and_brought_back_shows_its_line_again() {
    let (_place, lock, holder) = held();
    let script = "set -m; \"$@\"; echo stopped; read line; fg; echo status $?; read line";
    let mut session = Session::start_by(script, &["-w", "inf"], &lock, &["echo", "ran"]);
    session.terminal.wait_for(LINE);
    session.terminal.type_in(CTRL_Z);
    session.terminal.wait_for("stopped\r\n");
    session.terminal.type_in(b"\n");
    session.renewals(1);
    assert!(holder.finish().0.success());
    let rows = session.rows_with("status 0\r\n");
    let end: Vec<&str> = rows.iter().rev().map(String::as_str).skip(1).take(2).collect();
    assert_eq!(end, ["status 0", "ran"], "{rows:?}");
    session.end();
}

#[test]
fn a_terminal_that_takes_nothing_does_not_hold_up_the_job() {
    let (place, lock, holder) = held();
    let script = "trap : INT; \"$@\"; read line";
    let done = place.join("done");
    let job = format!("echo >'{}'", done.display());
    let mut session = Session::start_by(script, &["-w", "inf"], &lock, &["sh", "-c", &job]);
    let companion = session.companion();
    session.terminal.wait_for(LINE);
    session.terminal.type_in(CTRL_S);
    let sleeps_in = || fs::read_to_string(format!("/proc/{companion}/wchan")).unwrap_or_default();
    wait_until("it can't write", || {
        matches!(sleeps_in().as_str(), "wait_woken" | "n_tty_write" | "" | "0")
    });
    assert!(holder.finish().0.success());
    wait_until("the job is done", || done.exists());
    assert!(has_ended(companion));
    session.terminal.type_in(CTRL_Q);
    session.end();
}
