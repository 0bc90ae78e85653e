//! Lock files on which somebody else has a lease, as a Samba server takes it for its clients: a conflict that ends by itself.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::procfs::has_ended;
use crate::support::terminal::{Terminal, end};
use crate::support::{Scratch, find_program, kill, skip, wait_until, withlock};

/// Takes a lease on the file, says so, says when it is told to give it up, and does so on a line of input. All by write(2)
/// itself, as a signal's handler may come at any moment.
const HOLDER: &str = "
import fcntl, os, signal, sys
kind = fcntl.F_WRLCK if sys.argv[2] == 'write' else fcntl.F_RDLCK
def told(*_):
    os.write(1, b'told\\n')
signal.signal(signal.SIGIO, told)
fd = os.open(sys.argv[1], os.O_RDWR if kind == fcntl.F_WRLCK else os.O_RDONLY)
try:
    fcntl.fcntl(fd, fcntl.F_SETLEASE, kind)
except OSError as error:
    os.write(1, b'refused: %s\\n' % str(error).encode())
    sys.exit()
os.write(1, b'leased\\n')
sys.stdin.readline()
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
";

struct Lease {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Lease {
    /// `None`, having said why, where there are no leases.
    fn take(lock: &Path, kind: &str) -> Option<Self> {
        let Some(python) = find_program("python3") else {
            skip("python3");
            return None;
        };
        let mut holder = Command::new(python);
        holder.args(["-c", HOLDER]).arg(lock).arg(kind);
        let mut child = holder.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut lease = Self { child, output };
        match lease.line().as_str() {
            "leased" => Some(lease),
            why => {
                skip(&format!("leases: {why}"));
                None
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn give_up(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file of somebody else's, and one that a killed run has left.
const FILES: [(&str, u32); 2] = [("theirs", 0o644), ("{\"withlock\":1}\n", 0o600)];

fn leased(scratch: &Scratch, file: usize, kind: &str) -> Option<(std::path::PathBuf, Lease)> {
    let lock = scratch.join("lock");
    fs::write(&lock, FILES[file].0).unwrap();
    fs::set_permissions(&lock, fs::Permissions::from_mode(FILES[file].1)).unwrap();
    let lease = Lease::take(&lock, kind)?;
    Some((lock, lease))
}

fn sleeps_for_lease(child: &Child) -> bool {
    fs::read_to_string(format!("/proc/{}/wchan", child.id()))
        .is_ok_and(|function| function.contains("break_lease"))
}

/// A run that waits for the end of the lease.
fn waiter(options: &[&str], lock: &Path) -> Child {
    let mut run = withlock(options);
    run.arg(lock).args(["echo", "ran"]);
    run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = run.spawn().unwrap();
    wait_until("it sleeps, or ends", || sleeps_for_lease(&child) || has_ended(child.id()));
    assert!(child.try_wait().unwrap().is_none(), "{:?}", child.wait_with_output());
    child
}

#[test]
fn a_lease_is_a_lock_that_is_busy_and_whoever_has_it_is_told() {
    for kind in ["write", "read"] {
        let scratch = Scratch::new();
        let Some((lock, mut lease)) = leased(&scratch, 0, kind) else { return };
        let output = run(withlock([&lock]).args(["echo", "ran"]));
        assert_complains(kind, &output, 1, &["lock is held by someone unknown", "lease"]);
        assert_eq!(lease.line(), "told");
        for options in [&["-q"][..], &["-q", "--warn-held", "0"]] {
            assert_silent(kind, &run(withlock(options).arg(&lock).args(["echo", "ran"])), 0);
        }
        assert_silent(kind, &run(withlock(["-q", "-E", "9"]).arg(&lock).arg("true")), 9);
        lease.give_up();
        let output = run(withlock([&lock]).args(["echo", "ran"]));
        assert_eq!(output.stdout, b"ran\n", "{output:?}");
        assert_eq!(fs::read_to_string(&lock).unwrap(), FILES[0].0);
    }
}

#[test]
fn a_run_that_waits_gets_the_lock_when_the_lease_is_given_up_and_does_not_poll_for_it() {
    for file in 0..FILES.len() {
        for (kind, options) in [("write", ["-w", "inf"]), ("read", ["-w", "1h"])] {
            let scratch = Scratch::new();
            let Some((lock, mut lease)) = leased(&scratch, file, kind) else { return };
            let waiter = waiter(&options, &lock);
            assert_eq!(lease.line(), "told");
            let switches = || {
                let status = fs::read_to_string(format!("/proc/{}/status", waiter.id())).unwrap();
                status.lines().find(|line| line.starts_with("voluntary")).unwrap().to_owned()
            };
            let before = switches();
            // Whoever does not wait does not disturb it.
            for _ in 0..20 {
                assert_silent("prompt", &run(withlock(["-q"]).arg(&lock).arg("true")), 0);
            }
            assert_eq!(switches(), before, "it has woken up");
            lease.give_up();
            let output = waiter.wait_with_output().unwrap();
            assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"ran\n"[..]));
            assert_eq!(output.stderr, b"");
            assert_eq!(lock.exists(), file == 0, "it goes if it is withlock's own");
        }
    }
}

#[test]
fn a_wait_for_a_lease_ends_in_time() {
    let scratch = Scratch::new();
    let Some((lock, _lease)) = leased(&scratch, 0, "write") else { return };
    let start = Instant::now();
    let output = run(withlock(["-w", "0.2"]).arg(&lock).args(["echo", "ran"]));
    assert_complains("in time", &output, 1, &["lock is held by someone unknown", "lease"]);
    assert!(start.elapsed() >= Duration::from_millis(200));
    let most = fs::read_to_string("/proc/sys/fs/lease-break-time").unwrap();
    let most = Duration::from_secs(most.trim().parse().unwrap());
    assert!(start.elapsed() < most, "it ended by itself, with the lease");
}

#[test]
fn whoever_waits_for_a_lease_can_be_told_to_give_up() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
        let scratch = Scratch::new();
        let Some((lock, _lease)) = leased(&scratch, 0, "write") else { return };
        let waiter = waiter(&["-w", "inf"], &lock);
        kill(waiter.id(), signal);
        let output = waiter.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(signal), "{output:?}");
        assert_eq!((&output.stdout[..], &output.stderr[..]), (&b""[..], &b""[..]));
    }
}

#[test]
fn a_file_that_is_exchanged_for_a_fifo_while_its_lease_is_waited_for_does_not_hang_the_run() {
    let scratch = Scratch::new();
    let Some((lock, mut lease)) = leased(&scratch, 0, "write") else { return };
    let waiter = waiter(&["-w", "inf"], &lock);
    fs::remove_file(&lock).unwrap();
    assert!(Command::new("mkfifo").arg(&lock).status().unwrap().success());
    lease.give_up();
    let output = waiter.wait_with_output().unwrap();
    assert_complains("FIFO", &output, 73, &["lock: is a FIFO"]);
}

#[test]
fn whoever_waits_for_a_lease_at_a_terminal_sees_it() {
    let scratch = Scratch::new();
    let Some((lock, mut lease)) = leased(&scratch, 0, "write") else { return };
    let mut terminal = Terminal::open();
    terminal.resize(200);
    let mut run = withlock(["-w", "inf"]);
    run.arg(&lock).args(["sh", "-c", "echo ran; read line"]).env("TERM", "xterm");
    let run = terminal.give_to(&mut run).spawn().unwrap();
    terminal.wait_for(&format!("\rwithlock: waiting for {}, held by", lock.display()));
    assert_eq!(lease.line(), "told");
    lease.give_up();
    let shown = terminal.wait_for("ran\r\n");
    assert!(shown.ends_with("\r\x1b[Kran\r\n"), "{shown:?}");
    terminal.type_in(b"\n");
    assert!(end(run).success());
}
