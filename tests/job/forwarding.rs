//! The job gets each signal once: from withlock where it has it from nobody else, and none that is not meant for it.
#![cfg(target_os = "linux")]

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use libc::{SIGINT, SIGIO, SIGPIPE, SIGTERM, SIGUSR1, SIGXCPU, SIGXFSZ};

use crate::support::procfs::{child, is_settled, status};
use crate::support::terminal::{CTRL_C, Terminal, end};
use crate::support::{JOB, Running, Scratch, signals, wait_until, withlock};

/// The end of a script: a signal with a trap interrupts the reading of a line.
const UNTIL_A_LINE: &str = "for try in 1 2 3 4 5 6 7 8 9; do read line && exit 5; done; exit 9";

/// Whether a process that blocks a signal has been sent it.
fn is_pending(pid: u32, signal: i32) -> bool {
    let sent = status(pid, "ShdPnd").and_then(|set| u64::from_str_radix(&set, 16).ok());
    sent.is_some_and(|set| set & 1 << (signal - 1) != 0)
}

/// A shell, as `sh -c SCRIPT`, with a command line for it to execute in its place.
fn before(script: &str, run: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{script}; exec \"$0\" \"$@\"")]);
    shell.arg(run.get_program()).args(run.get_args());
    shell
}

fn end_at_terminal(mut terminal: Terminal, run: Child) -> Option<i32> {
    terminal.type_in(b"\n");
    end(run).code()
}

#[test]
fn a_signal_that_comes_before_the_job_exists_is_not_lost() {
    let place = Scratch::new();
    let mut run = withlock([place.join("lock")]);
    run.args(["sh", "-c", JOB]);
    let mut shell = before("kill -TERM $$", &run);
    // Blocked, it waits for whoever takes it, and does not end the shell; nor the job, which has the caller's mask.
    signals::with(&mut shell, &[], &[SIGTERM]);
    let running = Running::of(shell);
    wait_until("the job is told", || is_pending(running.job, SIGTERM));
    assert!(running.finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn an_interrupt_that_was_typed_before_the_job_exists_is_not_lost() {
    let place = Scratch::new();
    let mut terminal = Terminal::open();
    let mut run = withlock([place.join("lock")]);
    run.args(["sh", "-c", "echo job; read line; exit 5"]);
    let mut shell = before("echo ready; read line", &run);
    terminal.give_to(&mut shell);
    signals::with(&mut shell, &[], &[SIGINT]);
    let run = shell.spawn().unwrap();
    terminal.wait_for("ready");
    terminal.type_in(CTRL_C);
    wait_until("the interrupt is there", || is_pending(run.id(), SIGINT));
    terminal.type_in(b"\n");
    terminal.wait_for("job");
    let job = child(run.id()).unwrap();
    wait_until("the job is told", || is_pending(job, SIGINT));
    assert_eq!(end_at_terminal(terminal, run), Some(5));
}

#[test]
fn what_the_terminal_tells_the_job_itself_is_not_told_twice() {
    let place = Scratch::new();
    let mut terminal = Terminal::open();
    let mut run = withlock(["-v".into(), place.join("lock")]);
    run.args([
        "sh",
        "-c",
        &format!("trap 'echo int' INT; trap 'echo winch' WINCH; echo ready; {UNTIL_A_LINE}"),
    ]);
    let run = terminal.give_to(&mut run).spawn().unwrap();
    terminal.wait_for("ready");
    let mut resize = Command::new("stty");
    terminal.connect(resize.args(["rows", "33"]));
    for tell in ["int", "winch"] {
        if tell == "int" {
            terminal.type_in(CTRL_C);
        } else {
            assert!(resize.status().unwrap().success());
        }
        wait_until("the wrapper has taken it", || is_settled(run.id()));
        let screen = terminal.wait_for(tell);
        assert!(!screen.contains("passed signal"), "{screen}");
    }
    let job = child(run.id()).unwrap();
    wait_until("both are at rest", || is_settled(run.id()) && is_settled(job));
    assert_eq!(end_at_terminal(terminal, run), Some(5));
}

#[test]
fn an_interrupt_reaches_a_job_that_has_left_the_terminal() {
    let place = Scratch::new();
    let mut terminal = Terminal::open();
    let mut run = withlock([place.join("lock")]);
    run.args(["setsid", "sh", "-c", &format!("trap 'echo told' INT; echo ready; {UNTIL_A_LINE}")]);
    let run = terminal.give_to(&mut run).spawn().unwrap();
    terminal.wait_for("ready");
    terminal.type_in(CTRL_C);
    terminal.wait_for("told");
    assert_eq!(end_at_terminal(terminal, run), Some(5));
}

#[test]
fn what_the_kernel_tells_the_wrapper_of_itself_is_kept_from_the_job() {
    let place = Scratch::new();
    let (reader, writer) = std::os::unix::net::UnixStream::pair().unwrap();
    // Nobody reads what it says: a SIGPIPE each time, which the kernel sends in the name of the writer.
    drop(reader);
    let mut run = withlock(["-v".into(), place.join("lock")]);
    run.args([
        "sh",
        "-c",
        &format!(
            "exec 2>/dev/null; trap 'echo pipe' PIPE; trap 'echo usr' USR1; echo $$; {UNTIL_A_LINE}"
        ),
    ]);
    run.process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(std::os::fd::OwnedFd::from(writer));
    let mut running = Running::of_quiet(run);
    running.signal(SIGUSR1);
    assert_eq!(running.line(), "usr");
    let (status, rest, _) = running.finish();
    assert_eq!((status.code(), rest.as_str()), (Some(5), ""));
}

#[test]
fn what_somebody_sends_the_wrapper_reaches_the_job_be_it_of_a_kind_that_the_kernel_sends() {
    let all = [SIGPIPE, SIGXCPU, SIGXFSZ, SIGIO, SIGUSR1, libc::SIGTTIN, libc::SIGTTOU];
    let place = Scratch::new();
    let numbers = all.map(|signal| format!("trap 'echo got {signal}' {signal}; ")).concat();
    let mut run = withlock([place.join("lock")]);
    run.args(["sh", "-c", &format!("{numbers} echo $$; {UNTIL_A_LINE}")]);
    let mut running = Running::of(run);
    for signal in all {
        running.signal(signal);
        assert_eq!(running.line(), format!("got {signal}"));
    }
    assert_eq!(running.finish().0.code(), Some(5));
}
