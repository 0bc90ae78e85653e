//! The system's log (syslog(3)), told by one line at a time, facility cron.
//!
//! Where the daemon listens on a datagram socket, a line is sent to it here: the C library's call waits without limit for a
//! daemon that does not read (glibc, misc/syslog.c), and keeps a descriptor open meanwhile. On illumos and Solaris the log is a
//! STREAMS device, which the C library knows how to write to; its call opens it close-on-exec (syslog(3C)).

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "illumos", target_os = "solaris"))] {
        mod library;
        use library as way;
    } else {
        mod socket;
        use socket as way;
    }
}

cfg_if::cfg_if! {
    if #[cfg(target_os = "macos")] {
        /// Where the daemon listens (Libc, `_PATH_LOG`).
        const SOCKET: &str = "/var/run/syslog";
    } else if #[cfg(any(target_os = "freebsd", target_os = "dragonfly", target_os = "netbsd"))] {
        /// Where the daemon listens (sys/syslog.h, `_PATH_LOG`).
        const SOCKET: &str = "/var/run/log";
    } else if #[cfg(not(any(target_os = "illumos", target_os = "solaris")))] {
        /// Where the daemon listens (Linux: sys/syslog.h, `_PATH_LOG`; OpenBSD: syslogd(8)).
        const SOCKET: &str = "/dev/log";
    }
}

use std::ffi::c_int;
use std::io;
use std::time::Duration;

/// No line is longer, with all that stands in front: what is, some daemons cut or drop (RFC 3164, 4.1).
pub const LONGEST: usize = 1024;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The job did not run, or not as it should.
    Error,
    /// Something is wrong, and the job ran.
    Warning,
    /// Something that happens now and then.
    Notice,
    /// What happens in each run.
    Info,
}

impl Severity {
    fn priority(self) -> c_int {
        let level = match self {
            Self::Error => libc::LOG_ERR,
            Self::Warning => libc::LOG_WARNING,
            Self::Notice => libc::LOG_NOTICE,
            Self::Info => libc::LOG_INFO,
        };
        libc::LOG_CRON | level
    }
}

/// Sends a line, which is cut to [`LONGEST`], as `program` and this process. If the daemon does not read, waits for it at most
/// so long (Linux; elsewhere the line is dropped at once). No descriptor stays open.
///
/// # Errors
/// There is no daemon, or it does not read; on illumos and Solaris nobody tells.
pub fn send(severity: Severity, program: &str, text: &str, patience: Duration) -> io::Result<()> {
    way::send(severity.priority(), program, text, patience)
}

/// The beginning of a text, at most so many bytes of it.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
