//! A datagram to the daemon's socket, as RFC 3164 has it, without the time: the daemon puts that in front.

use std::ffi::c_int;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::{LONGEST, SOCKET, beginning};

pub(super) fn send(
    priority: c_int,
    program: &str,
    text: &str,
    patience: Duration,
) -> io::Result<()> {
    let line = format!("<{priority}>{program}[{}]: {text}", std::process::id());
    // A socket for each line: the daemon may be another one by the end of the job, and the job inherits none.
    let socket = UnixDatagram::unbound()?;
    socket.connect(SOCKET)?;
    if patience.is_zero() {
        socket.set_nonblocking(true)?;
    } else {
        socket.set_write_timeout(Some(patience))?;
    }
    socket.send(beginning(&line, LONGEST).as_bytes()).map(drop)
}
