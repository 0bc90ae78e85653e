//! Under the job control of a shell: stopped, brought back, told to end.

use std::process::{Child, Command};

use super::assert_held;
use crate::support::procfs::{child, has_ended, state, witness};
use crate::support::terminal::{CTRL_Z, Terminal, end};
use crate::support::{
    Running, Scratch, find_program, kill, signals, skip, wait_until, waits_for_lock, withlock,
};

/// The shells that people have, each with what makes it interactive and keeps it from reading the user's own settings.
const SHELLS: [&[&str]; 6] = [
    &["bash", "--norc", "--noprofile", "-i"],
    &["dash", "-i"],
    &["zsh", "-f", "-i"],
    &["ksh", "-i"],
    &["mksh", "-i"],
    &["busybox", "sh", "-i"],
];

/// An interactive shell, at a terminal of its own.
struct Shell {
    terminal: Terminal,
    child: Child,
    words: &'static [&'static str],
}

impl Shell {
    fn start(words: &'static [&'static str]) -> Option<Self> {
        let Some(program) = find_program(words[0]) else {
            skip(&format!("{} is not installed", words[0]));
            return None;
        };
        let terminal = Terminal::open();
        let mut command = Command::new(program);
        command.args(&words[1..]).env("PS1", "$ ").env("TERM", "dumb").env_remove("ENV");
        signals::plain(&mut command);
        let child = terminal.give_to(&mut command).spawn().unwrap();
        let mut shell = Self { terminal, child, words };
        shell.says("here");
        Some(shell)
    }

    fn type_in(&mut self, line: &str) {
        self.terminal.type_in(format!("{line}\n").as_bytes());
    }

    /// Waits until the shell executes what is typed: it says a word that is not what the terminal shows of the typing. What
    /// is typed before a shell has made the terminal its own again can get lost, so it is typed again now and then.
    fn says(&mut self, word: &str) {
        let line = format!("echo {}\\{}", &word[..1], &word[1..]);
        let mut tries = 0;
        wait_until(&format!("{:?} says {word}", self.words), || {
            if tries % 500 == 0 {
                self.type_in(&line);
            }
            tries += 1;
            self.terminal.shows(&format!("{word}\r\n"))
        });
    }

    /// Runs a job, and returns the run and the job once that has said that it is ready.
    fn start_job(&mut self, place: &Scratch, job: &str, behind: &str) -> (u32, u32) {
        let run = withlock([place.join("lock")]);
        let words = [run.get_program()].into_iter().chain(run.get_args());
        let words: Vec<_> = words.map(|word| word.to_str().unwrap()).collect();
        self.type_in(&format!("{} sh -c '{job}' {behind}", words.join(" ")));
        let shell = self.child.id();
        wait_until("the run is there", || child(shell).and_then(child).is_some());
        let run = child(shell).unwrap();
        (run, child(run).unwrap())
    }

    /// After the job, which exits with status 4.
    fn end(mut self, place: &Scratch) {
        self.type_in("echo stat\\us $?");
        self.terminal.wait_for("status 4");
        self.type_in("exit 3");
        assert_eq!(end(self.child).code(), Some(3), "{:?}", self.words);
        assert_eq!(place.names(), [""; 0], "{:?}", self.words);
    }
}

/// Runs a job in the foreground of each shell; once it is ready, `stop` stops it (the terminal and the job are passed on);
/// the shell brings it back; it reads a line and exits with status 4.
fn stop_and_bring_back(job: &str, stop: impl Fn(&mut Terminal, u32)) {
    for shell in SHELLS {
        let place = Scratch::new();
        let Some(mut shell) = Shell::start(shell) else { continue };
        let (run, job) = shell.start_job(&place, job, "");
        shell.terminal.wait_for("ready\r\n");
        stop(&mut shell.terminal, job);
        wait_until("both are stopped", || state(run) == Some('T') && state(job) == Some('T'));
        shell.says("stopped");
        assert_held(&place);
        shell.type_in("fg");
        wait_until("both go on", || state(run) == Some('S') && state(job) == Some('S'));
        assert_held(&place);
        shell.type_in("on");
        shell.terminal.wait_for("read on\r\n");
        shell.end(&place);
    }
}

