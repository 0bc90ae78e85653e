//! A terminal of the test's own, and commands that have it as theirs.

use std::ffi::{CStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::Mutex;

use super::procfs::has_ended;
use super::{signals, wait_until};

/// Keys, as [`Terminal::type_in`] takes them.
pub const CTRL_C: &[u8] = b"\x03";
pub const CTRL_Z: &[u8] = b"\x1a";
pub const CTRL_BACKSLASH: &[u8] = b"\x1c";
pub const CTRL_S: &[u8] = b"\x13";
pub const CTRL_Q: &[u8] = b"\x11";

/// A pseudo-terminal: the side at which the user sits, and the line to the computer.
pub struct Terminal {
    user: File,
    line: File,
    screen: Vec<u8>,
}

/// The path of a pseudo-terminal's other side.
fn name_of_line(master: i32) -> OsString {
    // ptsname(3) answers a static buffer, and tests run side by side.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock();
    // SAFETY: the descriptor is open.
    let name = unsafe { libc::ptsname(master) };
    assert!(!name.is_null(), "ptsname");
    // SAFETY: an answer that is not null is a string that ends with NUL, and nobody else calls this now.
    let name = unsafe { CStr::from_ptr(name) };
    OsString::from_vec(name.to_bytes().to_vec())
}

impl Terminal {
    pub fn open() -> Self {
        let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC | libc::O_NONBLOCK;
        // SAFETY: touches no memory.
        let master = unsafe { libc::posix_openpt(flags) };
        assert_ne!(master, -1, "posix_openpt: {}", io::Error::last_os_error());
        // SAFETY: the kernel has just made this descriptor, so nobody else owns it.
        let user = unsafe { File::from_raw_fd(master) };
        // SAFETY: touches no memory.
        let granted = unsafe { libc::grantpt(master) };
        assert_eq!(granted, 0, "grantpt");
        // SAFETY: touches no memory.
        let unlocked = unsafe { libc::unlockpt(master) };
        assert_eq!(unlocked, 0, "unlockpt");
        let name = name_of_line(master);
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(libc::O_NOCTTY);
        let line = options.open(name).unwrap();
        Self { user, line, screen: Vec::new() }
    }

    /// Makes a command the leader of a session that has this terminal, in its foreground, as a login shell is.
    pub fn give_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let line = self.line.as_raw_fd();
        signals::plain(command);
        self.connect(command);
        // SAFETY: between fork and exec the closure makes async-signal-safe calls only, and allocates nothing.
        unsafe { command.pre_exec(move || take(line)) }
    }

    /// Lets a command read from and write to this terminal, as one may that does not belong to its session.
    pub fn connect<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.stdin(self.line.try_clone().unwrap());
        command.stdout(self.line.try_clone().unwrap());
        command.stderr(self.line.try_clone().unwrap())
    }

    /// Makes it so many columns wide.
    pub fn resize(&self, columns: u16) {
        let size = libc::winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: the struct is alive during the call.
        let answer =
            unsafe { libc::ioctl(self.user.as_raw_fd(), libc::TIOCSWINSZ as _, &raw const size) };
        assert_eq!(answer, 0, "TIOCSWINSZ");
    }

    /// Types.
    pub fn type_in(&mut self, keys: &[u8]) {
        self.user.write_all(keys).unwrap();
    }

    /// Waits until the screen shows a text, and returns what it shows by then.
    pub fn wait_for(&mut self, text: &str) -> String {
        wait_until(&format!("{text:?} on the screen"), || self.shows(text));
        String::from_utf8_lossy(&self.screen).into_owned()
    }

    /// Whether the screen has shown a text by now.
    pub fn shows(&mut self, text: &str) -> bool {
        let mut buffer = [0; 4096];
        if let Ok(length) = self.user.read(&mut buffer) {
            self.screen.extend_from_slice(&buffer[..length]);
        }
        String::from_utf8_lossy(&self.screen).contains(text)
    }
}

/// What stands on a screen that was shown this, row by row: a character takes one column, and a row ends with the screen's. Of
/// what a terminal can be told, it knows `\\r`, `\\n` and "clear to the end of the line", and fails at anything else.
pub fn rows(shown: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![Vec::new()];
    let mut column = 0;
    for c in shown.replace("\x1b[K", "\0").chars() {
        let row = rows.last_mut().unwrap();
        match c {
            '\r' => column = 0,
            '\n' => rows.push(vec![' '; column]),
            '\0' => row.truncate(column),
            c => {
                assert!(!c.is_control(), "{c:?} in {shown:?}");
                row.resize(row.len().max(column + 1), ' ');
                row[column] = c;
                column += 1;
                if column == columns {
                    rows.push(Vec::new());
                    column = 0;
                }
            }
        }
    }
    rows.into_iter().map(|row| row.into_iter().collect::<String>().trim_end().to_owned()).collect()
}

/// Waits for the end of a run, which it must come to soon.
pub fn end(mut run: Child) -> ExitStatus {
    wait_until("the run ends", || has_ended(run.id()));
    run.wait().unwrap()
}

/// Async-signal-safe.
fn take(line: RawFd) -> io::Result<()> {
    // SAFETY: touches no memory.
    if unsafe { libc::setsid() } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: no memory is passed; the descriptor is open, having been inherited by the fork.
    if unsafe { libc::ioctl(line, libc::TIOCSCTTY as _, 0) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
