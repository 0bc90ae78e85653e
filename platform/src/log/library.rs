//! syslog(3C), for a system whose log is a STREAMS device.

use std::ffi::{CString, c_int};
use std::io;
use std::time::Duration;

use super::{LONGEST, beginning};

/// What the system puts in front: program, process id, time.
const IN_FRONT: usize = 64;

pub(super) fn send(priority: c_int, program: &str, text: &str, _: Duration) -> io::Result<()> {
    let program = CString::new(program)?;
    let text = CString::new(beginning(text, LONGEST - IN_FRONT))?;
    // SAFETY: the name is alive until closelog(3C), below.
    unsafe { libc::openlog(program.as_ptr(), libc::LOG_PID, libc::LOG_CRON) };
    // SAFETY: the format takes one string, and is given one.
    unsafe { libc::syslog(priority, c"%s".as_ptr(), text.as_ptr()) };
    // SAFETY: touches no memory of ours.
    unsafe { libc::closelog() };
    Ok(())
}
