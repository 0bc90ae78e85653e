//! The signals that withlock speaks of by name, and what they are called.

use std::ops::RangeInclusive;

use crate::os;

/// A signal's number, as kill(2) takes it.
pub type Signal = i32;

/// A child has changed its state.
pub const CHLD: Signal = libc::SIGCHLD;
/// Interrupt from the terminal.
pub const INT: Signal = libc::SIGINT;
/// Quit from the terminal.
pub const QUIT: Signal = libc::SIGQUIT;
/// End that nobody can hold or ignore.
pub const KILL: Signal = libc::SIGKILL;
/// End, as it is asked for politely.
pub const TERM: Signal = libc::SIGTERM;
/// Go on after a stop.
pub const CONT: Signal = libc::SIGCONT;
/// Stop from the terminal.
pub const TSTP: Signal = libc::SIGTSTP;
/// Stop that nobody can hold or ignore.
pub const STOP: Signal = libc::SIGSTOP;
/// Stop because of input from the terminal in the background.
pub const TTIN: Signal = libc::SIGTTIN;
/// Stop because of output to the terminal in the background.
pub const TTOU: Signal = libc::SIGTTOU;
/// Nobody reads what is written.
pub const PIPE: Signal = libc::SIGPIPE;
/// The processor time limit is reached.
pub const XCPU: Signal = libc::SIGXCPU;
/// The file size limit is reached.
pub const XFSZ: Signal = libc::SIGXFSZ;
/// The terminal's window has another size.
pub const WINCH: Signal = libc::SIGWINCH;
/// Urgent data on a socket.
pub const URG: Signal = libc::SIGURG;
/// Input or output is possible.
pub const IO: Signal = libc::SIGIO;

/// What all systems here call by these names. Of two names of one signal, the first one is what it is called.
const NAMES: [(Signal, &str); 30] = [
    (libc::SIGHUP, "HUP"),
    (libc::SIGINT, "INT"),
    (libc::SIGQUIT, "QUIT"),
    (libc::SIGILL, "ILL"),
    (libc::SIGTRAP, "TRAP"),
    (libc::SIGABRT, "ABRT"),
    (libc::SIGABRT, "IOT"),
    (libc::SIGBUS, "BUS"),
    (libc::SIGFPE, "FPE"),
    (libc::SIGKILL, "KILL"),
    (libc::SIGUSR1, "USR1"),
    (libc::SIGSEGV, "SEGV"),
    (libc::SIGUSR2, "USR2"),
    (libc::SIGPIPE, "PIPE"),
    (libc::SIGALRM, "ALRM"),
    (libc::SIGTERM, "TERM"),
    (libc::SIGCHLD, "CHLD"),
    (libc::SIGCONT, "CONT"),
    (libc::SIGSTOP, "STOP"),
    (libc::SIGTSTP, "TSTP"),
    (libc::SIGTTIN, "TTIN"),
    (libc::SIGTTOU, "TTOU"),
    (libc::SIGURG, "URG"),
    (libc::SIGXCPU, "XCPU"),
    (libc::SIGXFSZ, "XFSZ"),
    (libc::SIGVTALRM, "VTALRM"),
    (libc::SIGPROF, "PROF"),
    (libc::SIGWINCH, "WINCH"),
    (libc::SIGIO, "IO"),
    (libc::SIGSYS, "SYS"),
];

fn names() -> impl Iterator<Item = (Signal, &'static str)> {
    NAMES.iter().chain(os::OTHER_SIGNALS).copied()
}

/// The name of a signal, as kill(1) lists them; `None` for the real-time signals, and for what the system keeps to itself.
#[must_use]
pub fn name(signal: Signal) -> Option<&'static str> {
    names().find(|(number, _)| *number == signal).map(|(_, name)| name)
}

/// The signal of this name, which is in capitals and without `SIG`.
#[must_use]
pub fn named(name: &str) -> Option<Signal> {
    names().find(|(_, known)| *known == name).map(|(number, _)| number)
}

/// The real-time signals, from `RTMIN` to `RTMAX`, as the system's own kill(1) counts them.
#[must_use]
pub fn real_time() -> Option<RangeInclusive<Signal>> {
    os::real_time()
}

/// Whether each of these that is sent is taken by itself: a real-time signal (POSIX.1, 2.4.1). No other signal of any system
/// here has a number from 32 on.
#[must_use]
pub fn is_queued(signal: Signal) -> bool {
    signal >= 32
}
