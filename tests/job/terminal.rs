//! At a terminal: what is typed reaches the job once, and the lock stays until it has dealt with it.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};

use super::assert_held;
use crate::support::procfs::{child, is_settled};
use crate::support::terminal::{CTRL_BACKSLASH, CTRL_C, Terminal, end};
use crate::support::{Running, Scratch, kill, wait_until, waits_for_lock, withlock};

/// Counts a signal, says at USR1 that these were all, and ends with status 5 at the next line. What a session's leader has
/// written last may be lost when it ends (the kernel empties the terminal at the hang-up), so it has to wait for a reader.
fn counting(signal: &str) -> String {
    format!(
        "n=0; trap 'n=$((n+1)); echo got $n' {signal}; trap 'kill $!; echo all told; read line; exit 5' USR1; \
         sleep 1000 </dev/null >/dev/null 2>&1 & echo ready; while kill -0 $! 2>/dev/null; do wait $!; done"
    )
}

/// Starts a run in the foreground of the terminal, and answers it and its job once that is ready.
fn start(terminal: &mut Terminal, place: &Scratch, script: &str) -> (Child, u32) {
    let mut command = withlock([place.join("lock")]);
    command.args(["sh", "-c", script]);
    let run = terminal.give_to(&mut command).spawn().unwrap();
    terminal.wait_for("ready");
    let job = child(run.id()).unwrap();
    (run, job)
}

#[test]
fn an_interrupt_reaches_the_job_once_and_the_lock_stays_until_it_has_cleaned_up() {
    for (key, signal) in [(CTRL_C, "INT"), (CTRL_BACKSLASH, "QUIT")] {
        let place = Scratch::new();
        let mut terminal = Terminal::open();
        let (run, job) = start(&mut terminal, &place, &counting(signal));
        for count in ["got 1", "got 2"] {
            terminal.type_in(key);
            terminal.wait_for(count);
            wait_until("both are at rest", || is_settled(run.id()) && is_settled(job));
            assert_held(&place);
        }
        kill(job, libc::SIGUSR1);
        // The end of the line, which the terminal shows as two characters.
        let screen = terminal.wait_for("all told\r\n");
        terminal.type_in(b"\n");
        assert!(
            screen.contains("got 2") && !screen.contains("got 3"),
            "{signal} came twice: {screen}"
        );
        assert_eq!(end(run).code(), Some(5));
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn an_interrupt_that_ends_the_job_ends_the_run_the_same_way() {
    for (key, signal) in [(CTRL_C, libc::SIGINT), (CTRL_BACKSLASH, libc::SIGQUIT)] {
        let place = Scratch::new();
        let mut terminal = Terminal::open();
        let (run, _) = start(&mut terminal, &place, "cd \"${0%/*}\"; echo ready; exec sleep 1000");
        terminal.type_in(key);
        assert_eq!(end(run).signal(), Some(signal));
        assert!(!place.names().contains(&"lock".to_owned()));
    }
}

#[test]
fn when_the_terminal_hangs_up_the_job_is_told_and_the_lock_stays_until_it_has_ended() {
    let place = Scratch::new();
    let mut terminal = Terminal::open();
    let go_on = place.join("go-on");
    assert!(Command::new("mkfifo").arg(&go_on).status().unwrap().success());
    let script = format!(
        "cd '{}'; trap 'trap \"\" HUP; kill $!; : >told; read line <go-on; rm told go-on; exit 6' HUP; \
         sleep 1000 </dev/null >/dev/null 2>&1 & echo ready; while kill -0 $! 2>/dev/null; do wait $!; done",
        place.path().display()
    );
    let (run, _) = start(&mut terminal, &place, &script);
    drop(terminal);
    wait_until("the job is told", || place.join("told").exists());
    assert_held(&place);
    std::fs::write(&go_on, "\n").unwrap();
    assert_eq!(end(run).code(), Some(6));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn an_interrupt_while_waiting_ends_the_waiter_and_leaves_no_file() {
    for (key, signal) in [(CTRL_C, libc::SIGINT), (CTRL_BACKSLASH, libc::SIGQUIT)] {
        let place = Scratch::new();
        let lock = place.join("lock");
        let holder = Running::start(&[], &lock);
        let mut terminal = Terminal::open();
        let mut command = withlock(["-w", "inf"]);
        let waiter = terminal.give_to(command.arg(&lock).arg("true")).spawn().unwrap();
        wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
        terminal.type_in(key);
        let status = end(waiter);
        assert_eq!((status.signal(), status.core_dumped()), (Some(signal), false));
        assert!(holder.finish().0.success());
        assert_eq!(place.names(), [""; 0]);
    }
}