#[test]
fn a_job_in_the_foreground_survives_stop_and_continue() {
    stop_and_bring_back("echo ready; read line; echo read $line; exit 4", |terminal, _| {
        terminal.type_in(CTRL_Z);
    });
}

#[test]
fn a_job_that_stops_itself_gives_the_terminal_back_to_the_shell() {
    stop_and_bring_back("echo ready; kill -STOP $$; read line; echo read $line; exit 4", |_, _| {});
}

#[test]
fn a_job_that_is_stopped_by_somebody_else_gives_the_terminal_back_to_the_shell() {
    stop_and_bring_back("echo ready; read line; echo read $line; exit 4", |_, job| {
        kill(job, libc::SIGSTOP);
    });
}

#[test]
fn a_key_that_the_job_ignores_does_not_take_it_from_the_terminal() {
    for shell in SHELLS {
        let place = Scratch::new();
        let Some(mut shell) = Shell::start(shell) else { continue };
        let job = "trap \"\" TSTP; echo ready; read line; echo read $line; exit 4";
        shell.start_job(&place, job, "");
        shell.terminal.wait_for("ready\r\n");
        shell.terminal.type_in(CTRL_Z);
        shell.type_in("on");
        shell.terminal.wait_for("read on\r\n");
        shell.end(&place);
    }
}

#[test]
fn a_job_that_reads_in_the_background_is_stopped_and_can_be_brought_to_the_foreground() {
    for shell in SHELLS {
        let place = Scratch::new();
        let Some(mut shell) = Shell::start(shell) else { continue };
        let job = "read line </dev/tty; echo read $line; exit 4";
        let (run, _) = shell.start_job(&place, job, "&");
        wait_until("it is stopped", || state(run) == Some('T'));
        shell.says("stopped");
        shell.type_in("fg");
        wait_until("it goes on", || state(run) == Some('S'));
        shell.type_in("on");
        shell.terminal.wait_for("read on\r\n");
        shell.end(&place);
    }
}

#[test]
fn a_job_that_a_shell_is_told_to_kill_gets_the_signal_once() {
    for shell in SHELLS {
        let place = Scratch::new();
        let Some(mut shell) = Shell::start(shell) else { continue };
        let job = "trap \"echo told >>told\" TERM; trap \"exit 4\" USR1; : >ready; \
                   while :; do sleep 0.01; done";
        shell.type_in(&format!("cd {}", place.path().display()));
        let (run, job) = shell.start_job(&place, job, "&");
        wait_until("the witness comes", || witness(run).is_some());
        wait_until("the job is ready", || place.join("ready").exists());
        shell.type_in("kill %1");
        wait_until("the job is told", || place.join("told").exists());
        // What comes later is dealt with later.
        kill(run, libc::SIGUSR1);
        wait_until("the job ends", || has_ended(job));
        assert_eq!(std::fs::read_to_string(place.join("told")).unwrap(), "told\n");
        shell.type_in("rm told ready; sh -c \"exit 4\"");
        shell.end(&place);
    }
}

#[test]
fn a_waiter_can_be_stopped_and_brought_back_to_the_foreground() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let holder = Running::start(&[], &lock);
    let mut terminal = Terminal::open();
    let run = withlock(["-w", "inf"]);
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        "set -m; \"$@\"; echo stopped; read line; fg; echo status $?; read line",
        "sh",
    ]);
    shell.arg(run.get_program()).args(run.get_args()).arg(&lock).args(["echo", "ran"]);
    let shell = terminal.give_to(&mut shell).spawn().unwrap();
    wait_until("the shell starts the run", || child(shell.id()).is_some_and(waits_for_lock));
    let waiter = child(shell.id()).unwrap();
    terminal.type_in(CTRL_Z);
    terminal.wait_for("stopped");
    assert_eq!(state(waiter), Some('T'));
    terminal.type_in(b"\n");
    wait_until("the waiter sleeps again", || waits_for_lock(waiter));
    assert!(holder.finish().0.success());
    terminal.wait_for("ran");
    terminal.wait_for("status 0");
    terminal.type_in(b"\n");
    assert!(end(shell).success());
    assert_eq!(place.names(), [""; 0]);
}
