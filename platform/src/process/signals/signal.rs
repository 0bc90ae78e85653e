//! The signals that withlock speaks of by name, and what they are called.

/// A signal's number, as kill(2) takes it.
pub type Signal = i32;

/// A child has changed its state.
pub const CHLD: Signal = libc::SIGCHLD;
/// Interrupt from the terminal.
pub const INT: Signal = libc::SIGINT;
/// Quit from the terminal.
pub const QUIT: Signal = libc::SIGQUIT;
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

/// The name of the common signals, as kill(1) lists them.
#[must_use]
pub fn name(signal: Signal) -> Option<&'static str> {
    const NAMES: [(Signal, &str); 16] = [
        (libc::SIGHUP, "HUP"),
        (libc::SIGINT, "INT"),
        (libc::SIGQUIT, "QUIT"),
        (libc::SIGILL, "ILL"),
        (libc::SIGABRT, "ABRT"),
        (libc::SIGBUS, "BUS"),
        (libc::SIGFPE, "FPE"),
        (libc::SIGKILL, "KILL"),
        (libc::SIGUSR1, "USR1"),
        (libc::SIGSEGV, "SEGV"),
        (libc::SIGUSR2, "USR2"),
        (libc::SIGPIPE, "PIPE"),
        (libc::SIGALRM, "ALRM"),
        (libc::SIGTERM, "TERM"),
        (libc::SIGCONT, "CONT"),
        (libc::SIGTSTP, "TSTP"),
    ];
    NAMES.iter().find(|(number, _)| *number == signal).map(|(_, name)| *name)
}

/// Whether each of these that is sent is taken by itself: a real-time signal (POSIX.1, 2.4.1). No other signal of any system
/// here has a number from 32 on.
#[must_use]
pub fn is_queued(signal: Signal) -> bool {
    signal >= 32
}
