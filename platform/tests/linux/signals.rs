//! What a job and its caller see of the wrapper in /proc, and what comes from a terminal.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use withlock_platform::process::{Arrival, Command, Deadline, Receive, Sender, Signals, Status};

use crate::support::receivers::{all_default, block, ignore};
use crate::support::scratch::unnamed_file;
use crate::support::watch::{until_asleep, value};
use crate::support::{Test, fork, tests_of_receivers};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_receivers![
        the_job_gets_the_callers_mask_and_dispositions,
        an_interrupt_from_the_terminal_is_known_as_such,
        waiting_for_a_signal_sleeps,
        a_wait_that_is_interrupted_again_and_again_ends_at_its_deadline,
    ]
}

/// What the lines of `cat /proc/self/status` about signals say; `start` has the job's standard output and never returns.
fn report(prepare: &[fn()], start: impl FnOnce() -> i32) -> Vec<(&'static str, String)> {
    let mut output = unnamed_file();
    let mut caller = fork(|| {
        // SAFETY: both descriptors are open.
        let answer = unsafe { libc::dup2(output.as_raw_fd(), 1) };
        assert_eq!(answer, 1);
        all_default();
        prepare.iter().for_each(|step| step());
        start()
    });
    assert!(caller.wait().success());
    let mut text = String::new();
    output.rewind().expect("rewind");
    output.read_to_string(&mut text).expect("read");
    ["SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd", "Threads"]
        .map(|name| (name, value(&text, name)))
        .to_vec()
}

fn the_job_gets_the_callers_mask_and_dispositions<R: Receive>() {
    let nothing: fn() = || ();
    let hangup_and_pipe: fn() = || [libc::SIGHUP, libc::SIGPIPE].into_iter().for_each(ignore);
    let child: fn() = || ignore(libc::SIGCHLD);
    let user: fn() = || block(&[libc::SIGUSR1]);
    let more: fn() = || {
        [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGALRM, libc::SIGRTMIN()]
            .into_iter()
            .for_each(ignore);
        block(&[libc::SIGTERM, libc::SIGCHLD, libc::SIGRTMAX()]);
    };
    let cases: [&[fn()]; 7] = [
        &[nothing],
        &[hangup_and_pipe],
        &[child],
        &[user],
        &[hangup_and_pipe, child],
        &[child, user, more],
        &[hangup_and_pipe, user, more],
    ];
    for (number, prepare) in cases.into_iter().enumerate() {
        let direct = report(prepare, || {
            let arguments = [c"cat".as_ptr(), c"/proc/self/status".as_ptr(), std::ptr::null()];
            // SAFETY: strings that end with NUL in an array that ends with null. (std::process::Command would change
            // the mask and SIGPIPE.)
            unsafe { libc::execvp(arguments[0], arguments.as_ptr()) };
            1
        });
        for portably in [false, true] {
            let through = report(prepare, || {
                let signals = Signals::<R>::hold_by().expect("hold");
                let arguments = ["/proc/self/status".into()];
                let command = Command {
                    program: OsStr::new("cat"),
                    arguments: &arguments,
                    environment: &[],
                    inherits: None,
                };
                let child = if portably {
                    command.start_portably(&signals)
                } else {
                    command.start(&signals)
                };
                let child = child.expect("start");
                while signals.next().expect("a signal").signal != libc::SIGCHLD {}
                i32::from(child.ended().expect("the end") != Some(Status::Exited(0)))
            });
            assert_eq!(direct, through, "case {number}");
        }
    }
}

/// A pseudo-terminal: the side of the person, and the name of the side of the programs.
fn terminal() -> (File, std::ffi::CString) {
    // SAFETY: touches no memory.
    let fd = unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC) };
    assert_ne!(fd, -1, "posix_openpt: {}", std::io::Error::last_os_error());
    // SAFETY: the kernel has just made this descriptor.
    let person = unsafe { File::from_raw_fd(fd) };
    // SAFETY: the descriptor is open.
    assert_eq!(unsafe { libc::grantpt(fd) }, 0);
    // SAFETY: the descriptor is open.
    assert_eq!(unsafe { libc::unlockpt(fd) }, 0);
    // SAFETY: the descriptor is open; this process has one thread, so the answer is not overwritten meanwhile.
    let name = unsafe { libc::ptsname(fd) };
    assert!(!name.is_null());
    // SAFETY: not null, so a string that ends with NUL.
    (person, unsafe { CStr::from_ptr(name) }.to_owned())
}

fn an_interrupt_from_the_terminal_is_known_as_such<R: Receive>() {
    let (mut person, name) = terminal();
    let (ready, told) = UnixStream::pair().expect("socketpair");
    let mut child = fork(|| {
        all_default();
        // SAFETY: touches no memory; a child that was just forked leads no group.
        assert_ne!(unsafe { libc::setsid() }, -1);
        // The first terminal that a session's leader opens is the session's own.
        // SAFETY: the name ends with NUL.
        assert_ne!(unsafe { libc::open(name.as_ptr(), libc::O_RDWR) }, -1);
        let signals = Signals::<R>::hold_by().expect("hold");
        (&told).write_all(b"!").expect("tell");
        for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP] {
            assert_eq!(
                signals.next().expect("a signal"),
                Arrival { signal, sender: Sender::Kernel }
            );
            (&told).write_all(b"!").expect("tell");
        }
        0
    });
    for key in [b"\x03", b"\x1c", b"\x1a"] {
        (&ready).read_exact(&mut [0]).expect("be told");
        person.write_all(key).expect("press a key");
    }
    assert!(child.wait().success());
}

fn waiting_for_a_signal_sleeps<R: Receive>() {
    all_default();
    let (ready, told) = UnixStream::pair().expect("socketpair");
    let mut child = fork(|| {
        let signals = Signals::<R>::hold_by().expect("hold");
        (&told).write_all(b"!").expect("tell");
        i32::from(signals.next().expect("a signal").signal != libc::SIGUSR1)
    });
    (&ready).read_exact(&mut [0]).expect("be told");
    until_asleep(child.pid());
    child.kill(libc::SIGUSR1);
    assert!(child.wait().success());
}

/// A tracer ends a call that sleeps, and no signal says so.
fn a_wait_that_is_interrupted_again_and_again_ends_at_its_deadline<R: Receive>() {
    all_default();
    let child = fork(|| {
        let signals = Signals::<R>::hold_by().expect("hold");
        let deadline = Deadline::after(Duration::from_millis(200)).expect("a deadline");
        i32::from(signals.next_before(deadline).expect("no error").is_some())
    });
    if !trace(libc::PTRACE_SEIZE as i32, child.pid()) {
        println!("skipped: no process may be traced here");
        return;
    }
    let pid = child.give_up();
    loop {
        // Refused once it has ended.
        let _ = trace(libc::PTRACE_INTERRUPT as i32, pid);
        if !has_stopped(pid) {
            return;
        }
        assert!(trace(libc::PTRACE_CONT as i32, pid));
        // So that it gets on between two interruptions, on a busy machine too.
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// ptrace(2) without data. Returns whether it could be done.
fn trace(request: i32, pid: libc::pid_t) -> bool {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: these requests touch no memory; the id is our child's until it is waited for.
    unsafe { libc::ptrace(request as _, pid, none, none) != -1 }
}

/// Waits until the child has stopped, or ended, and then as it should.
fn has_stopped(pid: libc::pid_t) -> bool {
    let mut status = 0;
    // SAFETY: `status` is writable; the child has not been waited for, so the id is its own.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    assert!(libc::WIFSTOPPED(status) || status == 0, "{status:#x}");
    libc::WIFSTOPPED(status)
}
